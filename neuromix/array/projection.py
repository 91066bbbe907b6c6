"""Weights between a block and an array of linear neurons: numbers with delays, not circuits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.receptive_fields import Convolution
from neuromix.data.arrays import floats, numeric
from neuromix.errors import BadValue
from neuromix.units import number

LARGEST_WEIGHT = 1e6
"""V; thresholds are 10 V at most."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Synapses in compressed rows: those of source ``k`` are ``indptr[k]:indptr[k + 1]``.

    Parameters
    ----------
    source, target : str
        Names of blocks.
    indptr : (sources + 1,) ndarray of int64
    targets : (synapses,) ndarray of int32
        Rising within each row.
    weights : (synapses,) ndarray of float32, V
        What an event adds to the input of its target; its sign selects which.
    delays : (synapses,) ndarray of float64 or float, s
        From a spike to its arrival.
    error : float
        Relative standard deviation of each weight on a die.
    word : (synapses,) ndarray of int32, optional
        Which of the shared weights each synapse has; a weight each by default.
    convolution : Convolution, optional
        What shared weights were given as.
    """

    source: str
    target: str
    indptr: NDArray[np.int64] = field(repr=False)
    targets: NDArray[np.int32] = field(repr=False)
    weights: NDArray[np.float32] = field(repr=False)
    delays: NDArray[np.float64] | float = 0.0
    error: float = 0.0
    word: NDArray[np.int32] | None = field(default=None, repr=False)
    convolution: Convolution | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.targets)


def projection(
    source: str,
    target: str,
    shape: tuple[int, int],
    weights: Any,
    delay: ArrayLike,
    error: float,
) -> Projection:
    """Return checked synapses.

    Parameters
    ----------
    source, target : str
    shape : (int, int)
        Sources and targets.
    weights : array, sparse array, (indptr, indices, data) or Convolution
        V, of that shape; 0 in a dense array is no synapse.
    delay : float or array, s
        For all, or in the form of the weights: dense, or as long as their data.
    error : float
        Relative.
    """
    wire = f"{source} -> {target}"
    word = convolution = None
    if isinstance(weights, Convolution):
        convolution, fields = weights, weights.between(*shape, wire)
        weights, word = (fields.indptr, fields.target, fields.weight), fields.word
    if hasattr(weights, "tocsr"):
        # Its own type could overflow where the same element is given several times.
        matrix = weights.astype(np.float64).tocsr()
        if matrix.shape != shape:
            raise _misshaped(wire, matrix.shape, shape)
        matrix = matrix.copy()
        matrix.sum_duplicates()
        weights = (matrix.indptr, matrix.indices, matrix.data)
    if isinstance(weights, tuple):
        indptr, targets, data = _rows(wire, weights, shape)
        delays = floats(delay, f"{wire}: delay")
    else:
        dense = floats(weights, wire)
        if dense.shape != shape:
            raise _misshaped(wire, dense.shape, shape)
        row, targets = np.nonzero(dense)
        indptr = np.searchsorted(row, np.arange(shape[0] + 1)).astype(np.int64)
        data = dense[row, targets]
        delays = floats(delay, f"{wire}: delay")
        if delays.shape == shape:
            delays = delays[row, targets]
    if delays.shape not in {(), (len(data),)}:
        raise BadValue(
            f"{wire}: delays have shape {delays.shape}",
            cure=f"one delay in s, or one for each of the {len(data)} synapses",
        )
    if delays.size and delays.min() < 0.0:
        raise BadValue(f"{wire}: a delay of {delays.min():.6g} s is before the spike")
    error = number(error, f"{wire}: weight_error")
    if not 0.0 <= error < math.inf:
        raise BadValue(f"{wire}: a weight error of {error!r}", cure="0.05 for 5 %")
    if len(data) and (most := float(np.abs(data).max())) > LARGEST_WEIGHT:
        raise BadValue(
            f"{wire}: a weight of {most:.3g} V",
            ["weights are kept in 32 bits, and membranes have to stay finite"],
            f"weights up to {LARGEST_WEIGHT:g}, in V",
        )
    arrays = (indptr, targets.astype(np.int32), data.astype(np.float32))
    for array in arrays:
        array.setflags(write=False)
    common = float(delays) if delays.ndim == 0 else delays
    return Projection(source, target, *arrays, common, error, word, convolution)


def _rows(wire: str, given: tuple[Any, ...], shape: tuple[int, int]) -> tuple[Any, Any, Any]:
    """Return rows as they were given, checked, with their targets in order."""
    if len(given) != 3:
        raise BadValue(
            f"{wire}: weights of {len(given)} arrays", cure="(indptr, indices, data), or a matrix"
        )
    indptr, targets = (
        numeric(item, f"{wire}: {name}")
        for item, name in zip(given, ("indptr", "indices"), strict=False)
    )
    data = numeric(given[2], f"{wire}: data")
    if (
        indptr.shape != (shape[0] + 1,)
        or indptr.dtype.kind not in "iu"
        or indptr[0] != 0
        or indptr[-1] != len(targets)
        or np.any(np.diff(indptr) < 0)
        or targets.shape != data.shape
        or data.ndim != 1
    ):
        raise BadValue(
            f"{wire}: indptr, indices and data are not the compressed rows of {shape[0]} sources",
            cure="as scipy.sparse.csr_array(…) has them",
        )
    if targets.size and not (targets.dtype.kind in "iu" and targets.min() >= 0):
        raise BadValue(f"{wire}: a target is not a whole number from 0 on")
    if targets.size and targets.max() >= shape[1]:
        raise BadValue(f"{wire}: no target {targets.max()} among {shape[1]}")
    if data.size and data.dtype.kind not in "iuf":
        raise BadValue(f"{wire}: weights are numbers in V, not {data.dtype}")
    if not np.all(np.isfinite(data)):
        raise BadValue(f"{wire}: a weight is not finite")
    falls = np.diff(targets.astype(np.int64)) <= 0
    starts = np.zeros(max(len(targets) - 1, 0), dtype=bool)
    inner = indptr[1:-1][(indptr[1:-1] > 0) & (indptr[1:-1] < len(targets))]
    starts[inner - 1] = True
    if np.any(falls & ~starts):
        raise BadValue(
            f"{wire}: the targets of a row are not in rising order",
            cure="scipy.sparse.csr_array(…).sum_duplicates() sorts them and adds what is double",
        )
    return np.array(indptr, dtype=np.int64), np.array(targets), np.array(data)


def _misshaped(wire: str, given: tuple[int, ...], shape: tuple[int, int]) -> BadValue:
    return BadValue(
        f"{wire}: weights have shape {given}",
        [f"sources x targets are {shape}"],
        "weights.T" if given == shape[::-1] else f"weights of shape {shape}",
    )
