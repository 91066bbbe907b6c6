"""``neuromix operating-point``: every transistor of a cell, its region and its headroom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neuromix.cli import options, output
from neuromix.units import render

if TYPE_CHECKING:
    import xarray as xr

SHOWN = (
    ("drain_current", "Id"),
    ("transconductance", "gm"),
    ("efficiency", "gm/Id"),
    ("inversion_coefficient", "IC"),
    ("drain_source_voltage", "Vds"),
    ("headroom", "Vds margin"),
    ("intrinsic_gain", "gm/gds"),
)


@click.command("operating-point")
@click.argument("name", metavar="CELL")
@click.argument("bench", metavar="[BENCH]", required=False)
@options.parameters
@options.technology()
@options.condition
@options.form
def command(
    name: str,
    bench: str | None,
    parameters: tuple[tuple[str, float], ...],
    technology: str,
    corner: str,
    temperature: tuple[float, ...],
    supply: float | None,
    ideal_bias: bool,
    form: str,
) -> None:
    """Show region, gm, gm/Id and Vds margin of every transistor of CELL.

    BENCH says what drives it, at time zero of a transient; by default the first one whose analysis
    is an operating point. IC is the inversion coefficient: below 0.1 inversion is weak, above 10
    strong.
    """
    from neuromix.characterization.operating_point import operating_point
    from neuromix.engine.pool import NgspiceEngine

    condition = options.one_condition(corner, temperature, supply, ideal_bias)
    with NgspiceEngine(1) as engine:
        data = operating_point(
            name, bench, technology, condition=condition, engine=engine, **dict(parameters)
        )
    output.emit(_report(data), form)


def _report(data: xr.Dataset) -> output.Report:
    elements = [str(element) for element in data["element"].values]
    records = [
        {"element": element, **{str(key): data[key].values[k].item() for key in data.data_vars}}
        for k, element in enumerate(elements)
    ]

    def cell(key: str, k: int) -> str:
        return render(float(data[key].values[k]), str(data[key].attrs["units"]), 3)

    rows = tuple(
        (
            element,
            str(data["device"].values[k]),
            f"{data['width'].values[k] * 1e6:g}/{data['length'].values[k] * 1e6:g}",
            str(data["region"].values[k]),
            *(cell(key, k) for key, _ in SHOWN),
        )
        for k, element in enumerate(elements)
    )
    where = f"bench {data.attrs['bench']}, {data.attrs['technology']} {data.attrs['corner']}"
    columns = ("element", "device", "W/L in µm", "region", *(title for _, title in SHOWN))
    return output.Report(
        (output.Table(f"{data.attrs['cell']}: operating point on {where}", columns, rows),),
        {**data.attrs, "elements": records},
        records,
    )
