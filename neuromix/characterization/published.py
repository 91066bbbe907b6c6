"""What was measured beside what others have published."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neuromix.characterization.specification import GRID, statistic_of
from neuromix.declare import Cell, Published
from neuromix.errors import UnknownName
from neuromix.models.model import Model
from neuromix.netlist.parsing import Subcircuit

if TYPE_CHECKING:
    import xarray as xr

ALIKE = 1.05
"""Ratio below which two figures are told as equal."""


@dataclass(frozen=True)
class Comparison:
    """One published figure and ours.

    Parameters
    ----------
    published : Published
    ours : float
        SI; NaN where we have nothing to compare.
    """

    published: Published
    ours: float

    @property
    def verdict(self) -> str:
        """How ours compares, plainly: ``"worse, 3.1 times"``, ``"better, 120 times"``, ``"alike"``.

        Empty where neither order is better.
        """
        theirs = self.published.value
        if not math.isfinite(self.ours):
            return "not measured"
        if not self.published.better or theirs <= 0.0 or self.ours <= 0.0:
            return ""
        ratio = self.ours / theirs
        times = max(ratio, 1.0 / ratio)
        if times < ALIKE:
            return "alike"
        lower = ratio < 1.0
        word = "better" if lower == (self.published.better == "lower") else "worse"
        return f"{word}, {times:.2g} times" if times < 10.0 else f"{word}, {times:,.0f} times"


def gate_area(subcircuit: Subcircuit, sizes: dict[str, float]) -> float:
    """Return the sum of W·L over the transistors of a netlist, m²."""
    return sum(width * length for _, width, length in subcircuit.sizes(sizes))


def compare_published(
    cell: Cell, data: xr.Dataset, model: Model, subcircuit: Subcircuit
) -> tuple[Comparison, ...]:
    """Put a campaign and its model beside the published figures of the declaration.

    Raises
    ------
    UnknownName
        Where a figure is to be compared with a measure or stimulus that there is not.
    """
    sizes = dict(cell.realisation(model.technology).sizes)
    figures = {
        "transistors": float(len(subcircuit.sizes(sizes))),
        "gate_area": gate_area(subcircuit, sizes),
        "static_power": model.energy.static_power,
        "energy_per_event": model.energy.per_event,
    }
    return tuple(
        Comparison(item, figures.get(item.measure, math.nan))
        if item.measure in figures or not item.measure
        else Comparison(item, _measured(cell, data, item))
        for item in cell.published
    )


def _measured(cell: Cell, data: xr.Dataset, item: Published) -> float:
    purpose = "sweep" if item.statistic == "value" else "mismatch"
    if purpose not in data.coords:
        return math.nan
    name = item.measure if purpose == "sweep" else f"mismatch_{item.measure}"
    stimuli = [str(stimulus) for stimulus in data[purpose].values]
    if name not in data:
        known = map(str, data.data_vars)
        raise UnknownName(f"measure of {cell.name} with a published figure", item.measure, known)
    if item.stimulus not in stimuli:
        raise UnknownName(f"stimulus of the published {item.quantity}", item.stimulus, stimuli)
    values = data[name].values[..., stimuli.index(item.stimulus)]
    if purpose == "sweep":
        home = tuple(
            int(np.flatnonzero(data[axis].values == data.attrs[f"home_{axis}"])[0]) for axis in GRID
        )
        return float(values[home])
    drawn = data[name].values[stimuli.index(item.stimulus)]
    return statistic_of(item.statistic, drawn[np.isfinite(drawn)])
