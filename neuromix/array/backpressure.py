"""Links that stop those before them: compiled, all links of a network together in order of time.

A link does not begin to serve while an event that it has sent waits at the next link for room: the
acknowledge stays away. What was on its way by then still arrives; a sender holds its request.
"""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.rotating_priority import following, levels_of, put, take
from neuromix.compiling import kept

COPY = np.dtype(
    [
        ("link", np.int64),
        ("source", np.int64),
        ("born", np.float64),
        ("sender", np.int64),
        ("arrival", np.float64),
        ("start", np.float64),
        ("met", np.int32),
        ("follower", np.int64),
    ]
)
"""An event at one link: who sent it and when, which link sent it on (beyond the links: the chip),
when it came, when its service began, how many it found waiting, who waits after it."""

ARRIVES, WAKES = 0, 1
"""Kinds of moments; of one time, all arrivals come before any decision."""

MADE, ARRIVED, SERVED = range(3)
"""Counts of copies: that there are, that have come to their link, whose service has begun."""


class Layout(NamedTuple):
    """How the links are joined; a compiled function takes it as it is.

    Parameters
    ----------
    neurons : int
        Addresses of each chip; a source is chip × neurons + address.
    feeder, branch : (links, chips) array
        The link by which events of a chip come to a link, or links + chip where that is the chip
        itself, and which of the link's branches that is.
    branches : (links,) array
        How many branches lead into each link.
    passes : (links, sources) array
        Whether events of a source take a link.
    first_next, next_link : arrays
        The links that may come after link, or links + chip, k are
        ``next_link[first_next[k] : first_next[k + 1]]``.
    cycle, latency : (links,) array, s
    depth : int
        Of each FIFO.
    """

    neurons: int
    feeder: NDArray[np.int64]
    branch: NDArray[np.int64]
    branches: NDArray[np.int64]
    passes: NDArray[np.bool_]
    first_next: NDArray[np.int64]
    next_link: NDArray[np.int64]
    cycle: NDArray[np.float64]
    latency: NDArray[np.float64]
    depth: int


class Queues(NamedTuple):
    """What waits at each link, from call to call.

    Parameters
    ----------
    first_of, last_of : (links, branches) array
        Copies that wait in each line, −1 for none.
    levels, lines : array, (links, levels[-1]) array
        Which lines have one, see :mod:`neuromix.array.rotating_priority`.
    ring : (links, depth) array
        Copies in the FIFO, from the ``oldest`` on.
    oldest, held, waiting, refused, last : (links,) array
        Place of the first in the ring, how many are in it, how many wait in lines, how many of its
        events wait at the next links, and the line that was granted last.
    free_at : (links,) array, s
    tally : (3,) array
        Of copies: made, arrived, served.
    """

    first_of: NDArray[np.int64]
    last_of: NDArray[np.int64]
    levels: NDArray[np.int64]
    lines: NDArray[np.int64]
    ring: NDArray[np.int64]
    oldest: NDArray[np.int64]
    held: NDArray[np.int64]
    waiting: NDArray[np.int64]
    refused: NDArray[np.int64]
    last: NDArray[np.int64]
    free_at: NDArray[np.float64]
    tally: NDArray[np.int64]

    @classmethod
    def empty(cls, layout: Layout) -> Queues:
        """Return those of links that nothing has used."""
        links = len(layout.cycle)
        most = int(layout.branches.max(initial=1))
        levels = levels_of(most)
        oldest, held, waiting, refused = np.zeros((4, links), np.int64)
        return cls(
            np.full((links, most), -1),
            np.full((links, most), -1),
            levels,
            np.zeros((links, int(levels[-1])), np.int64),
            np.zeros((links, max(layout.depth, 1)), np.int64),
            oldest,
            held,
            waiting,
            refused,
            layout.branches - 1,
            np.full(links, -math.inf),
            np.zeros(3, np.int64),
        )


AGENDA = np.dtype([("time", np.float64), ("kind", np.int64), ("what", np.int64)])
"""What is to happen next, as a heap: the arrival of a copy, or a link that looks again."""


@kept(nogil=True)
def hold_back(
    until: float,
    time: NDArray[np.float64],
    source: NDArray[np.int64],
    layout: Layout,
    queues: Queues,
    agenda_before: NDArray[np.void],
    copies: NDArray[np.void],
    arrived: NDArray[np.int64],
    served: NDArray[np.int64],
) -> NDArray[np.void]:
    """Let all that happens before ``until`` (s) happen.

    Parameters
    ----------
    until : float, s
    time : (n,) array, s
        Sorted moments of new requests, all before ``until``.
    source : (n,) array
        Who sends them.
    layout : Layout
    queues : Queues
        Changed.
    agenda_before : array of ``AGENDA``
        What the last call has returned.
    copies : array of ``COPY``
        With room for one a link that a request takes; filled in.
    arrived, served : arrays
        With room for all copies; which have come to their link, and which have been served, in
        order.

    Returns
    -------
    array of ``AGENDA``
        For the next call.
    """
    first_of, last_of, levels, lines = queues[:4]
    ring, oldest, held, waiting, refused, last, free_at, tally = queues[4:]
    neurons, feeder, branch, _, passes, first_next, next_link, cycle, latency, depth = layout
    links = len(cycle)
    agenda = [(math.inf, WAKES, -1)]
    for k in range(len(agenda_before)):
        item = agenda_before[k]
        heapq.heappush(agenda, (item["time"], item["kind"], item["what"]))
    given = 0
    while True:
        now, kind, what = agenda[0]
        if given < len(time) and time[given] <= now:
            now = time[given]
            _send_on(
                links + source[given] // neurons, source[given], now, now, neurons, feeder,
                passes, first_next, next_link, copies, tally, agenda,
            )  # fmt: skip
            given += 1
            continue
        if now >= until:
            break
        heapq.heappop(agenda)
        if kind == ARRIVES:
            link = copies[what]["link"]
            idle = free_at[link] <= now and refused[link] == 0
            copies[what]["met"] = held[link] + waiting[link] - (1 if idle and held[link] else 0)
            arrived[tally[ARRIVED]] = what
            tally[ARRIVED] += 1
            line = branch[link, copies[what]["source"] // neurons]
            if first_of[link, line] < 0:
                first_of[link, line] = what
                put(lines[link], levels, line)
            else:
                copies[last_of[link, line]]["follower"] = what
            last_of[link, line] = what
            waiting[link] += 1
            if copies[what]["sender"] < links:
                refused[copies[what]["sender"]] += 1
            heapq.heappush(agenda, (now, WAKES, link))
            continue
        link = what
        while True:
            idle = free_at[link] <= now and refused[link] == 0
            if idle and held[link] > 0:
                copy = ring[link, oldest[link]]
                oldest[link] = (oldest[link] + 1) % depth
                held[link] -= 1
            elif waiting[link] > 0 and (held[link] < depth or idle):
                line = following(lines[link], levels, last[link])
                copy = first_of[link, line]
                first_of[link, line] = copies[copy]["follower"]
                if first_of[link, line] < 0:
                    take(lines[link], levels, line)
                last[link] = line
                waiting[link] -= 1
                sender = copies[copy]["sender"]
                if sender < links:
                    refused[sender] -= 1
                    if refused[sender] == 0:
                        heapq.heappush(agenda, (now, WAKES, sender))
                if not idle:
                    ring[link, (oldest[link] + held[link]) % depth] = copy
                    held[link] += 1
                    continue
            else:
                break
            copies[copy]["start"] = now
            served[tally[SERVED]] = copy
            tally[SERVED] += 1
            free_at[link] = now + cycle[link]
            heapq.heappush(agenda, (free_at[link], WAKES, link))
            _send_on(
                link, copies[copy]["source"], copies[copy]["born"], now + latency[link],
                neurons, feeder, passes, first_next, next_link, copies, tally, agenda,
            )  # fmt: skip
    left = np.empty(len(agenda) - 1, AGENDA)
    k = 0
    for moment, kind, what in agenda:
        if what >= 0:
            left[k]["time"] = moment
            left[k]["kind"] = kind
            left[k]["what"] = what
            k += 1
    return left


@njit(nogil=True)
def _send_on(
    sender: int,
    source: int,
    born: float,
    moment: float,
    neurons: int,
    feeder: NDArray[np.int64],
    passes: NDArray[np.bool_],
    first_next: NDArray[np.int64],
    next_link: NDArray[np.int64],
    copies: NDArray[np.void],
    tally: NDArray[np.int64],
    agenda: list[tuple[float, int, int]],
) -> None:
    """Make the copies of an event that go on from a link or chip."""
    chip = source // neurons
    for k in range(first_next[sender], first_next[sender + 1]):
        link = next_link[k]
        if feeder[link, chip] == sender and passes[link, source]:
            made = tally[MADE]
            copies[made]["link"] = link
            copies[made]["source"] = source
            copies[made]["born"] = born
            copies[made]["sender"] = sender
            copies[made]["arrival"] = moment
            copies[made]["follower"] = -1
            heapq.heappush(agenda, (moment, ARRIVES, made))
            tally[MADE] += 1
