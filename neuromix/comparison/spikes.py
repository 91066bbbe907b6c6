"""Matching spikes of two records one to one, in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNMATCHED = 0.5
"""What a spike without a partner counts, in intervals."""


@dataclass(frozen=True, eq=False)
class SpikeMatch:
    """How well one record's spikes meet another's.

    Parameters
    ----------
    error : (n,) ndarray
        Distance of each pair over the local interval of the reference; 0.5 for a spike of either
        side that has no partner.
    reference, other : int
        Spikes of each side.
    """

    error: NDArray[np.float64]
    reference: int
    other: int

    @property
    def count_difference(self) -> int:
        """Spikes that one side has more."""
        return abs(self.reference - self.other)


def match_spikes(
    reference: NDArray[np.float64], other: NDArray[np.float64], start: float = 0.0
) -> SpikeMatch:
    """Match spikes within half a local interval of the reference.

    Parameters
    ----------
    reference, other : (n,) and (m,) ndarray, s
        Sorted spike times.
    start : float
        From when the first interval counts, s.
    """
    if len(reference) == 0:
        return SpikeMatch(np.full(len(other), UNMATCHED), 0, len(other))
    interval = np.diff(reference, prepend=start)
    after = np.append(interval[1:], interval[-1])
    local = np.minimum(interval, after) if len(reference) > 1 else interval
    errors: list[float] = []
    position = 0
    for moment, width in zip(reference, local, strict=True):
        while position < len(other) and other[position] < moment - 0.5 * width:
            errors.append(UNMATCHED)
            position += 1
        if position < len(other) and abs(other[position] - moment) <= 0.5 * width:
            errors.append(abs(float(other[position] - moment)) / float(width))
            position += 1
        else:
            errors.append(UNMATCHED)
    errors += [UNMATCHED] * (len(other) - position)
    return SpikeMatch(np.asarray(errors), len(reference), len(other))
