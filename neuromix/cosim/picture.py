"""A picture of a proof: spikes of transistors and of the array, neuron by neuron."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neuromix.cosim.agreement import RATE, Agreement
from neuromix.data.events import Events
from neuromix.plot.style import BLUE, GREY, INK, ORANGE, figure, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_ROWS = 16
"""Neurons whose spikes are drawn; all have a point in the panel beside."""


def comparison(title: str, spice: Events, array: Events, duration: float) -> Figure:
    """Draw a raster, SPICE above the array in each row, and beside it the errors of the rates.

    Parameters
    ----------
    title : str
    spice, array : Events
    duration : float, s
    """
    n = 1 + int(max(spice.address.max(initial=0), array.address.max(initial=0)))
    rows = min(n, MOST_ROWS)
    drawn = figure(10.0, 1.6 + 0.3 * rows)
    left, right = drawn.subplots(1, 2, gridspec_kw={"width_ratios": [3.2, 1.0]})
    for events, colour, shift, name in (
        (spice, BLUE, -0.21, "SPICE"),
        (array, ORANGE, 0.21, "array"),
    ):
        left.eventplot(
            [1e3 * events.of(k) for k in range(rows)],
            lineoffsets=np.arange(rows) + shift,
            linelengths=0.4,
            linewidths=1.0,
            color=colour,
        )
        left.plot([], [], color=colour, label=f"{name}: {len(events)} spikes")
    plain(left)
    left.set_xlim(0.0, 1e3 * duration)
    left.set_ylim(rows - 0.4, -0.6)
    left.set_xlabel("time (ms)")
    left.set_ylabel("neuron" if rows == n else f"neuron, first {rows} of {n}")
    left.set_title(title, fontsize=10, loc="left", color=INK)
    left.legend(loc="lower left", bbox_to_anchor=(0.45, 1.0), ncols=2, frameon=False, fontsize=8)
    found = Agreement.of(spice, array, n)
    plain(right)
    right.axvspan(-100.0 * RATE, 100.0 * RATE, color=GREY, alpha=0.2, lw=0)
    right.axvline(0.0, color=GREY, lw=0.8)
    right.plot(100.0 * found.rate_error, np.arange(n), "o", ms=4, color=INK, label="spikes counted")
    right.plot(100.0 * found.drift, np.arange(n), "x", ms=4, color=ORANGE, label="mean interval")
    right.set_ylim(n - 0.4, -0.6)
    right.set_xlabel("rate of array − SPICE (%)")
    right.legend(loc="lower left", bbox_to_anchor=(-0.05, 1.0), frameon=False, fontsize=8)
    return drawn
