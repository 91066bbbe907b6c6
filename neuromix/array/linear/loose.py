"""Groups of linear neurons whose events and spikes are bound to no grid of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.linear.crossing import reach
from neuromix.array.linear.die import Die
from neuromix.array.linear.events import Cables, Cells
from neuromix.array.linear.groups import Group
from neuromix.array.linear.synapses import drawn_weights
from neuromix.data.events import Events
from neuromix.errors import BadValue

Moments = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Times, s, and what happens at them."""


@dataclass(eq=False)
class Loose:
    """A group in progress.

    Parameters
    ----------
    group : Group
    first : dict of str to int
        Number of the first cell of each array.
    cells : Cells
    cables : Cables
    rows : int
        Of events.
    flow : compiled function
        Of the family of its neurons.
    coming : (times, keys)
        Of events that have not been served, sorted.
    """

    group: Group
    first: dict[str, int]
    cells: Cells
    cables: Cables
    rows: int
    flow: Callable[..., Any]
    coming: Moments
    found: list[Moments] = field(default_factory=list)

    @classmethod
    def of(cls, die: Die, which: int, spikes: Mapping[str, Events]) -> Loose:
        """Put a group to rest, before the events of all blocks before it come."""
        group = die.groups[which]
        first: dict[str, int] = {}
        for name in group.first_lane:
            first[name] = sum(die.neurons[other].array.n for other in first)
        cells = _joined([_cells(die, name) for name in first])
        rows = group.first_row + len(cells.v)
        cables = _cables(die, group, first, rows)
        (flow,) = die.neurons[next(iter(first))].dynamics.kernels()
        coming = _arrivals(group, cables, spikes, rows)
        return cls(group, first, cells, cables, rows, flow, coming)

    def shortest_delay(self) -> float:
        """Return the shortest delay inside of the group, s; infinite without any.

        Raises
        ------
        BadValue
            Where neurons answer each other at once.
        """
        count = np.diff(self.cables.first).reshape(len(self.cables.delay), self.rows)
        inside = count[:, self.group.first_row :].any(axis=1)
        shortest = float(self.cables.delay[inside].min(initial=np.inf))
        if shortest <= 0.0:
            raise BadValue(
                "run: neurons of a loop answer each other at once",
                cure="delays above 0 in every loop, or mode='clock'",
            )
        return shortest

    def go_on(self, stop: float, advance: Callable[..., Moments]) -> None:
        """Serve all events before ``stop``, s, not more than a shortest delay away in a loop.

        Parameters
        ----------
        stop : float, s
        advance : callable
            Is given times and keys of the events, and returns times and cells of spikes.
        """
        time, key = self.coming
        cut = int(np.searchsorted(time, stop))
        spikes = advance(time[:cut], key[:cut])
        time, key = time[cut:], key[cut:]
        self.found.append(spikes)
        if self.group.recurrent:
            sent = [
                (spikes[0] + delay, d * self.rows + self.group.first_row + spikes[1])
                for d, delay in enumerate(self.cables.delay)
            ]
            times = np.concatenate([time, *(item for item, _ in sent)])
            keys = np.concatenate([key, *(item for _, item in sent)])
            order = np.lexsort((keys, times))
            time, key = times[order], keys[order]
        self.coming = time, key

    def spikes(self) -> dict[str, Events]:
        """Return all spikes by array."""
        times = np.concatenate([np.empty(0), *(item for item, _ in self.found)])
        cell = np.concatenate([np.empty(0, np.int64), *(item for _, item in self.found)])
        ends = [*list(self.first.values())[1:], len(self.cells.v)]
        return {
            name: Events.sort(times[its], cell[its] - begin)
            for (name, begin), end in zip(self.first.items(), ends, strict=True)
            for its in [(cell >= begin) & (cell < end)]
        }


def _cells(die: Die, name: str) -> Cells:
    item = die.neurons[name]
    n = item.array.n
    values = item.dynamics.values()
    bounds = reach(item.dynamics, n)

    def each(value: ArrayLike) -> NDArray[np.float64]:
        return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), (n,)))

    excitatory_jumps, inhibitory_jumps = item.propagators.jumps
    return Cells(
        rows=item.dynamics.matrix(n),
        rest=each(values["rest"]),
        threshold=each(values["threshold"]),
        reset=each(values["reset"]),
        refractory=each(values["refractory_time"]),
        gain=bounds.gain,
        stride=bounds.stride,
        excitatory_jumps=np.full(n, excitatory_jumps),
        inhibitory_jumps=np.full(n, inhibitory_jumps),
        v=each(item.initial),
        e=np.zeros(n),
        i=np.zeros(n),
        at=np.zeros(n),
        free_at=np.full(n, -np.inf),
    )


def _joined(parts: list[Cells]) -> Cells:
    return Cells._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _cables(die: Die, group: Group, first: Mapping[str, int], rows: int) -> Cables:
    """Return all synapses into a group, in order of delay and source."""
    found = [item for item in die.chip.projections if item.target in first]
    delay = np.unique(np.concatenate([np.empty(0), *(np.ravel(item.delays) for item in found)]))
    key, target, weight = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for item in found:
        source = group.outside.get(item.source)
        if source is None:
            source = group.first_row + first[item.source]
        row = source + np.repeat(np.arange(len(item.indptr) - 1), np.diff(item.indptr))
        key.append(np.searchsorted(delay, item.delays) * rows + row)
        target.append(first[item.target] + item.targets.astype(np.int64))
        weight.append(drawn_weights(die.chip, item).astype(np.float64))
    keys = np.concatenate(key)
    order = np.argsort(keys, kind="stable")
    return Cables(
        delay,
        np.searchsorted(keys[order], np.arange(len(delay) * rows + 1)),
        np.concatenate(target)[order],
        np.concatenate(weight)[order],
    )


def _arrivals(
    group: Group, cables: Cables, spikes: Mapping[str, Events], rows: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return when which synapses get events from outside, in order of time."""
    time, key = [np.empty(0)], [np.empty(0, np.int64)]
    for name, begin in group.outside.items():
        events = spikes[name]
        for d, delay in enumerate(cables.delay):
            sent = d * rows + begin + events.address.astype(np.int64)
            reached = cables.first[sent + 1] > cables.first[sent]
            time.append(events.time[reached] + delay)
            key.append(sent[reached])
    times, keys = np.concatenate(time), np.concatenate(key)
    order = np.lexsort((keys, times))
    return times[order], keys[order]
