"""From events to the pulses of each neuron, where the memory is sparse.

The path of a neuron serves one event after the other: it reads the word and lets the converter
settle (``setup``), then lets the weight current flow (``width``). An event that finds it busy waits
in its queue, which has no end; what the wait has been is counted
(:class:`neuromix.array.congestion.PathCounts`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.congestion import PathCounts
from neuromix.array.histogram import EDGES, TimeHistogram, bin_of
from neuromix.array.lanes import LANES
from neuromix.array.memory import SparseCodes
from neuromix.compiling import kept


@dataclass(frozen=True, eq=False)
class Pulses:
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
    def none(cls) -> Pulses:
        """Return no pulses, for a memory that is not sparse."""
        return cls(np.empty(0), np.empty(0, np.uint8), np.empty(0, np.int8), np.zeros(1, np.int64))


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
        self._free = np.full(self.neurons, -np.inf)
        self._left = _Scheduled.none()
        self._read = np.zeros(self.neurons, np.int64)
        self._waits = np.empty(np.diff(self.codes.start).max(initial=0))
        self._bins = np.zeros(len(EDGES) + 1, np.int64)
        self._meters = np.zeros(4)

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
        self.receive(time, row)
        scheduled = self._left
        keys, late = _keys(scheduled.time, scheduled.neuron, first, steps, dt)
        start = np.zeros(blocks * steps + 1, np.int64)
        _count(keys, start)
        due = int(start[-1])
        pulses = Pulses(np.empty(due), np.empty(due, np.uint8), np.empty(due, np.int8), start)
        _place(
            keys, scheduled.time, scheduled.neuron, scheduled.code, start[:-1].copy(), pulses.time,
            pulses.lane, pulses.code,
        )  # fmt: skip
        self._left = (
            _Scheduled(*(a[keys < 0] for a in (scheduled.time, scheduled.neuron, scheduled.code)))
            if late
            else _Scheduled.none()
        )
        return pulses

    def receive(self, time: NDArray[np.float64], row: NDArray[np.int64]) -> None:
        """Let events wait for the next call of :meth:`schedule`, or for the end of the run."""
        words = int(np.sum(self.codes.start[row + 1] - self.codes.start[row]))
        scheduled = _Scheduled(
            np.concatenate([self._left.time, np.empty(words)]),
            np.concatenate([self._left.neuron, np.empty(words, np.int32)]),
            np.concatenate([self._left.code, np.empty(words, np.int8)]),
        )
        _serve(
            time, row, self.codes.start, self.codes.neuron, self.codes.code, self._free,
            self.setup, self.width, len(self._left.time), scheduled.time, scheduled.neuron,
            scheduled.code, self.duration, self._read, self._waits, self._bins, self._meters,
        )  # fmt: skip
        self._left = scheduled

    def counts(self) -> PathCounts:
        """Return what the paths have done with all events that they were given."""
        words, waited = int(self._meters[0]), int(self._meters[1])
        served = int(self._read.sum())
        pace = self.setup + self.width
        load = min(1.0, float(self._read.max(initial=0)) * pace / self.duration)
        wait = TimeHistogram(self._bins.copy(), float(self._meters[2]), float(self._meters[3]))
        return PathCounts(served, words - served, waited, wait, load, pace)


@dataclass(frozen=True, eq=False)
class _Scheduled:
    """Pulses in order of arrival."""

    time: NDArray[np.float64]
    neuron: NDArray[np.int32]
    code: NDArray[np.int8]

    @classmethod
    def none(cls) -> _Scheduled:
        return cls(np.empty(0), np.empty(0, np.int32), np.empty(0, np.int8))


@kept(nogil=True)
def _serve(  # type: ignore[no-untyped-def]
    time, row, start, neuron, code, free, setup, width, at, pulse_time, pulse_neuron, pulse_code,
    until, read, waits, bins, meters,
):  # fmt: skip
    words, waited, total, longest = meters[0], meters[1], meters[2], meters[3]
    for event in range(len(time)):
        arrival = time[event]
        first, end = start[row[event]], start[row[event] + 1]
        for word in range(first, end):
            k = neuron[word]
            wait = max(free[k] - arrival, 0.0)
            begin = arrival + wait + setup
            free[k] = begin + width
            read[k] += arrival + wait < until
            waits[word - first] = wait
            pulse_time[at] = begin
            pulse_neuron[at] = k
            pulse_code[at] = code[word]
            at += 1
        # In a loop of its own, so that the compiler makes no branch of a wait of 0.
        if arrival < until:
            words += end - first
            for wait in waits[: end - first]:
                waited += wait > 0.0
                total += wait
                longest = max(longest, wait)
                bins[bin_of(wait)] += 1
    meters[0], meters[1], meters[2], meters[3] = words, waited, total, longest


@kept(nogil=True)
def _keys(  # type: ignore[no-untyped-def]
    time, neuron, first, steps, dt
):
    """Return number of block times steps plus number of step of each pulse; −1 for later ones."""
    keys = np.empty(len(time), np.int64)
    late = 0
    for pulse in range(len(time)):
        step = max(int(time[pulse] / dt), first)
        # A step ends where the kernel says that it does.
        while time[pulse] >= (step + 1) * dt:
            step += 1
        while step > first and time[pulse] < step * dt:
            step -= 1
        if step - first < steps:
            keys[pulse] = (neuron[pulse] // LANES) * steps + step - first
        else:
            keys[pulse] = -1
            late += 1
    return keys, late


@kept(nogil=True)
def _count(keys, start):  # type: ignore[no-untyped-def]
    for key in keys:
        if key >= 0:
            start[key + 1] += 1
    for k in range(1, len(start)):
        start[k] += start[k - 1]


@kept(nogil=True)
def _place(  # type: ignore[no-untyped-def]
    keys, time, neuron, code, at, pulse_time, pulse_lane, pulse_code
):
    for pulse in range(len(keys)):
        key = keys[pulse]
        if key >= 0:
            pulse_time[at[key]] = time[pulse]
            pulse_lane[at[key]] = neuron[pulse] % LANES
            pulse_code[at[key]] = code[pulse]
            at[key] += 1
