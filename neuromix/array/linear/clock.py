"""The compiled clock-driven kernel: deliveries, membranes and spikes, step by step.

In step ``k``, from ``k dt`` to ``(k + 1) dt``, events come in first and then all neurons move. An
event into an input with a state is handed over at the start of the step after its arrival, when it
is due; one that moves the membrane itself at the start of the step at whose end it is due.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.lanes import BORROWING
from neuromix.array.linear.delivery import deliver
from neuromix.array.linear.deviates import step_words
from neuromix.array.linear.lanes import LANES, aligned, lowest_bit
from neuromix.array.linear.membranes import BLOCK, mark, reset, stepper
from neuromix.array.taps import sample


class Log(NamedTuple):
    """Who spiked in which step: rows ``row[at[k]:at[k + 1]]`` in step ``k``, in rising order."""

    at: NDArray[np.int64]
    row: NDArray[np.int32]


class State(NamedTuple):
    """What a kernel changes: blocks of neurons, inputs, and marks of those that have just spiked.

    Excitatory inputs come first. ``marks`` and ``eight_marks`` are one memory, as bytes and words.
    """

    cells: NDArray[np.float32]
    inputs: NDArray[np.float32]
    marks: NDArray[np.uint8]
    eight_marks: NDArray[np.uint64]

    @classmethod
    def rested(cls, cells: NDArray[np.float32], lanes: int) -> State:
        """Return the state at the start of a run."""
        marks = aligned(np.zeros(lanes, np.uint8))
        inputs = aligned(np.zeros(2 * lanes, np.float32))
        return cls(aligned(cells), inputs, marks, marks.view(np.uint64))


class Populations(NamedTuple):
    """Populations one after the other: ends of blocks and lanes, noise and its keys, first row."""

    end: NDArray[np.int64]
    last_lane: NDArray[np.int64]
    noisy: NDArray[np.bool_]
    key: NDArray[np.uint64]
    first_row: int


@functools.cache
def kernel(signed: bool) -> Callable[..., Any]:
    """Return the compiled kernel of a range, for inputs of both signs or of one alone.

    Notes
    -----
    It advances from one step to another and returns the step that it has come to: that is before
    the last one where the log of its own spikes has no room left. It takes:

    step, last : int
    state : State
    populations : Populations
    wires : Wires
    outside, inside : Log
        Events of blocks outside of the group, whose steps count from -1, and of the group itself.
    own : Log
        Spikes of the range, filled.
    taps : Taps
        What is recorded.
    """
    move = stepper(signed)

    @njit(nogil=True, **BORROWING)
    def advance(step, last, state, populations, wires, outside, inside, own, taps):  # type: ignore[no-untyped-def]
        cells, inputs, marks, eight_marks = state
        lanes = len(marks)
        excitatory, inhibitory = inputs[:lanes], inputs[lanes:]
        rows = (len(wires.first) - 1) // max(1, len(wires.shifts))
        while step < last:
            spikes = own.at[step]
            if spikes + lanes > len(own.row):
                break
            for kind in range(2 * len(wires.shifts)):
                shift = kind // 2
                sent = step - wires.shifts[shift]
                log, place = (outside, sent + 1) if kind % 2 == 0 else (inside, sent)
                if place < 0 or log.at[place] == log.at[place + 1]:
                    continue
                key, end = shift * rows, log.at[place + 1]
                # What a log from outside holds of later steps is known: its weights are asked for.
                known = max(end, log.at[-1]) - 1
                for j in range(log.at[place], end):
                    following = log.row[min(j + 1, known)]
                    deliver(key + log.row[j], key + following, wires, inputs)
            block, now = 0, np.int32(step)
            for p in range(len(populations.end)):
                first, second = step_words(populations.key[p], step >> 1)
                noisy = populations.noisy[p]
                while block < populations.end[p]:
                    base, lane = block * BLOCK, block * LANES
                    width = min(LANES, populations.last_lane[p] - lane)
                    if move(
                        cells, excitatory, inhibitory, base, lane, width, now, noisy, first, second
                    ):
                        mark(cells, marks, base, lane, width)
                        for word in range(lane // 8, (lane + width) // 8):
                            left = eight_marks[word]
                            while left:
                                k = 8 * word + lowest_bit(left) // 8
                                left &= left - np.uint64(1)
                                reset(cells, k, now)
                                own.row[spikes] = populations.first_row + k
                                spikes += 1
                    block += 1
            own.at[step + 1] = spikes
            if len(taps.place):
                for b in range(len(taps.start) - 1):
                    sample(taps, b, step, cells, b * BLOCK)
            step += 1
        return step

    compiled: Callable[..., Any] = advance
    return compiled
