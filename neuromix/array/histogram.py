"""Times over many decades, counted in bins of one ratio, so that any number of events fits."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.errors import BadValue
from neuromix.models.elementary import bits_of
from neuromix.units import number

SHORTEST = 1e-10
"""s: upper edge of the first bin; all that is shorter, 0 included, falls into it."""

BINS_PER_DECADE = 32
"""A bin is 7.5 % wide: no percentile is further off."""

DECADES = 14
"""Up to 10 000 s; all that is longer falls into the last bin."""

EDGES = SHORTEST * 10.0 ** (np.arange(BINS_PER_DECADE * DECADES + 1) / BINS_PER_DECADE)
"""s: upper edges of all bins but the last."""

UNSEEN = 48
"""Last bits of a time that do not tell its part of an octave, a sixteenth: narrower than a bin, so
that at most one edge lies in it."""

FIRST_PART, LAST_PART = (EDGES[[0, -1]].view(np.int64) >> UNSEEN).tolist()

BIN_OF_PART = np.searchsorted(
    EDGES, (np.arange(FIRST_PART, LAST_PART + 1) << UNSEEN).view(np.float64)
)
"""The bin in which each part of an octave begins."""


AT_ONCE = 4096
"""Counted things that are kept as they come before they are sorted into bins."""


@dataclass(frozen=True, eq=False)
class TimeHistogram:
    """How often a time was measured.

    Parameters
    ----------
    counts : (450,) ndarray of int
        By bin; ``EDGES`` are the upper edges.
    total : float, s
        Sum of all measured times, from which the mean is exact.
    longest : float, s
    """

    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(EDGES) + 1, np.int64))
    total: float = 0.0
    longest: float = 0.0

    def __repr__(self) -> str:
        return f"TimeHistogram({self.count} times, mean {self.mean:.4g} s, to {self.longest:.4g} s)"

    @property
    def edges(self) -> NDArray[np.float64]:
        """Upper edges of all bins but the last, s."""
        return EDGES

    @property
    def count(self) -> int:
        """Number of times that were measured."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """Mean, s; NaN of none."""
        return self.total / self.count if self.count else float("nan")

    def percentile(self, percent: float) -> float:
        """Return a time, s, within which that many percent of all are; NaN of none.

        It is the upper edge of a bin, at most 7.5 % more than the true one, and never more than the
        longest time.
        """
        if not 0.0 <= number(percent, "percentile") <= 100.0:
            raise BadValue(f"percentile: {percent!r} is not within 0 … 100")
        if not self.count:
            return float("nan")
        reached = np.cumsum(self.counts) >= max(1.0, self.count * percent / 100.0)
        bin_of = int(np.argmax(reached))
        return self.longest if bin_of == len(EDGES) else min(float(EDGES[bin_of]), self.longest)

    def with_times(self, times: NDArray[np.float64]) -> TimeHistogram:
        """Return the histogram with more times, s, in it."""
        if not len(times):
            return self
        counts = self.counts.copy()
        longest = _count(times, counts)
        return TimeHistogram(counts, self.total + float(times.sum()), max(self.longest, longest))


class Tally:
    """Times that come in many small parts, which are put into a histogram many at once."""

    def __init__(self) -> None:
        self._whole = TimeHistogram()
        self._parts: list[NDArray[np.float64]] = []
        self._room = AT_ONCE

    def add(self, times: NDArray[np.float64]) -> None:
        """Count times, s; the array is not to be changed afterwards."""
        self._parts.append(times)
        self._room -= len(times)
        if self._room < 0:
            self.histogram()

    def histogram(self) -> TimeHistogram:
        """Return the histogram of all times so far: what adding each part to it would have made."""
        if self._parts:
            counts, total = self._whole.counts.copy(), self._whole.total
            for times in self._parts:
                total += float(times.sum())
            longest = max(self._whole.longest, _count(np.concatenate(self._parts), counts))
            self._whole = TimeHistogram(counts, total, longest)
            self._parts, self._room = [], AT_ONCE
        return self._whole


@njit(nogil=True, forceinline=True)
def bin_of(time: float) -> int:
    """Return the bin of a time, s, as a search in ``EDGES`` finds it."""
    part = min(max(bits_of(time) >> UNSEEN, FIRST_PART), LAST_PART) - FIRST_PART
    begins: int = BIN_OF_PART[part]
    beyond: bool = time > EDGES[begins]
    return begins + beyond


@kept(nogil=True)
def _count(times: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Count times in their bins; return the longest."""
    longest = 0.0
    for time in times:
        counts[bin_of(time)] += 1
        longest = max(longest, time)
    return longest
