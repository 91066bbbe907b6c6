"""The compiled step of a block of neurons: exact propagators, noise, threshold, reset, hold.

Membranes are counted from their reset, in single precision; factors near 1 are held less 1, which
keeps small steps exact. Rows of a block, in this order:
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.lanes import load, store
from neuromix.array.linear.deviates import VARIANCE, deviate
from neuromix.array.linear.lanes import LANES
from neuromix.array.linear.propagators import Propagators

STRIDE = LANES + 16
"""From row to row: a line more than the lanes, lest rows collide in the cache."""

MEMBRANE, HELD, DRIFT, GAIN, FROM_E, FROM_I, E_GAIN, I_GAIN, THRESHOLD, AFTER, NOISE = (
    STRIDE * k for k in range(11)
)
"""Where each row begins. ``HELD`` is 1/2 more than the steps for which a neuron is still held, and
``AFTER`` what it becomes with a spike: a neuron has just spiked where both are equal."""

BLOCK = 11 * STRIDE
"""Numbers of a block."""


def cells(propagators: Propagators, initial: NDArray[np.float64], dt: float) -> NDArray[np.float32]:
    """Return the blocks of one population, flat; neurons that fill up the last one never spike."""
    n = len(initial)
    blocks = np.zeros((-(-n // LANES), BLOCK // STRIDE, STRIDE), np.float32)
    blocks[:, THRESHOLD // STRIDE] = np.inf
    blocks[:, AFTER // STRIDE] = 0.5
    rows = {
        MEMBRANE: initial - propagators.reset,
        DRIFT: propagators.drift,
        GAIN: propagators.kept - 1.0,
        FROM_E: propagators.from_excitatory,
        FROM_I: propagators.from_inhibitory,
        E_GAIN: propagators.excitatory_kept - 1.0,
        I_GAIN: propagators.inhibitory_kept - 1.0,
        THRESHOLD: propagators.threshold,
        AFTER: np.rint(propagators.refractory / dt) + 0.5,
        NOISE: propagators.deviation / np.sqrt(VARIANCE),
    }
    block, lane = np.divmod(np.arange(n), LANES)
    for row, values in rows.items():
        blocks[block, row // STRIDE, lane] = values
    return blocks.reshape(-1)


def _stepper(noisy: bool) -> Callable[..., Any]:
    one, nothing = np.float32(1.0), np.float32(0.0)

    @njit(error_model="numpy", fastmath={"contract"})
    def step(cells, excitatory, inhibitory, marks, base, lane, number, first, second):  # type: ignore[no-untyped-def]
        any_spike = False
        for k in range(LANES):
            at = base + k
            v, held = load(cells, at + MEMBRANE), load(cells, at + HELD)
            e, i = load(excitatory, lane + k), load(inhibitory, lane + k)
            moved = load(cells, at + DRIFT) + load(cells, at + GAIN) * v
            moved += load(cells, at + FROM_E) * e + load(cells, at + FROM_I) * i
            if noisy:
                moved += load(cells, at + NOISE) * deviate(number + k, first, second)
            free = held < one
            v = v + moved if free else v
            spiked = free & (v >= load(cells, at + THRESHOLD))
            left = nothing if free else held - one
            store(cells, at + MEMBRANE, nothing if spiked else v)
            store(cells, at + HELD, load(cells, at + AFTER) if spiked else left)
            store(excitatory, lane + k, e + load(cells, at + E_GAIN) * e)
            store(inhibitory, lane + k, i + load(cells, at + I_GAIN) * i)
            store(marks, lane + k, np.uint8(spiked))
            any_spike |= spiked
        return any_spike

    compiled: Callable[..., Any] = step
    return compiled


quiet_step, noisy_step = _stepper(False), _stepper(True)
"""Advance one block and tell whether any neuron spiked.

Parameters
----------
cells, excitatory, inhibitory : flat arrays of float32
    Blocks, and the inputs of all neurons.
marks : flat array of uint8
    Set to 1 for each neuron that spiked, else to 0.
base, lane, number : int
    Where the block begins in ``cells`` and among all neurons, and in its own population.
first, second : uint32
    Words of the step; see :mod:`neuromix.array.linear.deviates`.
"""
