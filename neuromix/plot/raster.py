"""Spikes over time, block above block."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neuromix.data.events import MOST_ADDRESSES, Events, as_events
from neuromix.errors import BadValue
from neuromix.plot.recorded import Recorded
from neuromix.plot.style import BLUE, INK, ORANGE, figure, plain
from neuromix.units import number, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INCHES = 0.04
"""Of a row, where there are few."""

SMALLEST = 1.0 / 144.0
"""Inches: a mark is never lower, half a point, since what is thinner fades away."""


def raster(
    events: Mapping[str, Events] | Recorded,
    sizes: Mapping[str, int] | None = None,
    duration: float | None = None,
) -> Figure:
    """Draw the spikes of each block in a panel of its own, first block at the top.

    Parameters
    ----------
    events : mapping of str to Events, or Recording
    sizes : mapping of str to int
        Addresses of each block; those of the recording by default.
    duration : float, s
        That of the recording by default.

    Raises
    ------
    BadValue
        Where there is nothing to draw, or it is not known how large a block is.
    """
    from matplotlib.ticker import MaxNLocator

    if isinstance(events, Recorded):
        sizes = events.sizes if sizes is None else sizes
        duration = events.duration if duration is None else duration
        events = events.events
    sizes, duration = _checked(events, sizes, duration)
    heights = [min(64.0, 8.0 + float(sizes[name])) for name in events]
    drawn = figure(7.5, 1.2 + INCHES * sum(heights))
    panels = drawn.subplots(
        len(events), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights}
    )[:, 0]
    for panel, height, (name, item), colour in zip(
        panels, heights, events.items(), [BLUE, ORANGE] * len(events), strict=False
    ):
        plain(panel)
        # One line with gaps: a mark for each spike by itself takes twice as long and more.
        time, row = item.time * 1e3, item.address.astype(np.float64)
        across = np.stack([time, time, np.full_like(time, np.nan)], axis=1)
        half = 0.5 * max(1.0, SMALLEST * sizes[name] / (INCHES * height))
        along = np.stack([row - half, row + half, row], axis=1)
        panel.plot(
            across.ravel(), along.ravel(), color=colour, linewidth=1.2, solid_capstyle="butt"
        )
        panel.set_ylim(sizes[name] - 0.4, -0.6)
        panel.yaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
        panel.set_ylabel(name, color=INK)
        panel.set_title(f"{len(item)} spikes", fontsize=8, loc="right", color=INK, pad=2)
    panels[-1].set_xlim(0.0, duration * 1e3)
    panels[-1].set_xlabel("time (ms)")
    return drawn


def _checked(
    events: Mapping[str, Events], sizes: Mapping[str, int] | None, duration: float | None
) -> tuple[dict[str, int], float]:
    """Return the size of each block and the duration, checked with the events."""
    if not isinstance(events, Mapping) or not isinstance(sizes, Mapping) or not events:
        raise BadValue(
            "raster: there are no spikes by block with the sizes of their blocks",
            cure="nmx.plot.raster(recording)",
        )
    for name, item in events.items():
        as_events(item, f"raster: {name}")
        if name not in sizes:
            raise BadValue(f"raster: no size of {name!r}", cure="nmx.plot.raster(recording)")
    found = {name: whole(sizes[name], f"raster: size of {name}", 1, MOST_ADDRESSES)
             for name in events}  # fmt: skip
    length = number(duration, "raster: duration")
    if not 0.0 < length < math.inf:
        raise BadValue(f"raster: a duration of {duration!r} s is not positive")
    return found, length
