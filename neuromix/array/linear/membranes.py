"""The compiled step of a block of neurons: exact propagators, noise, threshold, reset, hold.

Membranes are counted from their reset, in single precision; factors near 1 are held less 1, which
keeps small steps exact. Rows of a block, in this order:
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.lanes import BORROWING, load, load_word, multiply_add, store, store_word
from neuromix.array.linear.deviates import VARIANCE, scattered, two_deviates
from neuromix.array.linear.lanes import LANES
from neuromix.array.linear.propagators import Propagators

STRIDE = LANES + 16
"""From row to row: a line more than the lanes, lest rows collide in the cache."""

MEMBRANE, DRIFT, GAIN, FROM_E, FROM_I, E_GAIN, I_GAIN, THRESHOLD, NOISE, LATER = (
    STRIDE * k for k in range(10)
)
FREE, HOLD, NUMBER = (STRIDE * k for k in range(10, 13))
"""Where each row begins. ``LATER`` is the deviate of the next step, once that of an even step is
made; whole numbers are the step from which a neuron is free, the steps from a spike to there, and
what stands for it in its noise."""

BLOCK = 13 * STRIDE
"""Numbers of a block."""


def cells(propagators: Propagators, initial: NDArray[np.float64], dt: float) -> NDArray[np.float32]:
    """Return the blocks of one population, flat; neurons that fill up the last one never spike."""
    n = len(initial)
    blocks = np.zeros((-(-n // LANES), BLOCK // STRIDE, STRIDE), np.float32)
    blocks[:, THRESHOLD // STRIDE] = np.inf
    rows = {
        MEMBRANE: initial - propagators.reset,
        DRIFT: propagators.drift,
        GAIN: propagators.kept - 1.0,
        FROM_E: propagators.from_excitatory,
        FROM_I: propagators.from_inhibitory,
        E_GAIN: propagators.excitatory_kept - 1.0,
        I_GAIN: propagators.inhibitory_kept - 1.0,
        THRESHOLD: propagators.threshold,
        NOISE: propagators.deviation / np.sqrt(VARIANCE),
    }
    words = {
        HOLD: 1 + np.rint(propagators.refractory / dt).astype(np.int32),
        NUMBER: scattered(np.arange(n)).view(np.int32),
    }
    block, lane = np.divmod(np.arange(n), LANES)
    for row, values in rows.items():
        blocks[block, row // STRIDE, lane] = values
    for row, numbers in words.items():
        blocks.view(np.int32)[block, row // STRIDE, lane] = numbers
    return blocks.reshape(-1)


@functools.cache
def stepper(signed: bool) -> Callable[..., Any]:
    """Return the compiled function that advances one block by a step.

    Parameters
    ----------
    signed : bool
        Whether there are inputs of both signs; without, the second input is not touched.

    Notes
    -----
    It tells whether any neuron of the block has crossed its threshold, and takes:

    cells, excitatory, inhibitory : flat arrays of float32
        Blocks, and the inputs of all neurons.
    base, lane, width : int
        Where the block begins in ``cells`` and among all neurons; how many lanes of it are in use.
    now : int32
        The step.
    noisy : bool
    first, second : uint32
        Words of this step and the next; see :mod:`neuromix.array.linear.deviates`.
    """
    even, odd, quiet = (_step(signed, noise) for noise in ("even", "odd", "none"))

    @njit(**BORROWING, forceinline=True)
    def move(cells, e, i, base, lane, width, now, noisy, first, second):  # type: ignore[no-untyped-def]
        if not noisy:
            return quiet(cells, e, i, base, lane, width, now, first, second)
        if now & 1:
            return odd(cells, e, i, base, lane, width, now, first, second)
        return even(cells, e, i, base, lane, width, now, first, second)

    compiled: Callable[..., Any] = move
    return compiled


def _step(signed: bool, noise: str) -> Callable[..., Any]:
    """Compile a step; ``noise`` is that of an "even" step, of an "odd" one, or "none"."""
    even, odd = noise == "even", noise == "odd"

    @njit(**BORROWING)
    def step(cells, excitatory, inhibitory, base, lane, width, now, first, second):  # type: ignore[no-untyped-def]
        any_spike = False
        for k in range(width):
            at = base + k
            v, e = load(cells, at + MEMBRANE), load(excitatory, lane + k)
            moved = multiply_add(load(cells, at + GAIN), v, load(cells, at + DRIFT))
            moved = multiply_add(load(cells, at + FROM_E), e, moved)
            store(excitatory, lane + k, multiply_add(load(cells, at + E_GAIN), e, e))
            if signed:
                i = load(inhibitory, lane + k)
                moved = multiply_add(load(cells, at + FROM_I), i, moved)
                store(inhibitory, lane + k, multiply_add(load(cells, at + I_GAIN), i, i))
            if even:
                number = load_word(cells, at + NUMBER)
                deviate, later = two_deviates(number, first, second)
                moved = multiply_add(load(cells, at + NOISE), deviate, moved)
                store(cells, at + LATER, later)
            if odd:
                moved = multiply_add(load(cells, at + NOISE), load(cells, at + LATER), moved)
            v = v + moved if load_word(cells, at + FREE) <= now else v
            store(cells, at + MEMBRANE, v)
            any_spike |= v >= load(cells, at + THRESHOLD)
        return any_spike

    compiled: Callable[..., Any] = step
    return compiled


@njit(**BORROWING)
def mark(cells, marks, base, lane, width):  # type: ignore[no-untyped-def]
    """Mark the neurons of a block that have crossed their thresholds."""
    for k in range(width):
        spiked = load(cells, base + k + MEMBRANE) >= load(cells, base + k + THRESHOLD)
        store(marks, lane + k, np.uint8(spiked))


@njit(**BORROWING, forceinline=True)
def reset(cells, lane, now):  # type: ignore[no-untyped-def]
    """Reset a neuron that has spiked, and hold it."""
    at = lane // LANES * BLOCK + lane % LANES
    store(cells, at + MEMBRANE, np.float32(0.0))
    store_word(cells, at + FREE, now + load_word(cells, at + HOLD))
