"""From events to the pulses of each neuron, where the memory is sparse.

The path of a neuron serves one event after the other: it reads the word and lets the converter
settle (``setup``), then lets the weight current flow (``width``). An event that finds it busy waits
in its queue, which has no end; what the wait has been is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """

    codes: SparseCodes
    neurons: int
    setup: float
    width: float

    def __post_init__(self) -> None:
        self._free = np.full(self.neurons, -np.inf)
        self._left = _Scheduled.none()
        self.served = self.waited = 0
        self.total_wait = self.longest_wait = 0.0

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
        words = int(np.sum(self.codes.start[row + 1] - self.codes.start[row]))
        scheduled = _Scheduled(
            np.concatenate([self._left.time, np.empty(words)]),
            np.concatenate([self._left.neuron, np.empty(words, np.int32)]),
            np.concatenate([self._left.code, np.empty(words, np.int8)]),
        )
        meters = np.array([self.waited, self.total_wait, self.longest_wait])
        _serve(
            time, row, self.codes.start, self.codes.neuron, self.codes.code, self._free,
            self.setup, self.width, len(self._left.time), scheduled.time, scheduled.neuron,
            scheduled.code, meters,
        )  # fmt: skip
        self.served += words
        self.waited, self.total_wait, self.longest_wait = int(meters[0]), meters[1], meters[2]
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
    meters,
):  # fmt: skip
    waited, total, longest = meters[0], meters[1], meters[2]
    for event in range(len(time)):
        for word in range(start[row[event]], start[row[event] + 1]):
            k = neuron[word]
            wait = max(free[k] - time[event], 0.0)
            begin = time[event] + wait + setup
            free[k] = begin + width
            waited += wait > 0.0
            total += wait
            longest = max(longest, wait)
            pulse_time[at] = begin
            pulse_neuron[at] = k
            pulse_code[at] = code[word]
            at += 1
    meters[0], meters[1], meters[2] = waited, total, longest


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
