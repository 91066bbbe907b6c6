"""Noise for rows of neurons: a keyed function of neuron and step, without a state.

A word of 32 bits is hashed from the neuron's number and from two words that are drawn for each
two steps, population and trial. Each of these steps has one half of its bits, of which the count is
a fair one of 16 coins; 16 bits of the product with an odd constant are a dither between the whole
numbers. The sum of both has the variance 4 + 1/12, a nearly continuous distribution and an excess
kurtosis of -0.120. A membrane sums tens to thousands of them: what is left of that is below what a
run can tell from normal noise (tests/statistical).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from neuromix.compiling import kept

UNIT = 65536.0
"""What one coin adds to a deviate."""

VARIANCE = (4.0 + 1.0 / 12.0) * UNIT**2
"""Of :func:`two_deviates`."""

_MASK = np.uint64(0xFFFFFFFF)
_GOLDEN = 0x9E3779B1


def scattered(number: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return what stands for neurons in :func:`two_deviates`: their numbers, far apart."""
    return (number.astype(np.uint64) * np.uint64(_GOLDEN) & _MASK).astype(np.uint32)


@intrinsic
def two_deviates(_: Any, _scattered: Any, _first: Any, _second: Any) -> Any:
    """Return the deviates of an even step and of the next: of mean 0, single precision.

    The two rounds of multiplication and shift are those of C. Wellons' ``lowbias32`` (2018, "Hash
    function prospector"); the steps' words enter before either, so that no two pairs of steps see
    the same sequence along the neurons. All is written in 32 bits, which numba's own integers are
    not: half as many would fit into a vector.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word, real = ir.IntType(32), ir.FloatType()
        coins = builder.module.declare_intrinsic("llvm.ctpop", [word])

        def shifted(x: Any, by: int) -> Any:
            return builder.lshr(x, ir.Constant(word, by))

        def times(x: Any, odd: int) -> Any:
            return builder.mul(x, ir.Constant(word, odd))

        def low(x: Any) -> Any:
            return builder.and_(x, ir.Constant(word, 0xFFFF))

        def deviate(half: Any, dither: Any, mean: int) -> Any:
            count = builder.shl(builder.call(coins, [half]), ir.Constant(word, 16))
            total = builder.sub(builder.or_(count, dither), ir.Constant(word, mean))
            return builder.sitofp(total, real)

        number, first, second = arguments
        x = builder.xor(number, first)
        x = times(builder.xor(x, shifted(x, 16)), 0x7FEB352D)
        x = builder.xor(x, second)
        x = times(builder.xor(x, shifted(x, 15)), 0x846CA68B)
        x = builder.xor(x, shifted(x, 16))
        y = times(x, _GOLDEN)
        # 8.5 coins less half of a dither's last bit: that half is in turn above and below.
        even = deviate(low(x), low(y), 0x87FFF)
        odd = deviate(shifted(x, 16), shifted(y, 16), 0x88000)
        return context.make_tuple(builder, signature.return_type, [even, odd])

    return types.UniTuple(types.float32, 2)(types.int32, types.uint32, types.uint32), generate


@njit
def step_words(key: np.uint64, step: int) -> tuple[np.uint32, np.uint32]:
    """Return two words for a step or a trial: the finalizer of SplitMix64 (Steele et al. 2014)."""
    z = key + np.uint64(step + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.uint32(z & _MASK), np.uint32(z >> np.uint64(32))


@kept()
def trial_key(key: np.uint64, trial: int) -> np.uint64:
    """Return the key of one trial."""
    low, high = step_words(key ^ np.uint64(0xD1B54A32D192ED03), trial)
    return (np.uint64(high) << np.uint64(32)) | np.uint64(low)
