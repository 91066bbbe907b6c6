"""What a network did: intervals between spikes, traces, weights, times on a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.data.arrays import floats, numeric
from neuromix.data.events import Events, as_events
from neuromix.errors import BadValue
from neuromix.plot.style import BLUE, INK, ORANGE, axis_label, engineering, figure, literal, plain
from neuromix.units import render

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import DataArray

TRACES_SHOWN = 6
"""Neurons of a trace that are drawn where no others are asked for."""

OVERLAID = 100
"""Bins of a histogram at most."""

DECADE, MARGIN = 10.0, 1.05
"""Least width of a logarithmic axis of times, and what is left at its ends."""

DWARFING = 30.0
"""How many times as high as all others a bar makes them too low to be seen."""


@runtime_checkable
class CountedTimes(Protocol):
    """Times in bins, as :class:`neuromix.array.histogram.TimeHistogram` has them."""

    @property
    def edges(self) -> NDArray[np.float64]:
        """Upper edges of all bins but the last, s."""
        ...

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many times are in each bin."""
        ...

    @property
    def longest(self) -> float:
        """The longest of all, s."""
        ...


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
    as_events(events, "interval_histogram")
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
    if getattr(recorded, "dims", None) != ("time", "neuron"):
        raise BadValue(
            f"traces: a {type(recorded).__name__} is not a trace over time and neurons",
            cure='recording.traces["hidden.v_mem"], of a run with record=["hidden.v_mem"]',
        )
    recorded_ones = recorded["neuron"].to_numpy()
    chosen = recorded_ones[:TRACES_SHOWN] if neurons is None else _chosen(neurons)
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


def _chosen(neurons: ArrayLike) -> NDArray[np.integer[Any]]:
    found = np.atleast_1d(numeric(neurons, "traces: neurons"))
    if found.ndim != 1 or not found.size or found.dtype.kind not in "iu":
        raise BadValue(f"traces: neurons are {neurons!r:.60}", cure="their addresses, as [0, 9]")
    return found


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


def time_histogram(times: CountedTimes, label: str, what: str = "events") -> Figure:
    """Draw times that were counted over many decades, such as latencies on a link.

    What is no longer than the first edge, 0 included, is a bar of its own at the left, ``0``; the
    counts are on a logarithmic axis where it would make all others too low to be seen.

    Parameters
    ----------
    times : CountedTimes
        Such as ``recording.links["hidden"].wait``.
    label : str
        What the times are.
    what : str
        Of what they are.

    Raises
    ------
    BadValue
        Where nothing was counted.
    """
    if not isinstance(times, CountedTimes):
        raise BadValue(
            f"time_histogram: a {type(times).__name__} is not counted times",
            cure='recording.links["hidden"].wait',
        )
    edges, counts, zeros = times.edges, times.counts[1:], int(times.counts[0])
    total, longer = zeros + int(counts.sum()), np.flatnonzero(counts)
    if not total:
        raise BadValue(f"time_histogram: no {label} was measured")
    borders = np.append(edges, edges[-1] * edges[-1] / edges[-2])
    shortest, longest = render(float(edges[0]), "s"), render(times.longest, "s", 3)
    drawn = figure(6.0, 3.4)
    both = bool(zeros and len(longer))
    panels = drawn.subplots(
        1, 1 + both, sharey=True, squeeze=False, width_ratios=[1, 11] if both else [1]
    )[0]
    if zeros:
        plain(panels[0]).bar(["0"], [zeros], width=0.8 if both else 0.1, color=ORANGE)
        panels[0].set_xlim(-0.6, 0.6)
    if len(longer):
        axes = plain(panels[-1])
        shown = slice(int(longer[0]), int(longer[-1]) + 1)
        factor, unit = engineering(borders[shown.start : shown.stop + 1], "s")
        axes.stairs(
            counts[shown], borders[shown.start : shown.stop + 1] * factor, fill=True, color=BLUE
        )
        axes.set_xscale("log")
        # A decade at least, so that the axis has numbers that do not stand on each other.
        low, high = borders[shown.start] * factor, borders[shown.stop] * factor
        wider = max(1.0, DECADE * low / high) ** 0.5
        axes.set_xlim(low / wider / MARGIN, high * wider * MARGIN)
        axes.set_xlabel(axis_label(label, unit))
        if zeros > DWARFING * counts.max():
            axes.set_yscale("log")
            axes.set_ylim(bottom=0.5)
    else:
        panels[0].set_xlabel(literal(label))
    panels[0].set_ylabel(what)
    drawn.suptitle(
        f"{total} {what}, {zeros} of them 0 (within {shortest}); longest {longest}",
        fontsize=9,
        x=0.01,
        ha="left",
        color=INK,
    )
    return drawn
