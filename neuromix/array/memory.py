"""The weight memory of an array: signed words of six bits, dense or only where there is a synapse.

In a dense memory a row holds a word for every neuron: an event reads the row, and all converters of
the array serve it at once, while the link waits. In a sparse one a row holds words for some
neurons: their converters serve it one event after the other, each at its own pace, and the link
goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.receptive_fields import Convolution
from neuromix.data.arrays import numeric
from neuromix.errors import BadValue

LARGEST_CODE = 63
"""Of a signed 6-bit word: sign and magnitude."""


@dataclass(frozen=True, eq=False)
class SparseCodes:
    """A sparse memory in compressed rows: those of row ``k`` are ``start[k]:start[k + 1]``.

    Parameters
    ----------
    start : (rows + 1,) ndarray of int64
    neuron : (words,) ndarray of int32
        Rising within a row.
    code : (words,) ndarray of int8
    shared : int, optional
        How many words there are where several neurons read the same; one each by default.
    neurons : int, optional
        How many there are; up to the last one that has a word by default.
    """

    start: NDArray[np.int64]
    neuron: NDArray[np.int32]
    code: NDArray[np.int8]
    shared: int | None = None
    neurons: int | None = None

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return self.start.nbytes + self.neuron.nbytes + self.code.nbytes

    def toarray(self) -> NDArray[np.int8]:
        """Return the memory as a dense one, shape (rows, neurons)."""
        width = int(self.neuron.max(initial=-1)) + 1 if self.neurons is None else self.neurons
        dense = np.zeros((len(self), width), np.int8)
        dense[np.repeat(np.arange(len(self)), np.diff(self.start)), self.neuron] = self.code
        return dense


Codes = NDArray[np.int8] | SparseCodes


def codes_of(weights: Any, shape: tuple[int, int], wire: str) -> Codes:
    """Return checked weights as a memory.

    Parameters
    ----------
    weights : (sources, targets) array or sparse array of int, or Convolution
        A sparse array of SciPy, and shared weights, make a sparse memory.
    shape : (int, int)
        Sources and targets.
    wire : str
        What to call them in an error.

    Raises
    ------
    BadValue
        Where the shape is another, or a weight is no code.
    """
    sparse = hasattr(weights, "tocsr")
    if isinstance(weights, Convolution):
        given, found = weights.kernel, shape
    elif sparse:
        matrix = compressed(weights, wire)
        given, found = matrix.data, matrix.shape
    else:
        given = numeric(weights, wire)
        found = given.shape
    if found != shape:
        raise BadValue(
            f"{wire}: weights have shape {found}",
            [f"sources x targets are {shape}"],
            "weights.T" if found == shape[::-1] else f"an array of shape {shape}",
        )
    if not np.issubdtype(given.dtype, np.integer):
        raise BadValue(
            f"{wire}: weights are {given.dtype}, and the memory holds whole codes",
            cure="np.rint(weights).astype(int)",
        )
    if given.size and max(int(given.max()), -int(given.min())) > LARGEST_CODE:
        raise BadValue(
            f"{wire}: codes are {given.min()} … {given.max()}",
            [f"a word is a sign and 6 bits: -{LARGEST_CODE} … {LARGEST_CODE}"],
            "scale the weights, and the gain by pulse_width",
        )
    if isinstance(weights, Convolution):
        fields = weights.between(*shape, wire)
        return SparseCodes(
            _frozen(fields.indptr, np.int64),
            fields.target,
            _frozen(fields.weight, np.int8),
            shared=int(np.count_nonzero(weights.kernel)),
            neurons=shape[1],
        )
    if sparse:
        return SparseCodes(
            _frozen(matrix.indptr, np.int64),
            _frozen(matrix.indices, np.int32),
            _frozen(given, np.int8),
            neurons=shape[1],
        )
    return _frozen(given, np.int8)


def compressed(weights: Any, wire: str) -> Any:
    """Return a sparse array of SciPy in compressed rows, sorted, each element once.

    Raises
    ------
    BadValue
        Where it names a column that it does not have: SciPy itself does not look.
    """
    # Its own type could overflow where the same element is given several times.
    wide = weights.astype(np.int64) if weights.dtype.kind in "iu" else weights
    columns = getattr(weights, "indices", None)
    if getattr(weights, "format", "") in {"csr", "csc"} and columns is not None and len(columns):
        limit = weights.shape[1] if weights.format == "csr" else weights.shape[0]
        if not 0 <= int(columns.min()) <= int(columns.max()) < limit:
            raise BadValue(
                f"{wire}: the sparse array names a place outside of itself",
                [f"its indices are {columns.min()} … {columns.max()}, not 0 … {limit - 1}"],
                "weights.check_format() of SciPy says more",
            )
    matrix = wide.tocsr().copy()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def words(codes: Codes) -> NDArray[np.int8]:
    """Return the words that are not 0, row after row."""
    return codes.code if isinstance(codes, SparseCodes) else codes[codes != 0]


def stored(codes: Codes) -> int:
    """Return how many words the memory holds."""
    if isinstance(codes, SparseCodes):
        return len(codes.code) if codes.shared is None else codes.shared
    return codes.size


def stacked(memories: list[Codes], neurons: int) -> Codes:
    """Return one memory with the rows of all, sparse where one of them is."""
    if not any(isinstance(memory, SparseCodes) for memory in memories):
        return np.concatenate([np.empty((0, neurons), np.int8), *memories])
    parts = [m if isinstance(m, SparseCodes) else _thinned(m) for m in memories]
    words = np.cumsum([0, *(len(part.code) for part in parts)])
    start = [part.start[:-1] + first for part, first in zip(parts, words, strict=False)]
    return SparseCodes(
        np.concatenate([*start, words[-1:]]).astype(np.int64),
        np.concatenate([part.neuron for part in parts]),
        np.concatenate([part.code for part in parts]),
        neurons=neurons,
    )


def _thinned(codes: NDArray[np.int8]) -> SparseCodes:
    row, neuron = np.nonzero(codes)
    start = np.searchsorted(row, np.arange(len(codes) + 1)).astype(np.int64)
    return SparseCodes(start, neuron.astype(np.int32), codes[row, neuron])


def _frozen(values: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    # A copy: what a user changes later does not change the memory.
    array = np.array(values, dtype=kind, order="C")
    array.setflags(write=False)
    return array
