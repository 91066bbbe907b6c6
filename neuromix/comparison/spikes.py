"""Matching spikes of two records one to one, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    pairs : (k, 2) ndarray of int
        Numbers of the spikes that met: of the reference, of the other.
    """

    error: NDArray[np.float64]
    reference: int
    other: int
    pairs: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))

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
    local = local_intervals(reference, start)
    following = np.append(reference[1:], np.inf)
    errors: list[float] = []
    pairs: list[tuple[int, int]] = []
    position = 0
    for number, (moment, width, later) in enumerate(zip(reference, local, following, strict=True)):
        while position < len(other) and (
            other[position] < moment - 0.5 * width
            or _better(moment, later, other[position : position + 2])
        ):
            errors.append(UNMATCHED)
            position += 1
        if position < len(other) and abs(other[position] - moment) <= 0.5 * width:
            errors.append(abs(float(other[position] - moment)) / float(width))
            pairs.append((number, position))
            position += 1
        else:
            errors.append(UNMATCHED)
    errors += [UNMATCHED] * (len(other) - position)
    met = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return SpikeMatch(np.asarray(errors), len(reference), len(other), met)


def local_intervals(reference: NDArray[np.float64], start: float = 0.0) -> NDArray[np.float64]:
    """Return the shorter of the intervals before and after each spike, s.

    The first spike's interval begins at ``start``, where that is earlier. A single spike, and two
    at once, have no interval: only what falls onto them meets them.
    """
    interval = np.diff(reference, prepend=start)
    if interval[0] <= 0.0:
        interval[0] = np.inf
    local = np.minimum(interval, np.append(interval[1:], np.inf))
    return np.where((local > 0.0) & np.isfinite(local), local, np.finfo(float).tiny)


def _better(moment: float, later: float, pair: NDArray[np.float64]) -> bool:
    """Tell whether the second of a pair of spikes is the partner of ``moment``, not the first."""
    if len(pair) < 2:
        return False
    first, second = abs(pair - moment)
    return bool(second < first and second <= abs(pair[1] - later))
