"""What has waited before the neurons of a sparse memory, and when that is too much to pass over."""

from __future__ import annotations

from dataclasses import dataclass

from neuromix.array.histogram import TimeHistogram
from neuromix.units import render

SUBSTANTIAL = 0.01
"""Part of all words that may still wait at the end."""

SATURATED = 0.99
"""Part of the time for which the busiest path may be busy."""

LONG = 0.05
"""Part of a run. Waits below are those of bursts, and of queues that do not grow: neither of the
others is worth a word then. At a load of 0.9 the mean wait is 30 µs."""


@dataclass(frozen=True, eq=False)
class PathCounts:
    """What the paths into the neurons of one array have done, all together.

    The path of a neuron reads one word after the other, in order of arrival. Counted are the words
    of all events that have arrived before the end of the run.

    Parameters
    ----------
    served : int
        Words that were read before the end of the run.
    waiting : int
        Words that still waited then, and had no effect.
    waited : int
        How many of both have found their path busy.
    wait : TimeHistogram
        Of every word, from its arrival to when it is read: for those that still waited, when it
        would have been, since nothing overtakes.
    load : float
        Part of the time for which the busiest path was busy.
    pace : float, s
        From one word of a neuron to the next: set-up and pulse.
    """

    served: int
    waiting: int
    waited: int
    wait: TimeHistogram
    load: float
    pace: float

    @property
    def words(self) -> int:
        """All that have arrived."""
        return self.served + self.waiting

    @property
    def longest_wait(self) -> float:
        """From the arrival of a word to when it is read, s."""
        return self.wait.longest


def congestion(name: str, counts: PathCounts, duration: float) -> str | None:
    """Return what is to be said about paths that could not keep up in a run of ``duration``, s.

    That is where words waited for a long part of the run, and either many of all were not read
    before its end or the busiest path never rested.
    """
    many = counts.waiting > SUBSTANTIAL * counts.words
    if counts.longest_wait <= LONG * duration or not (many or counts.load >= SATURATED):
        return None
    return (
        f"{name}: {counts.waiting} of {counts.words} words still waited for the path of their "
        f"neuron at the end, {counts.waited} have waited, up to {render(counts.longest_wait, 's')} "
        f"in a run of {render(duration, 's')}; the busiest path was busy for "
        f"{100.0 * counts.load:.3g} % of it, with {render(counts.pace, 's')} a word "
        "(fewer events a neuron, or a shorter pulse_width)"
    )
