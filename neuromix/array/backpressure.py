"""Links that stop those before them: compiled, all links of a network together in order of time.

A link does not begin to serve while an event that it has sent waits at the next link for room: the
acknowledge stays away. What was on its way by then still arrives; a sender holds its request.
"""

from __future__ import annotations

import heapq
import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

COPY = np.dtype(
    [
        ("link", np.int64),
        ("request", np.int64),
        ("sender", np.int64),
        ("arrival", np.float64),
        ("start", np.float64),
        ("met", np.int32),
        ("follower", np.int64),
    ]
)
"""An event at one link: which of the requests it is, which link sent it on (beyond the links: the
chip), when it came, when its service began, how many it found waiting, who waits after it."""

ARRIVES, WAKES = 0, 1
"""Kinds of moments; of one time, all arrivals come before any decision."""


@njit(nogil=True)
def hold_back(
    time: NDArray[np.float64],
    source: NDArray[np.int64],
    neurons: int,
    feeder: NDArray[np.int64],
    branch: NDArray[np.int64],
    branches: NDArray[np.int64],
    passes: NDArray[np.bool_],
    first_next: NDArray[np.int64],
    next_link: NDArray[np.int64],
    cycle: NDArray[np.float64],
    latency: NDArray[np.float64],
    depth: int,
    copies: NDArray[np.void],
) -> int:
    """Let all requests pass, and fill in their copies.

    Parameters
    ----------
    time : (n,) array, s
        Sorted moments of the requests.
    source : (n,) array
        Who sends: chip × ``neurons`` + address.
    neurons : int
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
    copies : (links that all requests take,) array of ``COPY``

    Returns
    -------
    int
        How many copies there are: all of them.
    """
    links = len(cycle)
    widest = 1
    for link in range(links):
        widest = max(widest, branches[link])
    first_of = np.full((links, widest), -1)
    last_of = np.full((links, widest), -1)
    ring = np.zeros((links, max(depth, 1)), np.int64)
    oldest = np.zeros(links, np.int64)
    held = np.zeros(links, np.int64)
    waiting = np.zeros(links, np.int64)
    refused = np.zeros(links, np.int64)
    free_at = np.full(links, -math.inf)
    last = branches - 1
    agenda = [(math.inf, WAKES, -1)]
    made = 0
    given = 0
    while True:
        now, kind, what = agenda[0]
        if given < len(time) and time[given] <= now:
            now = time[given]
            made = _send_on(
                links + source[given] // neurons, given, now, source, neurons, feeder, passes,
                first_next, next_link, copies, made, agenda,
            )  # fmt: skip
            given += 1
            continue
        if now == math.inf:
            return made
        heapq.heappop(agenda)
        if kind == ARRIVES:
            link = copies[what]["link"]
            idle = free_at[link] <= now and refused[link] == 0
            copies[what]["met"] = held[link] + waiting[link] - (1 if idle and held[link] else 0)
            line = branch[link, source[copies[what]["request"]] // neurons]
            if first_of[link, line] < 0:
                first_of[link, line] = what
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
                line = last[link]
                while True:
                    line = (line + 1) % branches[link]
                    if first_of[link, line] >= 0:
                        break
                copy = first_of[link, line]
                first_of[link, line] = copies[copy]["follower"]
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
            free_at[link] = now + cycle[link]
            heapq.heappush(agenda, (free_at[link], WAKES, link))
            made = _send_on(
                link, copies[copy]["request"], now + latency[link], source, neurons, feeder, passes,
                first_next, next_link, copies, made, agenda,
            )  # fmt: skip


@njit(nogil=True)
def _send_on(
    sender: int,
    request: int,
    moment: float,
    source: NDArray[np.int64],
    neurons: int,
    feeder: NDArray[np.int64],
    passes: NDArray[np.bool_],
    first_next: NDArray[np.int64],
    next_link: NDArray[np.int64],
    copies: NDArray[np.void],
    made: int,
    agenda: list[tuple[float, int, int]],
) -> int:
    """Make the copies of a request that go on from a link or chip; return how many there are."""
    chip = source[request] // neurons
    for k in range(first_next[sender], first_next[sender + 1]):
        link = next_link[k]
        if feeder[link, chip] == sender and passes[link, source[request]]:
            copies[made]["link"] = link
            copies[made]["request"] = request
            copies[made]["sender"] = sender
            copies[made]["arrival"] = moment
            copies[made]["follower"] = -1
            heapq.heappush(agenda, (moment, ARRIVES, made))
            made += 1
    return made
