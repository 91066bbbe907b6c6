"""Noise for rows of neurons: a keyed function of neuron and step, without a state.

A word of 32 bits is hashed from the neuron's number and from two words that are drawn for each
step, population and trial. Its bits are a fair count of 32 coins, and the product with an odd
constant is a dither between the whole numbers: the sum of both has the variance 8 + 1/12, a
continuous distribution and an excess kurtosis of -0.062. A membrane sums tens to thousands of them:
what is left of that is below what a run can tell from normal noise (tests/statistical).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

VARIANCE = 8.0 + 1.0 / 12.0
"""Of :func:`deviate`."""

_MASK = np.uint64(0xFFFFFFFF)


@intrinsic
def deviate(_: Any, _counter: Any, _first: Any, _second: Any) -> Any:
    """Return one deviate of mean 0 and variance :data:`VARIANCE`, single precision.

    The two rounds of multiplication and shift are those of C. Wellons' ``lowbias32`` (2018, "Hash
    function prospector"); the step's words enter before either, so that no two steps see the same
    sequence along the neurons. All is written in 32 bits, which numba's own integers are not: half
    as many would fit into a vector.
    """

    def generate(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word, real = ir.IntType(32), ir.FloatType()

        def folded(x: Any, by: int) -> Any:
            return builder.xor(x, builder.lshr(x, ir.Constant(word, by)))

        def times(x: Any, odd: int) -> Any:
            return builder.mul(x, ir.Constant(word, odd))

        x = times(builder.trunc(arguments[0], word), 0x9E3779B1)
        x = times(folded(builder.xor(x, arguments[1]), 16), 0x7FEB352D)
        x = times(folded(builder.xor(x, arguments[2]), 15), 0x846CA68B)
        x = folded(x, 16)
        dither = builder.sitofp(times(x, 0x9E3779B1), real)
        coins = builder.module.declare_intrinsic("llvm.ctpop", [word])
        count = builder.sub(builder.call(coins, [x]), ir.Constant(word, 16))
        return builder.fadd(
            builder.sitofp(count, real), builder.fmul(dither, ir.Constant(real, 2.0**-32))
        )

    return types.float32(types.int64, types.uint32, types.uint32), generate


@njit
def step_words(key: np.uint64, step: int) -> tuple[np.uint32, np.uint32]:
    """Return the two words of a step: the finalizer of SplitMix64 (Steele et al. 2014)."""
    z = key + np.uint64(step + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.uint32(z & _MASK), np.uint32(z >> np.uint64(32))


@njit
def trial_key(key: np.uint64, trial: int) -> np.uint64:
    """Return the key of one trial."""
    low, high = step_words(key ^ np.uint64(0xD1B54A32D192ED03), trial)
    return (np.uint64(high) << np.uint64(32)) | np.uint64(low)
