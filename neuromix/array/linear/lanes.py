"""How many neurons make a block here, and a hint for memory that a kernel will need soon."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

LANES = 256
"""Neurons in a block: 8 vectors of 16 single-precision numbers, which hide each other's latency."""

VECTOR = 16
"""Neurons of the widest vector."""

LINE = 64
"""Bytes of a cache line, and of the widest vectors."""


def aligned(values: NDArray[Any]) -> NDArray[Any]:
    """Return a flat copy that begins with a cache line, so that no vector lies in two lines."""
    raw = np.empty(values.nbytes + LINE, np.uint8)
    begin = -raw.ctypes.data % LINE
    copy: NDArray[Any] = raw[begin : begin + values.nbytes].view(values.dtype)
    copy[:] = values
    return copy


@intrinsic
def prefetch(_: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of an element of a contiguous array; the index is not checked."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.gep(data, [arguments[1]])
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, flag, flag, flag])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind)
        # For reading; with little reuse, into the second level; data.
        builder.call(hint, [place, flag(0), flag(2), flag(1)])
        return context.get_dummy_value()

    return types.void(array, index), generate


@intrinsic
def lowest_bit(_: Any, _word: Any) -> Any:
    """Return the place of the lowest bit that is set in a word of 64 bits that is not 0."""

    def generate(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate
