"""Waveforms of a few runs, one column a run, one row a signal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import BLUE, INK, axis_label, engineering, figure, literal, panels, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]


def waveforms(
    titles: Sequence[str],
    times: Sequence[Floats],
    signals: Mapping[str, tuple[str, Sequence[Sequence[Floats]]]],
    axis: tuple[str, str] = ("time", "s"),
    *,
    logarithmic: bool = False,
) -> Figure:
    """Draw signals over time, or over another axis.

    Parameters
    ----------
    titles : sequence of str
        Of the columns.
    times : sequence of (n,) ndarray
        Of the columns: time in s, or the axis that is named.
    signals : mapping of str to (unit, sequence of sequences of (n,) ndarray)
        One row each; for each column its lines, the nominal one last.
    axis : (str, str)
        Name and unit of the axis.
    logarithmic : bool
        Whether it is logarithmic, and with it the magnitudes of a frequency response.
    """
    across = len(titles)
    drawn = figure(3.05 * across, 1.25 * len(signals) + 0.6)
    panels(drawn, top=0.3, gap=(0.06, 0.12))
    places = drawn.subplots(len(signals), across, squeeze=False, sharex="col", sharey="row")
    for row, (name, (unit, columns)) in zip(places, signals.items(), strict=True):
        every = np.concatenate([line for lines in columns for line in lines])
        factor, shown = engineering(every[np.isfinite(every)], unit)
        row[0].set_ylabel(axis_label(name, shown), fontsize=8.5)
        for axes, time, lines in zip(row, times, columns, strict=True):
            t_factor, _ = _scale(time, axis[1], logarithmic=logarithmic)
            plain(axes)
            if logarithmic:
                axes.set_xscale("log")
                if not name.startswith("phase("):
                    axes.set_yscale("log")
            for number, line in enumerate(lines, start=1):
                nominal = number == len(lines)
                axes.plot(
                    time * t_factor,
                    line * factor,
                    color=INK if nominal and len(lines) > 1 else BLUE,
                    lw=1.1 if nominal else 0.8,
                    alpha=1.0 if nominal else 0.6,
                )
            axes.tick_params(labelsize=8)
            if axes.get_yscale() == "linear":
                axes.locator_params(axis="y", nbins=4)
    for axes, title in zip(places[0], titles, strict=True):
        axes.set_title(literal(title), fontsize=8.5, color=INK, loc="left")
    for axes, time in zip(places[-1], times, strict=True):
        shown = _scale(time, axis[1], logarithmic=logarithmic)[1]
        axes.set_xlabel(axis_label(axis[0], shown), fontsize=8.5)
    return drawn


def _scale(values: Floats, unit: str, *, logarithmic: bool) -> tuple[float, str]:
    """Return factor and unit of an axis; a logarithmic one covers all prefixes and has none."""
    return (1.0, unit) if logarithmic else engineering(values, unit)
