"""Weights as kernels want them: each row of a source in segments, each in the store that suits it.

A segment is what one source sends, with one delay, to one kind of input of neighbouring targets:

``sparse``
    addresses of 16 bit and a weight each: a cost for each synapse;
``bits``
    one weight for all, and a bit for each possible target: a small cost for each possible target;
``dense``
    a weight for each possible target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuromix.array.linear.lanes import VECTOR, aligned

SPARSE, BITS, DENSE = range(3)

TILE = 1 << 16
"""Targets that an address of 16 bit reaches."""

BITS_FROM, DENSE_FROM = 0.06, 0.15
"""Densities from which these stores are quicker than the sparse one (benchmarks/array.py)."""

WORD = 32
"""Targets of one word of bits."""


class Wires(NamedTuple):
    """The segments of a group of populations; a compiled kernel takes it as it is.

    Parameters
    ----------
    shifts : (s,) array
        For how many steps an event of each kind of segments is under way.
    first : (s * rows + 1,) array
        First segment of each row for each shift.
    store, base, start, length, value : (segments,) arrays
        Kind of store, first input, first entry in the store, number of entries or targets, and the
        weight of a segment of bits, V.
    target, weight, bits, dense : arrays
        The stores; weights in V.
    """

    shifts: NDArray[np.int64]
    first: NDArray[np.int64]
    store: NDArray[np.int8]
    base: NDArray[np.int64]
    start: NDArray[np.int64]
    length: NDArray[np.int64]
    target: NDArray[np.uint16]
    weight: NDArray[np.float32]
    bits: NDArray[np.uint32]
    value: NDArray[np.float32]
    dense: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Part:
    """Synapses of one shift and one kind of input, to targets that one address reaches.

    Parameters
    ----------
    shift : int
        Steps.
    first_row : int
        Row of the first source.
    base, width : int
        First input, and number of inputs that could be reached.
    indptr, target, weight : arrays
        In compressed rows; targets count from ``base``.
    """

    shift: int
    first_row: int
    base: int
    width: int
    indptr: NDArray[np.int64]
    target: NDArray[np.uint16]
    weight: NDArray[np.float32]

    @property
    def density(self) -> float:
        """Which part of all possible synapses there is."""
        return len(self.target) / max(1, self.width * (len(self.indptr) - 1))

    def best_store(self) -> int:
        """Return the store that delivers these synapses in the shortest time."""
        if self.density >= BITS_FROM and self._one_weight_a_row():
            return BITS
        return DENSE if self.density >= DENSE_FROM else SPARSE

    def _one_weight_a_row(self) -> bool:
        filled = self.indptr[:-1][np.diff(self.indptr) > 0]
        leading = np.repeat(self.weight[filled], np.diff(self.indptr)[np.diff(self.indptr) > 0])
        return bool(np.array_equal(leading, self.weight))


@dataclass
class Stores:
    """Stores and segments under construction, for ``rows`` sources."""

    rows: int
    shifts: NDArray[np.int64]
    chosen: int | None = None

    def __post_init__(self) -> None:
        self._segments: list[NDArray[np.generic]] = [np.empty(0, _SEGMENT)]
        self._target: list[NDArray[np.uint16]] = [np.empty(0, np.uint16)]
        self._weight: list[NDArray[np.float32]] = [np.empty(0, np.float32)]
        self._bits: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]
        self._dense: list[NDArray[np.float32]] = [np.empty(0, np.float32)]

    def add(self, part: Part) -> None:
        """Add a part to the store that suits it, or to the one that was chosen for all."""
        kind = part.best_store() if self.chosen is None else self.chosen
        count = np.diff(part.indptr)
        filled = np.flatnonzero(count)
        segments = np.zeros(len(filled), _SEGMENT)
        shift = int(np.searchsorted(self.shifts, part.shift))
        segments["key"] = shift * self.rows + part.first_row + filled
        segments["store"] = kind
        segments["base"] = part.base
        segments["length"] = part.width
        at = np.repeat(np.arange(len(filled)), count[filled])
        if kind == SPARSE:
            segments["start"] = sum(map(len, self._target)) + part.indptr[filled]
            segments["length"] = count[filled]
            self._target.append(part.target)
            self._weight.append(part.weight)
        elif kind == BITS:
            words = -(-part.width // WORD)
            bits = np.zeros(len(filled) * words, np.uint32)
            bit = np.left_shift(np.uint32(1), (part.target % WORD).astype(np.uint32))
            np.bitwise_or.at(bits, at * words + part.target // WORD, bit)
            segments["start"] = sum(map(len, self._bits)) + words * np.arange(len(filled))
            segments["value"] = part.weight[part.indptr[filled]]
            self._bits.append(bits)
        else:
            # In whole vectors, none of which lies in two lines: that halves the time of a row.
            width = -(-part.width // VECTOR) * VECTOR
            dense = np.bincount(at * width + part.target, part.weight, len(filled) * width)
            segments["start"] = sum(map(len, self._dense)) + width * np.arange(len(filled))
            segments["length"] = width
            self._dense.append(dense.astype(np.float32))
        self._segments.append(segments)

    def wires(self) -> Wires:
        """Return all that was added."""
        segments = np.concatenate(self._segments)
        segments = segments[np.argsort(segments["key"], kind="stable")]
        keys = np.arange(len(self.shifts) * self.rows + 1)
        return Wires(
            self.shifts,
            np.searchsorted(segments["key"], keys),
            np.ascontiguousarray(segments["store"]),
            np.ascontiguousarray(segments["base"]),
            np.ascontiguousarray(segments["start"]),
            np.ascontiguousarray(segments["length"]),
            np.concatenate(self._target),
            np.concatenate(self._weight),
            np.concatenate(self._bits),
            np.ascontiguousarray(segments["value"]),
            aligned(np.concatenate(self._dense)),
        )


_SEGMENT = np.dtype(
    [
        ("key", np.int64),
        ("store", np.int8),
        ("base", np.int64),
        ("start", np.int64),
        ("length", np.int64),
        ("value", np.float32),
    ]
)
