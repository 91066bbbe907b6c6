"""Spikes of an array put in order: those before a moment, and those after it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.data.events import Events

FEW = 64
"""Spikes that are put in order one by one: what a window of a loop has."""


def put_in_order(
    late: Events, time: NDArray[np.float64], address: NDArray[np.uint32], stop: float
) -> tuple[Events, Events]:
    """Return the spikes before a moment, and the others; of equal times, earlier ones come first.

    Parameters
    ----------
    late : Events
        Spikes that come before the next ones in their arrays.
    time, address : (n,) arrays
        Spikes, not in order.
    stop : float, s
    """
    if len(time) + len(late) <= FEW:
        first, last, sender, later = _in_order(late.time, late.address, time, address, stop)
        return Events.trusted(first, sender), Events.trusted(last, later)
    if len(late):
        time = np.concatenate([late.time, time])
        address = np.concatenate([late.address, address])
    spikes = Events.in_order(time, address)
    return spikes.between(-np.inf, stop), spikes.between(stop, np.inf)


@kept(nogil=True)
def _in_order(late_time, late_address, new_time, new_address, stop):  # type: ignore[no-untyped-def]
    """Return times before and after ``stop``, then addresses likewise."""
    late, count = len(late_time), len(late_time) + len(new_time)
    time, address = np.empty(count), np.empty(count, np.uint32)
    before = 0
    for k in range(count):
        moment = late_time[k] if k < late else new_time[k - late]
        who = late_address[k] if k < late else new_address[k - late]
        at = k
        while at > 0 and time[at - 1] > moment:
            time[at], address[at] = time[at - 1], address[at - 1]
            at -= 1
        time[at], address[at] = moment, who
        before += moment < stop
    return time[:before], time[before:].copy(), address[:before], address[before:].copy()
