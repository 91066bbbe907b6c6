"""Cells in blocks of lanes: how state and parameters lie in memory, so that loops become vectors.

All that a kernel needs of ``LANES`` cells lies in one block: rows of one quantity each, a lane a
cell. Rows are a constant distance apart in one array, so that the compiler sees that they do not
overlap, and a block stays in the nearest cache while it is advanced through time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

LANES = 16
"""Cells of a block: two vectors of the widest registers."""

ALIGNED = 8
"""Bytes: numpy aligns an array of float64 to one number only."""

BORROWING: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
"""Options of compiled functions that only borrow arrays and make none.

numba else counts the references of each array that is taken out of a tuple, by calls inside of the
innermost loops; without, a network's step takes a third of the time (docs/decisions/0011).
"""


def block_count(n: int) -> int:
    """Return how many blocks hold ``n`` cells."""
    return -(-n // LANES)


def into_lanes(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows of ``n`` cells, shape ``(n, rows)``, as blocks ``(blocks, rows, LANES)``.

    Lanes without a cell repeat the last one.
    """
    n, width = rows.shape
    cells = np.minimum(np.arange(block_count(n) * LANES), n - 1)
    return np.ascontiguousarray(
        rows[cells].reshape(block_count(n), LANES, width).transpose(0, 2, 1)
    )


def out_of_lanes(blocks: NDArray[np.float64], row: int, n: int) -> NDArray[np.float64]:
    """Return one row of blocks as an array of shape ``(n,)``."""
    return blocks[:, row].reshape(-1)[:n].copy()


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return cgutils.gep_inbounds(builder, data, index)


@intrinsic
def load(_: Any, array: Any, index: Any) -> Any:
    """Return an element of a contiguous array; the index is neither checked nor wrapped."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_pointer(context, builder, signature.args[0], *arguments))

    return array.dtype(array, types.intp), generate


@intrinsic
def store(_: Any, array: Any, index: Any, value: Any) -> Any:
    """Set an element of a contiguous array; the index is neither checked nor wrapped."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where = _pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], where)
        return context.get_dummy_value()

    return types.void(array, types.intp, array.dtype), generate


@intrinsic
def copy_row(_: Any, to: Any, index: Any, source: Any, at: Any) -> Any:
    """Copy ``LANES`` elements from one array of float64 to another, as vectors.

    A loop over them stays a loop, since the compiler does not know that the arrays are two; what
    reads the row next then waits for each element by itself.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds, row = signature.args, ir.VectorType(ir.DoubleType(), LANES).as_pointer()
        into = builder.bitcast(_pointer(context, builder, kinds[0], *arguments[:2]), row)
        read = builder.bitcast(_pointer(context, builder, kinds[2], *arguments[2:]), row)
        builder.store(builder.load(read, align=ALIGNED), into, align=ALIGNED)
        return context.get_dummy_value()

    return types.void(to, types.intp, source, types.intp), generate


def _word(builder: Any, place: Any) -> Any:
    """Return the place of a number of single precision as that of a whole number."""
    return builder.bitcast(place, ir.IntType(32).as_pointer())


@intrinsic
def load_word(_: Any, array: Any, index: Any) -> Any:
    """Return the whole number of 32 bits that lies in an element of an array of float32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _pointer(context, builder, signature.args[0], *arguments)
        return builder.load(_word(builder, place))

    return types.int32(array, types.intp), generate


@intrinsic
def store_word(_: Any, array: Any, index: Any, value: Any) -> Any:
    """Put a whole number of 32 bits into an element of an array of float32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], _word(builder, place))
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int32), generate


@intrinsic
def multiply_add(_: Any, a: Any, b: Any, c: Any) -> Any:
    """Return ``a b + c``, rounded once: the same bits in whatever loop it stands."""

    def generate(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float32(types.float32, types.float32, types.float32), generate


@functools.cache
def column(count: int) -> Callable[..., tuple[float, ...]]:
    """Return a compiled function that reads one lane of ``count`` rows from an index on."""

    @intrinsic
    def read(_: Any, array: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kind, _ = signature.args
            data, start = arguments
            values = []
            for row in range(count):
                place = builder.add(start, context.get_constant(types.intp, row * LANES))
                values.append(builder.load(_pointer(context, builder, kind, data, place)))
            return context.make_tuple(builder, signature.return_type, values)

        return types.UniTuple(array.dtype, count)(array, types.intp), generate

    reading: Callable[..., tuple[float, ...]] = read
    return reading


@intrinsic
def store_column(_: Any, array: Any, index: Any, values: Any) -> Any:
    """Set one lane of as many rows as there are values, from an index on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        data, start, given = arguments
        for row, value in enumerate(cgutils.unpack_tuple(builder, given)):
            place = builder.add(start, context.get_constant(types.intp, row * LANES))
            builder.store(value, _pointer(context, builder, kind, data, place))
        return context.get_dummy_value()

    return types.void(array, types.intp, values), generate
