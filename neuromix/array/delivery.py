"""From events to the pulses of each neuron, where the memory is sparse.

The path of a neuron serves one event after the other: it reads the word and lets the converter
settle (``setup``), then lets the weight current flow (``width``). An event that finds it busy waits
in its queue, which has no end; what the wait has been is counted
(:class:`neuromix.array.congestion.PathCounts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.congestion import PathCounts
from neuromix.array.histogram import EDGES, TimeHistogram, bin_of
from neuromix.array.lanes import LANES, block_count
from neuromix.array.late_words import LateWords, due_words, put_word, take_words
from neuromix.array.memory import SparseCodes
from neuromix.compiling import kept

WORTH_TWO, WORTH_MORE, MOST_STRETCHES = 4096, 16384, 8
"""Neurons from which on an array is cut in two, those of a stretch where there are more, and how
many at most: what Python does for each in a window takes as long as some hundred neurons, and each
looks at every event."""


class Pulses(NamedTuple):
    """Pulses in order of block, then of step, then of arrival.

    Parameters
    ----------
    time : (pulses,) ndarray, s
        When each begins.
    lane : (pulses,) ndarray of uint8
    code : (pulses,) ndarray of int8
    start : (blocks * steps + 1,) ndarray of int64
        Where those of each block and step begin.
    """

    time: NDArray[np.float64]
    lane: NDArray[np.uint8]
    code: NDArray[np.int8]
    start: NDArray[np.int64]

    @classmethod
    def none(cls, buckets: int = 0) -> Pulses:
        """Return no pulses, in so many blocks times steps."""
        start = np.zeros(buckets + 1, np.int64)
        return cls(np.empty(0), np.empty(0, np.uint8), np.empty(0, np.int8), start)


@dataclass(frozen=True, eq=False)
class Stretch:
    """Neurons ``first`` … ``first + neurons - 1`` of an array, and their words in each row.

    Parameters
    ----------
    first, neurons : int
        The first is that of a block.
    low, high : (rows,) arrays of int64
        Words ``low[row]:high[row]`` of the memory are theirs.
    """

    first: int
    neurons: int
    low: NDArray[np.int64]
    high: NDArray[np.int64]

    @property
    def blocks(self) -> tuple[int, int]:
        """First block, and the one after the last."""
        return self.first // LANES, block_count(self.first + self.neurons)

    @classmethod
    def whole(cls, codes: SparseCodes, neurons: int) -> Stretch:
        """Return all neurons."""
        return cls(0, neurons, codes.start[:-1], codes.start[1:])


def stretches(codes: SparseCodes, neurons: int) -> list[Stretch]:
    """Cut an array into stretches that threads can serve side by side.

    How many there are depends on the array alone, so that no sum does on the threads.
    """
    count = min(MOST_STRETCHES, max(1 + (neurons >= WORTH_TWO), neurons // WORTH_MORE))
    if count == 1:
        return [Stretch.whole(codes, neurons)]
    borders = block_count(neurons) * np.arange(count + 1) // count * LANES
    borders[-1] = neurons
    rows = np.arange(len(codes))
    # Neurons rise within a row, so that these numbers rise through the whole memory.
    place = np.repeat(rows, np.diff(codes.start)) * neurons + codes.neuron
    cuts = [np.searchsorted(place, rows * neurons + border) for border in borders]
    return [
        Stretch(int(first), int(end - first), low, high)
        for first, end, low, high in zip(
            borders[:-1], borders[1:], cuts[:-1], cuts[1:], strict=True
        )
    ]


@dataclass
class Paths:
    """The paths into neurons of an array in the course of a run.

    Parameters
    ----------
    codes : SparseCodes
    stretch : Stretch
        Whose paths.
    setup, width : float, s
    duration : float, s
        Of the run; what arrives later is not counted.
    """

    codes: SparseCodes
    stretch: Stretch
    setup: float
    width: float
    duration: float

    def __post_init__(self) -> None:
        neurons = self.stretch.neurons
        self.widest = int((self.stretch.high - self.stretch.low).max(initial=0))
        self._free = np.full(neurons, -np.inf)
        self._late = LateWords.none()
        self._read = np.zeros(neurons, np.int64)
        self._waits = np.empty(self.widest)
        self._bins = np.zeros(len(EDGES) + 1, np.int64)
        self._meters = np.zeros(4)
        self._nothing = Pulses.none()

    def schedule(
        self,
        time: NDArray[np.float64],
        row: NDArray[np.int64],
        blocks: int,
        first: int,
        steps: int,
        dt: float,
    ) -> Pulses:
        """Return the pulses that begin in these steps; later ones wait for the next call.

        Parameters
        ----------
        time, row : (n,) arrays
            Arrival of events before the end of the last step, s, sorted, and their rows.
        blocks : int
            Of the stretch.
        first, steps, dt
            Number of the first step, how many of them, and their width, s.
        """
        if not len(time) and not self._late.held:
            if len(self._nothing.start) != blocks * steps + 1:
                self._nothing = Pulses.none(blocks * steps)
            return self._nothing
        codes, its = self.codes, self.stretch
        *scheduled, late, start = _served(
            time, row, its.low, its.high, its.first, codes.neuron, codes.code, self._free,
            self.setup, self.width, self.duration, self._read, self._waits, self._bins,
            self._meters, self._late, blocks, first, steps, dt,
        )  # fmt: skip
        self._late = self._late.with_room(late)
        time, lane, code = _placed(*scheduled, start, first, steps, self._late)
        return Pulses(time, lane, code, start)

    def receive(self, time: NDArray[np.float64], row: NDArray[np.int64]) -> None:
        """Count events whose pulses begin after the end of the run."""
        its = self.stretch
        _received(
            time, row, its.low, its.high, its.first, self.codes.neuron, self._free, self.setup,
            self.width, self.duration, self._read, self._waits, self._bins, self._meters,
        )  # fmt: skip


def counts_of(parts: Sequence[Paths]) -> PathCounts:
    """Return what the paths of an array have done with all events that they were given."""
    one = parts[0]
    meters = np.stack([part._meters for part in parts])  # noqa: SLF001
    read = np.concatenate([part._read for part in parts])  # noqa: SLF001
    bins = np.sum([part._bins for part in parts], axis=0)  # noqa: SLF001
    words, waited, total = (float(sum(column)) for column in meters.T[:3])
    served, pace = int(read.sum()), one.setup + one.width
    load = min(1.0, float(read.max(initial=0)) * pace / one.duration)
    wait = TimeHistogram(bins, total, float(meters[:, 3].max()))
    return PathCounts(served, int(words) - served, int(waited), wait, load, pace)


@njit(nogil=True)
def _serve(  # type: ignore[no-untyped-def]
    arrival, first, end, base, neuron, free, setup, width, until, read, waits, bins, meters,
    begins,
):  # fmt: skip
    """Serve the words of an event; note when their pulses begin, if there is room to."""
    for word in range(first, end):
        k = neuron[word] - base
        wait = max(free[k] - arrival, 0.0)
        begin = arrival + wait + setup
        free[k] = begin + width
        read[k] += arrival + wait < until
        waits[word - first] = wait
        if len(begins) > 0:
            begins[word - first] = begin
    # In a loop of its own, so that the compiler makes no branch of a wait of 0.
    if arrival < until:
        waited, total, longest = meters[1], meters[2], meters[3]
        for wait in waits[: end - first]:
            waited += wait > 0.0
            total += wait
            longest = max(longest, wait)
            bins[bin_of(wait)] += 1
        meters[0] += end - first
        meters[1], meters[2], meters[3] = waited, total, longest


@kept(nogil=True)
def _received(  # type: ignore[no-untyped-def]
    time, row, low, high, base, neuron, free, setup, width, until, read, waits, bins, meters,
):  # fmt: skip
    nowhere = np.empty(0)
    for event in range(len(time)):
        _serve(
            time[event], low[row[event]], high[row[event]], base, neuron, free, setup, width,
            until, read, waits, bins, meters, nowhere,
        )  # fmt: skip


@kept(nogil=True)
def _served(  # type: ignore[no-untyped-def]
    time, row, low, high, base, neuron, code, free, setup, width, until, read, waits, bins, meters,
    late, blocks, first, steps, dt,
):  # fmt: skip
    """Return the words that are due and all new ones, in order of arrival within each step.

    Beside when their pulses begin, neurons, codes and steps: how many new ones
    are late, and where those of each block and step begin.
    """
    old = due_words(late, first, steps)
    words = old
    for k in row:
        words += high[k] - low[k]
    begins, neurons = np.empty(words), np.empty(words, np.int32)
    codes, at_step = np.empty(words, np.int8), np.empty(words, np.int64)
    take_words(late, first, steps, begins, neurons, codes, at_step)
    at = old
    for event in range(len(time)):
        begin, end = low[row[event]], high[row[event]]
        _serve(
            time[event], begin, end, base, neuron, free, setup, width, until, read, waits, bins,
            meters, begins[at:],
        )  # fmt: skip
        for word in range(begin, end):
            neurons[at], codes[at] = neuron[word] - base, code[word]
            at += 1
    lates = 0
    for word in range(old, words):
        step = max(int(begins[word] / dt), first)
        # A step ends where the kernel says that it does.
        while begins[word] >= (step + 1) * dt:
            step += 1
        while step > first and begins[word] < step * dt:
            step -= 1
        at_step[word] = step
        lates += step - first >= steps
    bucket = np.zeros(blocks * steps + 1, np.int64)
    for word in range(words):
        if at_step[word] - first < steps:
            bucket[(neurons[word] // LANES) * steps + at_step[word] - first + 1] += 1
    for k in range(1, len(bucket)):
        bucket[k] += bucket[k - 1]
    return begins, neurons, codes, at_step, lates, bucket


@kept(nogil=True)
def _placed(  # type: ignore[no-untyped-def]
    begins, neurons, codes, at_step, start, first, steps, late
):
    """Return time, lane and code of the pulses that are due, in their order; let others wait."""
    due = start[-1]
    time, lane, code = np.empty(due), np.empty(due, np.uint8), np.empty(due, np.int8)
    at = start[:-1].copy()
    for word in range(len(begins)):
        if at_step[word] - first < steps:
            key = (neurons[word] // LANES) * steps + at_step[word] - first
            time[at[key]] = begins[word]
            lane[at[key]] = neurons[word] % LANES
            code[at[key]] = codes[word]
            at[key] += 1
        else:
            put_word(late, begins[word], neurons[word], codes[word], at_step[word])
    return time, lane, code
