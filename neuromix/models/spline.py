"""A uniform table as a function of one variable: the cubic spline through it, without a branch.

With ``u`` the number of spacings from the first point, the spline is a polynomial and, from each
inner knot ``k`` on, one more cube:

    y(u) = a0 + a1 u + a2 r0² + a3 r0³ + Σ_k c_k r_k³,    r_k = max(u − k, 0)

(the truncated powers of Schoenberg and Curry; C. de Boor, "A Practical Guide to Splines", 1978,
chapter IX; from memory). Every knot costs a few multiplications whatever ``u`` is, so that many
cells look up at once; a table that is indexed keeps their loop from becoming one over vectors.
Below the first point the curve goes on as a straight line, beyond the last as its last cube.
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

FEWEST = 5
"""Points of a table: with fewer there is no inner knot."""


def knots(points: int) -> range:
    """Return the knots at which a cube is added; "not a knot" leaves out the outermost two."""
    return range(2, points - 2)


def coefficients(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a0 … a3 and c_k of each knot, in the unit of the values.

    The third derivative does not jump at the second point, nor at the last but one ("not a knot").

    Parameters
    ----------
    values : (points,) ndarray

    Returns
    -------
    (points,) ndarray
        ``4 + len(knots(points))`` of them, which are as many as there are points.
    """
    n = len(values)
    inner = np.arange(1, n - 1)
    system, wanted = np.zeros((n, n)), np.zeros(n)
    system[inner, inner - 1] = system[inner, inner + 1] = 1.0
    system[inner, inner] = 4.0
    wanted[inner] = 6.0 * np.diff(values, 2)
    system[0, :3] = system[-1, -3:] = 1.0, -2.0, 1.0
    bent = np.linalg.solve(system, wanted)  # second derivatives
    third = np.diff(bent)
    slope = values[1] - values[0] - (2.0 * bent[0] + bent[1]) / 6.0
    cubes = np.diff(third)[1:-1] / 6.0
    return np.array([values[0], slope, 0.5 * bent[0], third[0] / 6.0, *cubes])


@functools.cache
def lookup(first: int, points: int) -> Callable[..., tuple[float, float]]:
    """Return a compiled function that looks up in the table of a cell.

    Parameters
    ----------
    first, points : int
        Where :func:`coefficients` begin in a row of parameters, and how many there are.

    Returns
    -------
    looked_up(p, u) -> (value, slope)
        Value at ``u`` and its slope per spacing; ``p`` is a row, a tuple or an array.
    """
    zero, two, three = (ir.DoubleType()(x) for x in (0.0, 2.0, 3.0))

    @intrinsic
    def looked_up(_: Any, p: Any, u: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            row, at = arguments
            if isinstance(signature.args[0], types.BaseTuple):
                entries = cgutils.unpack_tuple(builder, row)[first : first + points]
            else:
                data = context.make_array(signature.args[0])(context, builder, row).data
                places = (
                    cgutils.gep_inbounds(builder, data, context.get_constant(types.intp, k))
                    for k in range(first, first + points)
                )
                entries = [builder.load(place) for place in places]
            a0, a1, a2, a3, *cubes = entries

            def beyond(k: int) -> Any:
                left = builder.fsub(at, ir.DoubleType()(float(k)))
                return builder.select(builder.fcmp_ordered(">", left, zero), left, zero)

            r = beyond(0)
            bend = builder.fma(a3, r, a2)
            # Two sums of each kind, so that one addition need not wait for the last.
            values = [builder.fma(a1, at, a0), builder.fmul(builder.fmul(bend, r), r)]
            squares = [zero, zero]
            for turn, (k, cube) in enumerate(zip(knots(points), cubes, strict=True)):
                r_k = beyond(k)
                square = builder.fmul(builder.fmul(r_k, r_k), cube)
                squares[turn % 2] = builder.fadd(squares[turn % 2], square)
                values[turn % 2] = builder.fma(square, r_k, values[turn % 2])
            steep = builder.fma(
                builder.fma(builder.fmul(three, a3), r, builder.fmul(two, a2)), r, a1
            )
            slope = builder.fma(three, builder.fadd(*squares), steep)
            found = [builder.fadd(*values), slope]
            return context.make_tuple(builder, signature.return_type, found)

        return types.UniTuple(types.float64, 2)(p, types.float64), generate

    looking: Callable[..., tuple[float, float]] = looked_up
    return looking
