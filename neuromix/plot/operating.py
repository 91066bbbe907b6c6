"""Measures over corners, temperature and supply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import BLUE, axis_label, engineering, figure, literal, panels, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Axis:
    """Where a measure was taken along one axis: its label, places (words or numbers), values."""

    label: str
    places: Sequence[str] | Floats
    values: Floats


def over_conditions(rows: Sequence[tuple[str, str, Sequence[Axis]]]) -> Figure:
    """Draw each measure over each axis that has more than one place.

    Parameters
    ----------
    rows : sequence of (name, unit, axes)
        The same axes in every row.
    """
    across = len(rows[0][2])
    drawn = figure(3.0 * across, 1.35 * len(rows) + 0.3)
    panels(drawn, gap=(0.06, 0.12))
    places = drawn.subplots(len(rows), across, squeeze=False, sharex="col", sharey="row")
    for panel_row, (name, unit, axes) in zip(places, rows, strict=True):
        factor, shown = engineering(np.concatenate([item.values for item in axes]), unit)
        panel_row[0].set_ylabel(_stacked(axis_label(name, shown)), fontsize=8.5)
        for panel, item in zip(panel_row, axes, strict=True):
            words = all(isinstance(place, str) for place in item.places)
            style = "o" if words else "o-"
            at = [literal(str(place)) for place in item.places] if words else item.places
            plain(panel).plot(at, item.values * factor, style, color=BLUE, ms=4, lw=1.3)
            panel.tick_params(labelsize=8)
            panel.margins(x=0.12, y=0.2)
            panel.locator_params(axis="y", nbins=4)
    for panel, item in zip(places[-1], rows[0][2], strict=True):
        panel.set_xlabel(item.label, fontsize=8.5)
    return drawn


def _stacked(label: str) -> str:
    words = label.split(" ")
    return "\n".join(" ".join(words[k : k + 2]) for k in range(0, len(words), 2))
