"""The integers that all forms multiply: the same numbers, whatever multiplies them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.memory import LARGEST_CODE
from neuromix.array.memory_limit import MemoryNeed, check_memory
from neuromix.data.randomness import generator
from neuromix.errors import BadValue
from neuromix.units import whole

LARGEST_INPUT = 127
"""Of an entry of the vector: sign and seven bits."""

ROWS_AT_ONCE = 256
"""Rows of the matrix that are multiplied together by the reference."""


@dataclass(frozen=True, eq=False)
class Operands:
    """A matrix of weights and a vector.

    Parameters
    ----------
    weights : (size, size) ndarray of int8
        Codes −63 … 63; a row for each output.
    vector : (size,) ndarray of int64
        −127 … 127.
    seed, layer : int
        From which other vectors are drawn.
    """

    weights: NDArray[np.int8]
    vector: NDArray[np.int64]
    seed: int = 0
    layer: int = 0

    def __post_init__(self) -> None:
        weights, vector = np.asarray(self.weights), np.asarray(self.vector)
        if weights.ndim != 2 or weights.shape != 2 * vector.shape or not vector.size:
            raise BadValue(
                f"product: weights of shape {weights.shape} and a vector of shape {vector.shape}",
                cure="a square matrix and a vector of its size",
            )
        for name, values, largest in (
            ("weights", weights, LARGEST_CODE),
            ("vector", vector, LARGEST_INPUT),
        ):
            if values.dtype.kind not in "iu" or max(values.max(), -int(values.min())) > largest:
                raise BadValue(f"product: {name} are whole numbers from -{largest} to {largest}")

    @classmethod
    def draw(cls, size: int, seed: int = 0, layer: int = 0) -> Operands:
        """Draw both uniformly; row k of a matrix depends on ``(seed, layer, k)`` and its length.

        Raises
        ------
        BadValue
            Where the size is not a whole number from 1 on, or too large for the memory.
        """
        size = whole(size, "product: size", 1)
        check_memory(f"product of size {size}", MemoryNeed({"weights": float(size**2)}))
        weights = np.empty((size, size), np.int8)
        for row in range(size):
            random = generator(seed, "product", layer, "weights", row)
            weights[row] = random.integers(-LARGEST_CODE, LARGEST_CODE + 1, size)
        return cls(weights, _vector(size, seed, layer, 0), seed, layer)

    @property
    def size(self) -> int:
        """Rows, and columns."""
        return len(self.vector)

    @functools.cached_property
    def exact(self) -> NDArray[np.int64]:
        """The product in whole numbers, shape (size,)."""
        return self.times(self.vector)

    def times(self, vector: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the exact product with another vector.

        In double precision, which is exact: no sum comes near 2**53.
        """
        given = vector.astype(np.float64)
        starts = range(0, len(self.weights), ROWS_AT_ONCE)
        parts = [self.weights[k : k + ROWS_AT_ONCE].astype(np.float64) @ given for k in starts]
        return np.concatenate(parts).astype(np.int64)

    def others(self, count: int) -> list[NDArray[np.int64]]:
        """Return vectors that are not the one of the job, to fit decoders to."""
        return [_vector(self.size, self.seed, self.layer, k) for k in range(1, count + 1)]

    def first(self, rows: int) -> NDArray[np.int8]:
        """Return the first rows of the matrix, for studies of a few outputs."""
        return self.weights[:rows]


def _vector(size: int, seed: int, layer: int, number: int) -> NDArray[np.int64]:
    random = generator(seed, "product", layer, "vector", number)
    return random.integers(-LARGEST_INPUT, LARGEST_INPUT + 1, size)
