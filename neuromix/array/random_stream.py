"""Random numbers inside compiled kernels: one 64-bit word of state a stream, and no branches.

A stream starts from a word that :func:`neuromix.data.randomness.generator` gave to its owner, mixed
with the number of the trial. Words are SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
pseudorandom number generators", fig. 13).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.models.elementary import number_of

_FIELD = np.uint64(0xFFFF)
_EXPONENT_OF_2_52 = np.uint64(0x4330000000000000)
_MEAN = 2.0**52 + 2.0 * 65535.0
_PER_DEVIATION = 1.0 / math.sqrt((65536.0**2 - 1.0) / 3.0)
"""Of the sum of four whole numbers that are uniform in 0 … 65535: one over it, since a division
takes a kernel as long as half an exponential."""

NORMALIZING = (
    9.62605933e-01,
    8.52926011e-03,
    2.29733765e-03,
    -4.77678068e-04,
    4.62359655e-05,
)
"""Odd polynomial that takes the standardized sum of four uniform numbers to a normal one: least
squares between the quantiles of both, weighted with the normal density to the power 3/4. Its
distribution differs by 1.4e-4 at most, its variance by 8e-5, its kurtosis is 0.002; it ends at
5.3 standard deviations (tests/unit/array/test_random_stream.py)."""


def mixed(words: NDArray[np.uint64], trial: int) -> NDArray[np.uint64]:
    """Return the starting states of streams in one trial, shape ``(n,)``."""
    state = words ^ np.uint64((trial * 0xD1342543DE82EF95 + 1) % 2**64)
    _mix(state)
    return state


@njit(forceinline=True)
def following(state: np.uint64) -> np.uint64:
    """Return the state of a stream after ``state``."""
    return np.uint64(state + np.uint64(0x9E3779B97F4A7C15))


@njit(forceinline=True)
def scrambled(state: np.uint64) -> np.uint64:
    """Return the random word of a state."""
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    finished: np.uint64 = z ^ (z >> np.uint64(31))
    return finished


@njit(forceinline=True)
def deviate(word: np.uint64) -> float:
    """Return a standard normal deviate from one random word; see :data:`NORMALIZING`."""
    summed = (word & _FIELD) + ((word >> np.uint64(16)) & _FIELD)
    summed += ((word >> np.uint64(32)) & _FIELD) + (word >> np.uint64(48))
    x = (number_of(np.int64(summed | _EXPONENT_OF_2_52)) - _MEAN) * _PER_DEVIATION
    square = x * x
    high = NORMALIZING[2] + square * (NORMALIZING[3] + square * NORMALIZING[4])
    value: float = x * (NORMALIZING[0] + square * (NORMALIZING[1] + square * high))
    return value


@kept()
def _mix(state: NDArray[np.uint64]) -> None:
    for k in range(len(state)):
        state[k] = word(state, k)


@njit
def word(state: NDArray[np.uint64], k: int) -> np.uint64:
    """Advance stream ``k`` and return its next 64-bit word."""
    state[k] = following(state[k])
    found: np.uint64 = scrambled(state[k])
    return found


@njit
def uniform(state: NDArray[np.uint64], k: int) -> float:
    """Return a number in (0, 1) from stream ``k``."""
    value: float = (float(word(state, k) >> np.uint64(11)) + 0.5) * 2.0**-53
    return value


@njit
def normal(state: NDArray[np.uint64], k: int) -> float:
    """Return a standard normal deviate from stream ``k``."""
    value: float = deviate(word(state, k))
    return value
