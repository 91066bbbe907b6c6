"""A linear node as a matrix, and why a node may not be one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.receptive_fields import Convolution

MOST_SYNAPSES = 30_000_000
"""Of one matrix; while it is made, it takes about 1 GB."""

Shape = tuple[int, ...]


class Unfit(Exception):
    """Why a node cannot be mapped; collected with those of all other nodes."""


@dataclass(frozen=True, eq=False)
class Transform:
    """y = matrix x + bias.

    Parameters
    ----------
    matrix : (outputs, inputs) sparse array
    bias : (outputs,) ndarray
    shape : tuple of int
        Of the output.
    shared : Convolution, optional
        What the matrix is, where rows share its weights.
    """

    matrix: Any
    bias: NDArray[np.float64]
    shape: Shape
    shared: Convolution | None = None


def numbers(value: Any, what: str) -> NDArray[np.float64]:
    """Return finite floats."""
    found = np.asarray(value)
    if found.dtype.kind not in "biuf":
        raise Unfit(f"its {what} is not made of numbers")
    found = found.astype(np.float64)
    if not np.all(np.isfinite(found)):
        raise Unfit(f"its {what} is not finite")
    return found


def product(left: Any, right: Any) -> Any:
    """Return the product of sparse arrays, unless it has too many elements.

    Raises
    ------
    Unfit
        Where it may have more than ``MOST_SYNAPSES``.
    """
    most = np.bincount(left.indices, minlength=left.shape[1]) @ np.diff(right.tocsr().indptr)
    if most > MOST_SYNAPSES:
        raise Unfit(f"with what lies before it, it may make {most} synapses of {MOST_SYNAPSES}")
    return (left @ right).tocsr()


def described(shape: Shape) -> str:
    """Return how many numbers there are, and in what shape."""
    return f"{math.prod(shape)} of shape {shape}"
