"""One group of arrays, advanced from event to event."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.linear.crossing import reach
from neuromix.array.linear.die import Die
from neuromix.array.linear.events import Cables, Cells, event_kernel
from neuromix.array.linear.groups import Group
from neuromix.array.linear.inside import inside_kernel, strides
from neuromix.array.linear.synapses import drawn_weights
from neuromix.data.events import Events
from neuromix.errors import BadValue

EVENTS_PER_STEP = 0.004
"""Events that come to a neuron in a step's width below which going from one to the next is quicker:
70 ns for an event against 0.3 ns for a step, measured; 40 events a neuron and second at 0.1 ms."""


def sparse_enough(die: Die, which: int, spikes: Mapping[str, Events], duration: float) -> bool:
    """Tell whether few enough events come to a group that steps would mostly find none.

    How many a group sends itself is not known before it runs: a recurrent one goes by the clock.
    """
    group = die.groups[which]
    neurons = sum(die.neurons[name].array.n for name in group.first_lane)
    coming = sum(
        int(np.diff(item.indptr)[spikes[item.source].address.astype(np.int64)].sum())
        for item in die.chip.projections
        if item.target in group.first_lane and item.source in group.outside
    )
    return not group.recurrent and coming * die.dt < EVENTS_PER_STEP * neurons * duration


def by_events(
    die: Die, which: int, spikes: Mapping[str, Events], duration: float
) -> dict[str, Events]:
    """Advance a group from rest and return its spikes by array; times are bound to no grid.

    Parameters
    ----------
    die : Die
        Without noise.
    which : int
        Of its groups, whose neurons must be of one family.
    spikes : mapping of str to Events
        Of all blocks before it.
    duration : float, s
    """
    group = die.groups[which]
    first: dict[str, int] = {}
    for name in group.first_lane:
        first[name] = sum(die.neurons[other].array.n for other in first)
    cells = _joined([_cells(die, name) for name in first])
    rows = group.first_row + len(cells.v)
    cables = _cables(die, group, first, rows)
    time, key = _arrivals(group, cables, spikes, rows)
    (flow,) = die.neurons[next(iter(first))].dynamics.kernels()
    advance = event_kernel(flow, cells.rows.shape[1])
    window = _window(cables, group, rows) if group.recurrent else duration
    when, who = [np.empty(0)], [np.empty(0, np.int64)]
    for start in np.arange(0.0, duration, window):
        stop = min(duration, start + window)
        cut = int(np.searchsorted(time, stop))
        found = advance(cells, cables, time[:cut], key[:cut], stop)
        time, key = time[cut:], key[cut:]
        when.append(found[0])
        who.append(found[1])
        if group.recurrent:
            sent = [(found[0] + delay, d * rows + group.first_row + found[1])
                    for d, delay in enumerate(cables.delay)]  # fmt: skip
            times = np.concatenate([time, *(item for item, _ in sent)])
            keys = np.concatenate([key, *(item for _, item in sent)])
            order = np.lexsort((keys, times))
            time, key = times[order], keys[order]
    times, cell = np.concatenate(when), np.concatenate(who)
    return {
        name: Events.sort(times[its], cell[its] - begin)
        for name, begin in first.items()
        for its in [(cell >= begin) & (cell < begin + die.neurons[name].array.n)]
    }


def inside_steps(
    die: Die, which: int, spikes: Mapping[str, Events], steps: int
) -> dict[str, Events]:
    """Advance an array outside of any loop by the clock, its events and spikes inside of steps.

    Parameters are those of :func:`by_events`, and the number of steps.
    """
    group = die.groups[which]
    (name,) = group.first_lane
    cells = _cells(die, name)
    rows = group.first_row + len(cells.v)
    cables = _cables(die, group, {name: 0}, rows)
    time, key = _arrivals(group, cables, spikes, rows)
    dynamics = die.neurons[name].dynamics
    (flow,) = dynamics.kernels()
    advance = inside_kernel(flow, cells.rows.shape[1])
    made = strides(dynamics, len(cells.v), die.dt)
    return {name: Events.sort(*advance(cells, cables, made, steps, time, key))}


def _window(cables: Cables, group: Group, rows: int) -> float:
    """Return the shortest delay inside of a group, s."""
    count = np.diff(cables.first).reshape(len(cables.delay), rows)[:, group.first_row :]
    shortest = float(cables.delay[count.any(axis=1)].min(initial=np.inf))
    if shortest <= 0.0:
        raise BadValue(
            "run: neurons of a loop answer each other at once",
            cure="delays above 0 in every loop, or mode='clock'",
        )
    return shortest


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
