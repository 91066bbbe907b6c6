"""What ``characterize`` prints of a campaign: verdicts, conditions, spreads, the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from neuromix.cli.output import Report, Table
from neuromix.units import celsius, render

if TYPE_CHECKING:
    import xarray as xr

    from neuromix.characterization.specification import Verdict
    from neuromix.characterization.summary import Summary
    from neuromix.models.model import Model

GRID = ("corner", "temperature", "supply")


def campaign_report(
    data: xr.Dataset,
    model: Model | None,
    summary: Summary,
    verdicts: Sequence[Verdict],
    written: str,
) -> Report:
    """Return tables, JSON and single values of a campaign."""
    values = list(_values(data))
    record = {
        **{item.name: getattr(summary, item.name) for item in dataclasses.fields(summary)},
        "conditions": values,
        "specification": verdicts,
    }
    tables = (
        *_condition_tables(data),
        Table(
            f"Mismatch, {data.attrs['samples']} draws",
            ("measure", "stimulus", "mean", "sigma", "CV", "floor of sigma"),
            tuple(summary.rows()),
        ),
        *(() if model is None else (_model_table(model),)),
        specification_table(verdicts),
    )
    return Report(tables, record, values, (written,))


def _model_table(model: Model) -> Table:
    columns = ("parameter", "value", "spread", "meaning")
    return Table(f"Model {model.family}", columns, tuple(model.table()))


def specification_table(verdicts: Sequence[Verdict]) -> Table:
    """Return limits, what was measured, and the verdicts."""

    def limit(value: float | None, unit: str) -> str:
        return "" if value is None else render(value, unit)

    rows = []
    for verdict in verdicts:
        item = verdict.specification
        low, high = (render(x, item.unit) for x in (verdict.lowest, verdict.highest))
        measured = low if low == high else f"{low} … {high}"
        what = item.measure if item.statistic == "value" else f"{item.statistic} of {item.measure}"
        rows.append(
            (
                what.replace("_", " "),
                limit(item.minimum, item.unit),
                limit(item.typical, item.unit),
                limit(item.maximum, item.unit),
                measured if verdict.values else "",
                render(verdict.floor, item.unit) if verdict.values else "",
                verdict.worst,
                verdict.word,
            )
        )
    columns = ("quantity", "min", "typ", "max", "measured", "floor", "nearest to a limit", "")
    return Table("Specification", columns, tuple(rows))


def _values(data: xr.Dataset) -> Iterator[dict[str, object]]:
    """Yield every measured value of the sweep, one a line, SI."""
    import numpy as np

    for key in data.data_vars:
        variable = data[key]
        if variable.dims != (*GRID, "sweep"):
            continue
        for index in np.argwhere(np.isfinite(variable.values)):
            c, t, s, number = map(int, index)
            yield {
                "measure": str(key),
                "stimulus": str(data["sweep"].values[number]),
                "corner": str(data["corner"].values[c]),
                "temperature": float(data["temperature"].values[t]),
                "supply": float(data["supply"].values[s]),
                "value": float(variable.values[c, t, s, number]),
                "unit": str(variable.attrs.get("units", "")),
                "floor": float(data[f"{key}_floor"].values[number]),
            }


def _condition_tables(data: xr.Dataset) -> Iterator[Table]:
    """Yield one table a stimulus: measures down, conditions across."""
    import numpy as np

    keys = [str(key) for key in data.data_vars if data[key].dims == (*GRID, "sweep")]
    for number, stimulus in enumerate(data["sweep"].values):
        known = {key: np.isfinite(data[key].values[..., number]) for key in keys}
        places = np.argwhere(np.any(list(known.values()), axis=0)).tolist()
        heads = tuple(
            f"{data['corner'].values[c]}, {celsius(data['temperature'].values[t]):g} °C, "
            f"{data['supply'].values[s]:g} V"
            for c, t, s in places
        )
        rows = []
        for key in keys:
            unit = str(data[key].attrs.get("units", ""))
            numbers = [float(data[key].values[c, t, s, number]) for c, t, s in places]
            floor = render(float(data[f"{key}_floor"].values[number]), unit)
            if known[key].any():
                rows.append((key.replace("_", " "), *(render(x, unit) for x in numbers), floor))
        yield Table(str(stimulus), ("measure", *heads, "floor"), tuple(rows))
