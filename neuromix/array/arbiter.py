"""The compiled arbiter of a link: rotating priority, a FIFO, one server of constant cycle time."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.rotating_priority import following, put, take
from neuromix.compiling import kept

WAITING, GRANTED, DROPPED = 0, 1, 2
"""What became of a request."""


@njit(nogil=True)
def arbitrate(
    time: NDArray[np.float64],
    sender: NDArray[np.int64],
    until: float,
    cycle: float,
    stall: bool,
    queue: NDArray[np.float64],
    last: int,
    free_at: float,
    senders: int,
    levels: NDArray[np.int64],
) -> tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.uint8],
    NDArray[np.int32],
    NDArray[np.float64],
    int,
    float,
]:
    """Decide on all requests that come before ``until``.

    Whenever there is room, the waiting sender that follows the last served one in the cyclic order
    of addresses is granted: between two grants of a sender that waits, every other one gets at most
    one. Requests that find no room are dropped, or keep waiting where the policy is to stall.

    Parameters
    ----------
    time : (n,) array, s
        Sorted moments of the requests.
    sender : (n,) array
        Who asks, 0 … ``senders`` − 1.
    until : float, s
        Nothing at or after it is decided.
    cycle : float, s
        Service time of the link.
    stall : bool
        Senders wait for room; otherwise their events are dropped.
    queue : (depth + 1,) array, s
        First, the number of events in the FIFO; then, when the service of each of them begins.
    last : int
        Sender that was granted last.
    free_at : float, s
        When the link is free.
    senders : int
    levels : array
        Of so many senders, see :func:`neuromix.array.rotating_priority.levels_of`.

    Returns
    -------
    granted : (m,) array
        Indices of granted requests, in order of service.
    start : (m,) array, s
        When the service of each begins.
    state : (n,) array
        ``WAITING``, ``GRANTED`` or ``DROPPED``.
    met : (n,) array
        How many others each request found waiting, in the FIFO or for room; −1 for those that are
        yet to come.
    queue, last, free_at
        For the next call.
    """
    n = len(time)
    depth = len(queue) - 1
    ring = queue[1:].copy()
    oldest = 0
    held = int(queue[0])
    granted = np.empty(n, np.int64)
    start = np.empty(n)
    state = np.zeros(n, np.uint8)
    met = np.full(n, -1, np.int32)
    first_of = np.full(senders, -1)
    last_of = np.full(senders, -1)
    follower = np.full(n, -1)
    asking = np.zeros(levels[-1], np.int64)
    arrived = 0
    waiting = 0
    served = 0
    while True:
        now = time[arrived] if arrived < n else math.inf
        if waiting > 0:
            now = min(now, ring[oldest] if held > 0 else free_at)
        if now >= until:
            break
        while held > 0 and ring[oldest] <= now:
            oldest = (oldest + 1) % depth
            held -= 1
        while arrived < n and time[arrived] <= now:
            met[arrived] = held + waiting
            who = sender[arrived]
            if first_of[who] < 0:
                first_of[who] = arrived
                put(asking, levels, who)
            else:
                follower[last_of[who]] = arrived
            last_of[who] = arrived
            waiting += 1
            arrived += 1
        while waiting > 0 and (held < depth or free_at <= now):
            who = sender[arrived - 1]
            if waiting > 1 or first_of[who] < 0:
                who = following(asking, levels, last)
            request = first_of[who]
            first_of[who] = follower[request]
            if first_of[who] < 0:
                take(asking, levels, who)
            begin = max(now, free_at)
            free_at = begin + cycle
            if begin > now:
                ring[(oldest + held) % depth] = begin
                held += 1
            granted[served] = request
            start[served] = begin
            state[request] = GRANTED
            served += 1
            last = who
            waiting -= 1
        if waiting > 0 and not stall:
            for request in range(arrived - 1, -1, -1):
                if waiting == 0:
                    break
                if state[request] == WAITING:
                    state[request] = DROPPED
                    first_of[sender[request]] = -1
                    take(asking, levels, sender[request])
                    waiting -= 1
    left = np.zeros(depth + 1)
    left[0] = held
    for k in range(held):
        left[1 + k] = ring[(oldest + k) % depth]
    return granted[:served], start[:served], state, met, left, last, free_at


@kept(nogil=True)
def decide(  # type: ignore[no-untyped-def]
    time, sender, place, held, until, since, cycle, stall, queue, last, free_at, senders, levels
):
    """Decide on requests as :func:`arbitrate` does, and sort out what became of them.

    Parameters
    ----------
    time, sender : (n,) arrays
        Requests: ``held`` that wait since earlier calls, then new ones.
    place : (n,) array of int
        What to call them.
    held : int
    until, cycle, stall, queue, last, free_at, senders, levels
        See :func:`arbitrate`.
    since : float, s
        Requests before it have been counted.

    Returns
    -------
    sender, place, requested, started : (granted,) arrays
    met : array
        Of the requests that are new.
    sent, dropped : (senders,) arrays
        New requests, and lost ones.
    waiting : tuple of arrays
        Time, sender and place of those that wait.
    served : tuple
        Queue, last, free_at.
    """
    numbers = sender.astype(np.int64)
    granted, start, state, met, queue, last, free_at = arbitrate(
        time, numbers, until, cycle, stall, queue, last, free_at, senders, levels
    )
    sent, dropped = np.zeros(senders, np.int64), np.zeros(senders, np.int64)
    for k in range(held, len(time)):
        sent[numbers[k]] += 1
    left = np.empty(len(time) - len(granted), np.int64)
    waiting = fresh = 0
    for k in range(len(time)):
        if state[k] == WAITING:
            left[waiting] = k
            waiting += 1
        elif state[k] == DROPPED:
            dropped[numbers[k]] += 1
        # Senders that stall are presented again; what they met is what they met at first.
        if met[k] >= 0 and time[k] >= since:
            met[fresh] = met[k]
            fresh += 1
    left = left[:waiting]
    return (
        sender[granted], place[granted], time[granted], start, met[:fresh], sent, dropped,
        (time[left], sender[left], place[left]), (queue, last, free_at),
    )  # fmt: skip
