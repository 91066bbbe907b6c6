"""One group of arrays, advanced from event to event."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from neuromix.array.linear.die import Die
from neuromix.array.linear.events import event_kernel
from neuromix.array.linear.loose import Loose
from neuromix.data.events import Events

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
    loose = Loose.of(die, which, spikes)
    advance = event_kernel(loose.flow, loose.cells.rows.shape[1])
    window = loose.shortest_delay() if die.groups[which].recurrent else duration
    for start in np.arange(0.0, duration, window):
        stop = min(duration, start + window)
        loose.go_on(stop, functools.partial(advance, loose.cells, loose.cables, stop))
    return loose.spikes()
