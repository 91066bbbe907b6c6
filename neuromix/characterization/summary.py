"""The summary of a campaign: what ``characterize`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neuromix.characterization.floor import require_above_floor
from neuromix.errors import TechnologyError
from neuromix.models.model import Model
from neuromix.models.store import summary as model_summary
from neuromix.units import render

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation of one measure over the draws, with the floor of the latter.

    ``standard_error`` is that of the standard deviation, for normal data sigma/sqrt(2(n − 1)).
    """

    measure: str
    stimulus: str
    unit: str
    mean: float
    sigma: float
    standard_error: float
    floor: float
    samples: int
    failures: int


@dataclass(frozen=True)
class Summary:
    """Spreads of a campaign and the model that was fitted to it."""

    cell: str
    technology: str
    spreads: tuple[Spread, ...]
    nominal: dict[str, dict[str, float]]
    model: dict[str, object]

    def rows(self) -> Iterator[tuple[str, str, str, str, str, str]]:
        """Yield rows of a table: measure, stimulus, mean, sigma, CV, floor."""
        for item in self.spreads:
            yield (
                item.measure,
                item.stimulus,
                render(item.mean, item.unit),
                render(item.sigma, item.unit),
                f"{100.0 * item.sigma / abs(item.mean):.3g} %" if item.mean else "",
                render(item.floor, item.unit),
            )


def summarize(data: xr.Dataset, model: Model | None, *, allow_below_floor: bool = False) -> Summary:
    """Sum up a campaign.

    Raises
    ------
    BelowNumericalFloor
        Where a spread is below three floors and that was not allowed.
    TechnologyError
        Where mismatch was drawn and changed nothing.
    """
    found = list(spreads(data))
    if found and all(item.sigma == 0.0 for item in found):
        raise TechnologyError(
            f"{data.attrs['cell']}: all mismatch draws gave the same results",
            ["the draws reach no device that matters, or the model set has lost its mismatch"],
            "look at the devices with `neuromix deck`, and at the technology's mismatch law",
        )
    if not allow_below_floor:
        for item in found:
            require_above_floor(f"{item.measure} ({item.stimulus})", item.sigma, item.floor)
    nominal = {
        str(name): {
            str(stimulus): float(value)
            for stimulus, value in zip(
                data["sweep"].values,
                data[name].values.reshape(-1, data.sizes["sweep"])[0],
                strict=True,
            )
        }
        for name in data.data_vars
        if data[name].dims == ("corner", "temperature", "supply", "sweep")
    }
    return Summary(
        str(data.attrs["cell"]),
        str(data.attrs["technology"]),
        tuple(found),
        nominal,
        dict(model_summary(model)) if model else {},
    )


def spreads(data: xr.Dataset) -> Iterator[Spread]:
    """Yield the spread of each measure over the draws, stimulus by stimulus."""
    if "mismatch" not in data.coords:
        return
    for key in data.data_vars:
        name = str(key)
        floor_name = f"{name}_floor"
        if floor_name not in data or data[key].dims != ("mismatch", "sample"):
            continue
        for number, stimulus in enumerate(data["mismatch"].values):
            values = data[key].values[number]
            good = values[np.isfinite(values)]
            if len(good) < 2:
                continue
            sigma = float(good.std(ddof=1))
            yield Spread(
                name.removeprefix("mismatch_"),
                str(stimulus),
                str(data[key].attrs.get("units", "")),
                float(good.mean()),
                sigma,
                sigma / float(np.sqrt(2.0 * (len(good) - 1))),
                float(data[floor_name].values[number]),
                len(good),
                len(values) - len(good),
            )
