"""A result beside its reference: both, what is allowed, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import BLUE, GREY, INK, ORANGE, figure, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Floats = NDArray[np.float64]
Curve = tuple[Floats, Floats]

ZOOM = 0.04
"""Part of the axis that the panel at the right shows, around the worst place."""

TALL, LOW = 3.6, 1.5
"""Heights of what is drawn for a quantity over an axis, and for a number; inches."""


@dataclass(frozen=True, eq=False)
class WaveformPair:
    """A waveform and its reference, as drawn by :func:`departures`.

    Parameters
    ----------
    name, unit, axis, axis_unit : str
        Labels.
    reference, other : pair of (n,) ndarrays
        Places and values.
    band : (places, lower, upper)
        The tube.
    place : float, optional
        Where to look closely.
    logarithmic : bool
        Both axes.
    """

    name: str
    unit: str
    axis: str
    axis_unit: str
    reference: Curve
    other: Curve
    band: tuple[Floats, Floats, Floats]
    place: float | None = None
    logarithmic: bool = False

    def draw(self, area: SubFigure) -> None:
        """Draw the record at the left, the worst place at the right, differences below."""
        from matplotlib.ticker import NullFormatter, PercentFormatter

        panels = area.subplots(
            2, 2, gridspec_kw={"height_ratios": [2, 1], "width_ratios": [3, 2]}, sharex="col"
        )
        for column, (above, below) in enumerate(panels.T):
            self._values(plain(above), markers=column == 1)
            self._difference(plain(below))
            if self.logarithmic:
                above.set_xscale("log")
                above.set_yscale("log")
            if column == 1 and not self.logarithmic:
                below.locator_params(axis="x", nbins=4)
            _engineering(above, below, self.unit, self.axis_unit)
            if self.logarithmic:
                below.yaxis.set_major_formatter(PercentFormatter(1.0))
                below.xaxis.set_minor_formatter(NullFormatter())
            below.set_xlabel(self.axis)
        panels[0, 0].set_ylabel(self.name)
        panels[1, 0].set_ylabel("new / reference − 1" if self.logarithmic else "new − reference")
        _legend(panels[0, 0])
        panels[0, 1].set_title("at the worst place", fontsize=8, loc="right", color=INK)
        if self.place is not None:
            self._closely(self.place, panels[:, 1])

    def _values(self, axes: Axes, *, markers: bool) -> None:
        marker = "." if markers else ""
        axes.fill_between(*self.band, color=GREY, alpha=0.35, linewidth=0, label="allowed")
        axes.plot(*self.reference, color=ORANGE, linewidth=2.2, label="reference", marker=marker)
        axes.plot(*self.other, color=BLUE, linewidth=1.0, label="new", marker=marker, markersize=3)
        for place in np.atleast_1d([] if self.place is None else self.place):
            axes.axvline(place, color=INK, linewidth=0.6, linestyle=":")

    def _differences(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return places, and there new, lower and upper edge relative to the reference."""
        places = np.unique(np.concatenate([self.reference[0], self.other[0], self.band[0]]))
        ours, *others = (
            np.interp(places, *curve)
            for curve in (self.reference, self.other, self.band[:2], self.band[::2])
        )
        if self.logarithmic:
            new, low, high = (item / ours - 1.0 for item in others)
        else:
            new, low, high = (item - ours for item in others)
        return places, new, low, high

    def _difference(self, axes: Axes) -> None:
        places, new, low, high = self._differences()
        axes.fill_between(places, low, high, color=GREY, alpha=0.35, linewidth=0)
        axes.plot(places, new, color=BLUE, linewidth=1.0)
        axes.axhline(0.0, color=ORANGE, linewidth=0.8)

    def _closely(self, place: float, panels: Sequence[Axes]) -> None:
        """Show the surroundings of a place, as high as what happens there."""
        places = self.reference[0]
        if self.logarithmic:
            factor = (places[-1] / places[0]) ** ZOOM
            window = place / factor, place * factor
        else:
            half = 0.5 * ZOOM * (places[-1] - places[0])
            window = place - half, place + half
        panels[0].set_xlim(*window)
        at, *differences = self._differences()
        curves = (self.reference, self.other, self.band[:2], self.band[::2])
        for axes, shown in ((panels[0], curves), (panels[1], [(at, y) for y in differences])):
            heights = [_within(window, curve) for curve in shown]
            low, high = min(h.min() for h in heights), max(h.max() for h in heights)
            margin = 0.08 * (high - low)
            if margin > 0.0:
                axes.set_ylim(low if low - margin <= 0.0 < low else low - margin, high + margin)


@dataclass(frozen=True, eq=False)
class SpikePair:
    """Spikes and their reference, as drawn by :func:`departures`.

    Parameters
    ----------
    name, unit : str
        Label and unit of the times.
    reference, other : pair of (n,) ndarrays
        Times and addresses.
    pairs : (k, 2) ndarray of int
        Which spikes meet.
    place : float, optional
        Where it is worst.
    """

    name: str
    unit: str
    reference: tuple[Floats, NDArray[np.int64]]
    other: tuple[Floats, NDArray[np.int64]]
    pairs: NDArray[np.int64]
    place: float | None = None

    def draw(self, area: SubFigure) -> None:
        """Draw both rasters, what has no partner in red, and how late each spike is."""
        above, below = area.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [2, 1]})
        for (time, address), colour, side, column, label in (
            (self.reference, ORANGE, 0.22, 0, "reference"),
            (self.other, BLUE, -0.22, 1, "new"),
        ):
            alone = np.ones(len(time), dtype=bool)
            alone[self.pairs[:, column]] = False
            for chosen, width, tall in ((~alone, 1.4, 0.4), (alone, 3.0, 0.44)):
                above.eventplot(
                    [np.atleast_1d(x) for x in time[chosen]],
                    lineoffsets=address[chosen] + side,
                    linelengths=tall,
                    linewidths=width,
                    colors=colour,
                ) if chosen.any() else None
            above.plot([], [], color=colour, label=label)
            above.plot(
                time[alone], address[alone] + 2.1 * side, "v" if side > 0 else "^", color="#c1121f",
                label=f"only {label}" if alone.any() else None,
            )  # fmt: skip
        _legend(plain(above))
        every = np.concatenate([self.reference[1], self.other[1], [0]])
        above.set_ylim(every.min() - 0.8, every.max() + 1.2)
        above.yaxis.get_major_locator().set_params(integer=True)
        above.set_ylabel(f"{self.name} (address)")
        early, late = self.reference[0][self.pairs[:, 0]], self.other[0][self.pairs[:, 1]]
        plain(below).plot(early, late - early, ".", color=BLUE)
        below.axhline(0.0, color=ORANGE, linewidth=0.8)
        if self.place is not None:
            for axes in (above, below):
                axes.axvline(self.place, color=INK, linewidth=0.6, linestyle=":")
        below.set_ylabel("new − reference")
        below.set_xlabel("time")
        _engineering(None, below, self.unit, self.unit)


@dataclass(frozen=True, eq=False)
class NumberPair:
    """A number and its reference, as drawn by :func:`departures`."""

    name: str
    unit: str
    reference: float
    other: float
    allowed: float

    def draw(self, area: SubFigure) -> None:
        """Draw both on a line with what is allowed around the reference."""
        axes = plain(area.subplots())
        low, high = self.reference - self.allowed, self.reference + self.allowed
        axes.axvspan(low, high, color=GREY, alpha=0.35, linewidth=0, label="allowed")
        axes.axvline(self.reference, color=ORANGE, linewidth=2.2, label="reference")
        axes.plot([self.other], [0.5], "o", color=BLUE, label="new")
        axes.set_ylim(0.0, 1.0)
        axes.set_yticks([])
        axes.set_ylabel(self.name)
        _legend(axes)
        _engineering(None, axes, "", self.unit)


Pair = WaveformPair | SpikePair | NumberPair


def departures(title: str, pairs: Sequence[Pair]) -> Figure:
    """Draw results beside their references, one block a quantity.

    Parameters
    ----------
    title : str
    pairs : sequence of Pair
        At least one.
    """
    heights = [LOW if isinstance(pair, NumberPair) else TALL for pair in pairs]
    drawn = figure(9.5, 0.4 + sum(heights))
    drawn.suptitle(title, fontsize=9, color=INK, x=0.01, ha="left")
    areas = drawn.subfigures(len(pairs), 1, squeeze=False, height_ratios=heights)
    for pair, area in zip(pairs, areas[:, 0], strict=True):
        pair.draw(area)
    return drawn


def _within(window: tuple[float, float], curve: Curve) -> Floats:
    """Return the finite values of a curve inside of a window and at its edges."""
    inside = (curve[0] > window[0]) & (curve[0] < window[1])
    values = np.concatenate([curve[1][inside], np.interp(window, *curve)])
    finite = values[np.isfinite(values)]
    return finite if len(finite) else np.zeros(1)


def _legend(axes: Axes) -> None:
    """Name what is drawn, above the axes, where it hides nothing."""
    axes.legend(
        frameon=False,
        fontsize=8,
        labelcolor=INK,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.0,
        ncols=4,
    )


def _engineering(above: Axes | None, below: Axes, unit: str, axis_unit: str) -> None:
    """Label axes with SI prefixes."""
    from matplotlib.ticker import EngFormatter

    for axes in (above, below):
        if axes is not None and unit:
            axes.yaxis.set_major_formatter(EngFormatter(unit.replace("/Hz**0.5", "/√Hz")))
    if axis_unit:
        below.xaxis.set_major_formatter(EngFormatter(axis_unit))
