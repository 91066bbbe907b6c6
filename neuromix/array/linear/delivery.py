"""The compiled delivery of one event: each store adds its weights to the inputs of its targets.

A dense row and a row of bits add a zero where there is no synapse, which changes nothing: all three
leave the same inputs, to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from neuromix.array.lanes import BORROWING, load, store
from neuromix.array.linear.lanes import prefetch
from neuromix.array.linear.wiring import BITS, SPARSE, WORD, Wires

if TYPE_CHECKING:
    from numpy.typing import NDArray


LINE = 16
"""Weights in a cache line; addresses are half as long."""


@njit(**BORROWING, forceinline=True)
def deliver(key: int, following: int, wires: Wires, inputs: NDArray[np.float32]) -> None:
    """Add the weights of one source, and ask for those of the source that follows.

    Parameters
    ----------
    key, following : int
        Rows of both, after those of earlier shifts.
    wires : Wires
    inputs : flat array
        Of all targets, excitatory ones first.
    """
    coming = wires.first[following]
    for k in range(wires.first[key], wires.first[key + 1]):
        base, start, length = wires.base[k], wires.start[k], wires.length[k]
        ahead = wires.start[min(coming, len(wires.start) - 1)]
        if wires.store[k] == SPARSE:
            _sparse(wires.target, wires.weight, start, length, inputs, base, ahead)
        elif wires.store[k] == BITS:
            _bits(wires.bits, wires.value[k], start, length, inputs, base)
        else:
            _dense(wires.dense, start, length, inputs, base)


@njit(**BORROWING)
def _sparse(target, weight, start, length, inputs, base, ahead):  # type: ignore[no-untyped-def]
    """Rows lie far apart in memory, and a processor guesses the next line, but not the next row."""
    chunk = 2 * LINE
    whole = length // chunk * chunk
    for first in range(0, whole, chunk):
        prefetch(target, ahead + first)
        prefetch(weight, ahead + first)
        prefetch(weight, ahead + first + LINE)
        for j in range(start + first, start + first + chunk):
            at = base + np.int64(load(target, j))
            store(inputs, at, load(inputs, at) + load(weight, j))
    for j in range(start + whole, start + length):
        at = base + np.int64(load(target, j))
        store(inputs, at, load(inputs, at) + load(weight, j))


@njit(**BORROWING)
def _bits(bits, weight, start, length, inputs, base):  # type: ignore[no-untyped-def]
    nothing = np.float32(0.0)
    whole = length // WORD
    for k in range(whole):
        word = load(bits, start + k)
        for bit in range(WORD):
            at = base + k * WORD + bit
            added = weight if (word >> np.uint32(bit)) & np.uint32(1) else nothing
            store(inputs, at, load(inputs, at) + added)
    for at in range(whole * WORD, length):
        if (load(bits, start + whole) >> np.uint32(at - whole * WORD)) & np.uint32(1):
            store(inputs, base + at, load(inputs, base + at) + weight)


@njit(**BORROWING, forceinline=True)
def _dense(dense, start, length, inputs, base):  # type: ignore[no-untyped-def]
    for k in range(length):
        store(inputs, base + k, load(inputs, base + k) + load(dense, start + k))
