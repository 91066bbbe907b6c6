"""What the link into one array has done: counts that grow call by call, and their final record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.congestion import PathCounts
from neuromix.array.fabric import Delivery
from neuromix.array.histogram import AT_ONCE, Tally, TimeHistogram
from neuromix.array.passage import Passage
from neuromix.units import render


@dataclass(frozen=True, eq=False, repr=False)
class LinkCounts:
    """What one link has done.

    Parameters
    ----------
    sent, delivered, dropped : int
        Events; those that still waited at the end are sent and neither of the others.
    wait : TimeHistogram
        From each request to the start of its service.
    latency : TimeHistogram
        From each request to its arrival at the target, with its stamp.
    queue_depths : (deepest + 1,) ndarray of int
        How many requests found 0, 1, 2 … others waiting.
    load : float
        Part of the time for which the link was busy.
    pace : float, s
        From one event to the next: the handshake, or the synapses where they take longer.
    passage : Passage
        What an event took on it, and where these figures come from.
    paths : PathCounts, optional
        What waited beyond it, before the neurons of a sparse memory. A dense one has none: all
        converters serve an event at once.
    """

    sent: int
    delivered: int
    dropped: int
    wait: TimeHistogram
    latency: TimeHistogram
    queue_depths: NDArray[np.int64]
    load: float
    pace: float
    passage: Passage
    paths: PathCounts | None = None

    def __repr__(self) -> str:
        return (
            f"LinkCounts({self.sent} sent, {self.delivered} delivered, {self.dropped} dropped; "
            f"load {self.load:.1%}, longest wait {render(self.longest_wait, 's')})"
        )

    @property
    def waiting(self) -> int:
        """Events that were still waiting at the end."""
        return self.sent - self.delivered - self.dropped

    @property
    def longest_wait(self) -> float:
        """From a request to the start of its service, s."""
        return self.wait.longest

    @property
    def deepest_queue(self) -> int:
        """Most events that a request found waiting."""
        return len(self.queue_depths) - 1 if len(self.queue_depths) else 0


class Traffic:
    """Counts of a link in use."""

    def __init__(self) -> None:
        self.sent = self.delivered = self.dropped = 0
        self._wait, self._latency = Tally(), Tally()
        self._met: list[NDArray[np.int32]] = []
        self._room = AT_ONCE
        self._depths = np.zeros(0, np.int64)

    def add(self, delivery: Delivery) -> None:
        """Count what one call of the link has made."""
        self.sent += int(delivery.sent.sum())
        self.dropped += int(delivery.dropped.sum())
        if delivered := len(delivery.events):
            self.delivered += delivered
            self._wait.add(delivery.wait)
            self._latency.add(delivery.latency)
        if len(delivery.met):
            self._met.append(delivery.met)
            self._room -= len(delivery.met)
            if self._room < 0:
                self._sort_in()

    def _sort_in(self) -> None:
        met = np.concatenate([np.empty(0, np.int32), *self._met])
        depths = np.bincount(met, minlength=len(self._depths))
        depths[: len(self._depths)] += self._depths
        self._depths, self._met, self._room = depths, [], AT_ONCE

    def counts(
        self, duration: float, pace: float, passage: Passage, paths: PathCounts | None = None
    ) -> LinkCounts:
        """Return the record of a run of ``duration``, s."""
        self._sort_in()
        return LinkCounts(
            self.sent,
            self.delivered,
            self.dropped,
            self._wait.histogram(),
            self._latency.histogram(),
            self._depths,
            min(1.0, self.delivered * pace / duration),
            pace,
            passage,
            paths,
        )
