"""From events to the pulses of each neuron, where the memory is sparse.

The path of a neuron serves one event after the other: it reads the word and lets the converter
settle (``setup``), then lets the weight current flow (``width``). An event that finds it busy waits
in its queue, which has no end; what the wait has been is counted
(:class:`neuromix.array.congestion.PathCounts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.congestion import PathCounts
from neuromix.array.histogram import EDGES, TimeHistogram, bin_of
from neuromix.array.lanes import LANES
from neuromix.array.late_words import LateWords, due_words, put_word, take_words
from neuromix.array.memory import SparseCodes
from neuromix.compiling import kept


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


@dataclass
class Paths:
    """The paths into the neurons of an array in the course of a run.

    Parameters
    ----------
    codes : SparseCodes
    neurons : int
    setup, width : float, s
    duration : float, s
        Of the run; what arrives later is not counted.
    """

    codes: SparseCodes
    neurons: int
    setup: float
    width: float
    duration: float

    def __post_init__(self) -> None:
        self.widest = int(np.diff(self.codes.start).max(initial=0))
        self._free = np.full(self.neurons, -np.inf)
        self._late = LateWords.none()
        self._read = np.zeros(self.neurons, np.int64)
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
            Of the array.
        first, steps, dt
            Number of the first step, how many of them, and their width, s.
        """
        if not len(time) and not self._late.held:
            if len(self._nothing.start) != blocks * steps + 1:
                self._nothing = Pulses.none(blocks * steps)
            return self._nothing
        codes = self.codes
        *scheduled, late, start = _served(
            time, row, codes.start, codes.neuron, codes.code, self._free, self.setup, self.width,
            self.duration, self._read, self._waits, self._bins, self._meters, self._late, blocks,
            first, steps, dt,
        )  # fmt: skip
        self._late = self._late.with_room(late)
        time, lane, code = _placed(*scheduled, start, first, steps, self._late)
        return Pulses(time, lane, code, start)

    def receive(self, time: NDArray[np.float64], row: NDArray[np.int64]) -> None:
        """Count events whose pulses begin after the end of the run."""
        _received(
            time, row, self.codes.start, self.codes.neuron, self._free, self.setup, self.width,
            self.duration, self._read, self._waits, self._bins, self._meters,
        )  # fmt: skip

    def counts(self) -> PathCounts:
        """Return what the paths have done with all events that they were given."""
        words, waited = int(self._meters[0]), int(self._meters[1])
        served = int(self._read.sum())
        pace = self.setup + self.width
        load = min(1.0, float(self._read.max(initial=0)) * pace / self.duration)
        wait = TimeHistogram(self._bins.copy(), float(self._meters[2]), float(self._meters[3]))
        return PathCounts(served, words - served, waited, wait, load, pace)


@njit(nogil=True)
def _serve(  # type: ignore[no-untyped-def]
    arrival, first, end, neuron, free, setup, width, until, read, waits, bins, meters, begins,
):  # fmt: skip
    """Serve the words of an event; note when their pulses begin, if there is room to."""
    for word in range(first, end):
        k = neuron[word]
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
    time, row, start, neuron, free, setup, width, until, read, waits, bins, meters,
):  # fmt: skip
    nowhere = np.empty(0)
    for event in range(len(time)):
        _serve(
            time[event], start[row[event]], start[row[event] + 1], neuron, free, setup, width,
            until, read, waits, bins, meters, nowhere,
        )  # fmt: skip


@kept(nogil=True)
def _served(  # type: ignore[no-untyped-def]
    time, row, start, neuron, code, free, setup, width, until, read, waits, bins, meters, late,
    blocks, first, steps, dt,
):  # fmt: skip
    """Return the words that are due and all new ones, in order of arrival within each step.

    Beside when their pulses begin, neurons, codes and steps: how many new ones
    are late, and where those of each block and step begin.
    """
    old = due_words(late, first, steps)
    words = old
    for k in row:
        words += start[k + 1] - start[k]
    begins, neurons = np.empty(words), np.empty(words, np.int32)
    codes, at_step = np.empty(words, np.int8), np.empty(words, np.int64)
    take_words(late, first, steps, begins, neurons, codes, at_step)
    at = old
    for event in range(len(time)):
        low, high = start[row[event]], start[row[event] + 1]
        _serve(
            time[event], low, high, neuron, free, setup, width, until, read, waits, bins, meters,
            begins[at:],
        )  # fmt: skip
        neurons[at : at + high - low] = neuron[low:high]
        codes[at : at + high - low] = code[low:high]
        at += high - low
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
