"""What the link into one array has done: counts that grow call by call, and their final record."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neuromix.array.congestion import PathCounts
from neuromix.array.fabric import Delivery
from neuromix.array.histogram import TimeHistogram
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


@dataclass
class Traffic:
    """Counts of a link in use."""

    sent: int = 0
    delivered: int = 0
    dropped: int = 0
    wait: TimeHistogram = field(default_factory=TimeHistogram)
    latency: TimeHistogram = field(default_factory=TimeHistogram)
    queue_depths: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, delivery: Delivery) -> None:
        """Count what one call of the link has made."""
        self.sent += int(delivery.sent.sum())
        self.delivered += len(delivery.events)
        self.dropped += int(delivery.dropped.sum())
        self.wait = self.wait.with_times(delivery.wait)
        self.latency = self.latency.with_times(delivery.latency)
        met = np.bincount(delivery.met, minlength=len(self.queue_depths))
        met[: len(self.queue_depths)] += self.queue_depths
        self.queue_depths = met

    def counts(
        self, duration: float, pace: float, passage: Passage, paths: PathCounts | None = None
    ) -> LinkCounts:
        """Return the record of a run of ``duration``, s."""
        return LinkCounts(
            self.sent,
            self.delivered,
            self.dropped,
            self.wait,
            self.latency,
            self.queue_depths,
            min(1.0, self.delivered * pace / duration),
            pace,
            passage,
            paths,
        )
