"""Probes as kernels have them: each series is written where it stays.

A probe costs its own samples and nothing else, whatever is beside it in a block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.lanes import BORROWING, load, store
from neuromix.array.probes import Watched


class Taps(NamedTuple):
    """Where a kernel finds what it records, and where it leaves it.

    Parameters
    ----------
    start : (blocks + 1,) array
        Where the taps of each block begin.
    place : (k,) array
        From the beginning of the block.
    every : (k,) array
        Steps from sample to sample.
    base : (k,) array
        Where the series begins in ``values``.
    values : flat array
    """

    start: NDArray[np.int64]
    place: NDArray[np.int64]
    every: NDArray[np.int64]
    base: NDArray[np.int64]
    values: NDArray[np.floating[Any]]


def no_taps(dtype: type[np.floating[Any]]) -> Taps:
    """Return the taps of a run of which nothing is recorded."""
    nothing = np.empty(0, np.int64)
    return Taps(np.zeros(1, np.int64), nothing, nothing, nothing, np.empty(0, dtype))


@njit(**BORROWING, forceinline=True)
def sample(taps, b, step, blocks, o):  # type: ignore[no-untyped-def]
    """Record what is due at the end of a step of block ``b``, which begins at ``o``."""
    for k in range(taps.start[b], taps.start[b + 1]):
        every = taps.every[k]
        if (step + 1) % every == 0:
            at = taps.base[k] + (step + 1) // every - 1
            store(taps.values, at, load(blocks, o + taps.place[k]))


@dataclass(frozen=True, eq=False)
class Layout:
    """Where kernels have the neurons of some arrays.

    Parameters
    ----------
    blocks, lanes : int
        How many blocks, and lanes of each.
    first_lane : mapping of str to int
        Of each array, counted over all blocks.
    rows : mapping of str to int
        Where the row of each quantity begins in a block.
    """

    blocks: int
    lanes: int
    first_lane: Mapping[str, int]
    rows: Mapping[str, int]

    def columns(self, item: Watched) -> NDArray[np.int64]:
        """Return block, place in it, and steps between samples of each neuron of a trace."""
        block, lane = np.divmod(self.first_lane[item.block] + item.neurons, self.lanes)
        place = self.rows[item.quantity] + lane
        return np.stack([block, place, np.full(len(block), item.every)])


@dataclass(frozen=True, eq=False)
class Probing:
    """The probes of some arrays in the course of a run.

    Parameters
    ----------
    traces : tuple of Watched
    steps : int
        Of the whole run.
    taps : Taps
    """

    traces: tuple[Watched, ...]
    steps: int
    taps: Taps

    @classmethod
    def of(
        cls,
        traces: Sequence[Watched],
        steps: int,
        layout: Layout,
        dtype: type[np.floating[Any]] = np.float64,
    ) -> Probing:
        """Lay out probes for a run of so many steps; ``dtype`` is that of numbers in blocks."""
        block, place, every = (
            (
                np.concatenate([np.empty(0, np.int64), *column])
                for column in zip(*(layout.columns(item) for item in traces), strict=True)
            )
            if traces
            else np.empty((3, 0), np.int64)
        )
        counts = steps // every
        base = np.cumsum(counts) - counts
        order = np.argsort(block, kind="stable")
        start = np.searchsorted(block[order], np.arange(layout.blocks + 1))
        values = np.empty(int(counts.sum()), dtype)
        taps = Taps(start, place[order], every[order], base[order], values)
        return cls(tuple(traces), steps, taps)

    def series(self) -> Iterator[tuple[Watched, NDArray[np.floating[Any]]]]:
        """Yield each trace with its values, shape (samples, neurons)."""
        begin = 0
        for item in self.traces:
            shape = len(item.neurons), item.samples(self.steps)
            end = begin + shape[0] * shape[1]
            yield item, self.taps.values[begin:end].reshape(shape).T
            begin = end
