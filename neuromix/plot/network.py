"""What a network did: intervals between spikes, traces, weights, times on a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.data.arrays import floats
from neuromix.data.events import Events
from neuromix.errors import BadValue
from neuromix.plot.style import BLUE, INK, axis_label, engineering, figure, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import DataArray

TRACES_SHOWN = 6
"""Neurons of a trace that are drawn where no others are asked for."""

OVERLAID = 100
"""Bins of a histogram at most."""


def interval_histogram(events: Events, label: str = "neurons") -> Figure:
    """Draw the intervals between successive spikes of each address, all together.

    Parameters
    ----------
    events : Events
    label : str
        Whose they are.

    Raises
    ------
    BadValue
        Where no address has spiked twice.
    """
    order = np.lexsort((events.time, events.address))
    time, address = events.time[order], events.address[order]
    intervals = np.diff(time)[np.diff(address.astype(np.int64)) == 0]
    if not len(intervals):
        raise BadValue(f"interval_histogram: none of the {label} has spiked twice")
    factor, unit = engineering(intervals, "s")
    bins = int(np.clip(np.sqrt(len(intervals)), 10, OVERLAID))
    variation = float(intervals.std() / intervals.mean())
    drawn = figure(6.0, 3.4)
    axes = plain(drawn.subplots())
    axes.hist(intervals * factor, bins=bins, color=BLUE)
    axes.set_xlabel(axis_label("inter-spike interval", unit))
    axes.set_ylabel(f"intervals of {label}")
    axes.set_title(
        f"{len(intervals)} intervals, coefficient of variation {variation:.2f}",
        fontsize=9,
        loc="left",
        color=INK,
    )
    return drawn


def traces(recorded: DataArray, neurons: ArrayLike | None = None) -> Figure:
    """Draw what a probe recorded, one panel a neuron.

    Parameters
    ----------
    recorded : xarray.DataArray
        Over ``time`` and ``neuron``, as :attr:`neuromix.array.recording.Recording.traces` has it.
    neurons : sequence of int, optional
        Which, by their addresses; the first few that were recorded by default.
    """
    recorded_ones = recorded["neuron"].to_numpy()
    chosen = recorded_ones[:TRACES_SHOWN] if neurons is None else np.atleast_1d(neurons)
    for neuron in chosen:
        if neuron not in recorded_ones:
            shown = ", ".join(map(str, recorded_ones[:TRACES_SHOWN]))
            more = ", …" if len(recorded_ones) > TRACES_SHOWN else ""
            raise BadValue(f"traces: no neuron {neuron}", [f"there are {shown}{more}"])
    values = recorded.sel(neuron=chosen).to_numpy()
    time = recorded["time"].to_numpy()
    factor, unit = engineering(values, recorded.attrs["units"])
    time_factor, time_unit = engineering(time, "s")
    drawn = figure(7.5, 1.0 + 0.9 * values.shape[1])
    panels = drawn.subplots(values.shape[1], 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for panel, neuron, column in zip(panels, chosen, values.T, strict=True):
        plain(panel).plot(time * time_factor, column * factor, color=BLUE, linewidth=0.9)
        panel.set_title(f"neuron {neuron}", fontsize=8, loc="right", color=INK, pad=1)
    drawn.supylabel(axis_label(recorded.attrs["long_name"], unit), fontsize=9, color=INK)
    panels[-1].set_xlabel(axis_label("time", time_unit))
    return drawn


def weight_map(weights: ArrayLike, label: str = "weight code") -> Figure:
    """Draw a matrix of weights, a row a source; colours are centred on 0.

    Parameters
    ----------
    weights : (sources, targets) array
        What has ``toarray``, such as a sparse array of SciPy and the sparse memory of a chip's
        connection, is drawn as a dense one.
    label : str
        What the numbers are, with their unit.
    """
    dense = weights.toarray() if hasattr(weights, "toarray") else weights
    matrix = floats(dense, "weight_map: weights")
    if matrix.ndim != 2 or not matrix.size:
        raise BadValue(f"weight_map: weights of shape {matrix.shape} are no matrix")
    limit = float(np.abs(matrix).max()) or 1.0
    drawn = figure(5.6, float(np.clip(1.2 + 4.4 * matrix.shape[0] / matrix.shape[1], 2.0, 8.0)))
    axes = drawn.subplots()
    image = axes.imshow(
        matrix, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest"
    )
    axes.set_xlabel("target", color=INK)
    axes.set_ylabel("source", color=INK)
    axes.tick_params(length=0, labelsize=9, labelcolor=INK)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = drawn.colorbar(image, ax=axes, shrink=0.9)
    bar.set_label(label, color=INK)
    bar.outline.set_visible(False)
    return drawn


def time_histogram(edges: NDArray[np.float64], counts: NDArray[np.int64], label: str) -> Figure:
    """Draw times that were counted over many decades, such as latencies on a link.

    Parameters
    ----------
    edges : (n,) ndarray, s
        Upper edges of the bins; what is longer is in one more.
    counts : (n + 1,) ndarray of int
    label : str
        What the times are.

    Raises
    ------
    BadValue
        Where nothing was counted.
    """
    full = np.flatnonzero(counts)
    if not len(full):
        raise BadValue(f"time_histogram: no {label} was measured")
    first, last = max(int(full[0]) - 1, 0), min(int(full[-1]) + 1, len(edges) - 1)
    drawn = figure(6.0, 3.4)
    axes = plain(drawn.subplots())
    factor, unit = engineering(edges[first : last + 1], "s")
    borders = edges[first : last + 1] * factor
    axes.stairs(counts[first + 1 : last + 1], borders, fill=True, color=BLUE)
    axes.set_xscale("log")
    axes.set_xlabel(axis_label(label, unit))
    axes.set_ylabel("events")
    return drawn
