"""Who waits, and who of them comes next in the cyclic order of addresses.

A bit an address, a bit a word of 64 of these, and so on up to one word: to find the next of n
addresses takes log64 n steps up and down, as a tree of priority encoders does.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numba.cpython.unsafe.numbers import trailing_zeros
from numpy.typing import NDArray

SHIFT, INSIDE = 6, 63
"""A word has 2**6 bits."""


def levels_of(addresses: int) -> NDArray[np.int64]:
    """Return where the words of each level begin, and, last, how many words there are."""
    words = [max(1, (addresses + INSIDE) >> SHIFT)]
    while words[-1] > 1:
        words.append((words[-1] + INSIDE) >> SHIFT)
    return np.cumsum([0, *words], dtype=np.int64)


@njit(nogil=True, forceinline=True)
def put(words: NDArray[np.int64], first: NDArray[np.int64], address: int) -> None:
    """Let an address wait.

    Parameters
    ----------
    words : (first[-1],) array
        All levels, the finest first; changed.
    first : array
        What :func:`levels_of` gives.
    address : int
    """
    for level in range(len(first) - 1):
        place = first[level] + (address >> SHIFT)
        known = words[place]
        words[place] = known | (1 << (address & INSIDE))
        if known != 0:
            return
        address >>= SHIFT


@njit(nogil=True, forceinline=True)
def take(words: NDArray[np.int64], first: NDArray[np.int64], address: int) -> None:
    """Let an address wait no longer; one that does not wait stays as it is."""
    for level in range(len(first) - 1):
        place = first[level] + (address >> SHIFT)
        words[place] &= ~(1 << (address & INSIDE))
        if words[place] != 0:
            return
        address >>= SHIFT


@njit(nogil=True, forceinline=True)
def following(words: NDArray[np.int64], first: NDArray[np.int64], last: int) -> int:
    """Return the address that waits and follows ``last`` in cyclic order; ``last`` comes last.

    One at least has to wait.
    """
    found: int = _from(words, first, last + 1)
    if found < 0:
        found = _from(words, first, 0)
    return found


@njit(nogil=True, forceinline=True)
def _from(words: NDArray[np.int64], first: NDArray[np.int64], address: int) -> int:
    """Return the lowest address from this one on that waits, −1 for none."""
    level = 0
    while level < len(first) - 1 and first[level] + (address >> SHIFT) < first[level + 1]:
        bits = words[first[level] + (address >> SHIFT)] & (-1 << (address & INSIDE))
        if bits != 0:
            found: int = (address & ~INSIDE) + trailing_zeros(bits)
            while level > 0:
                level -= 1
                found = (found << SHIFT) + trailing_zeros(words[first[level] + found])
            return found
        address = (address >> SHIFT) + 1
        level += 1
    return -1
