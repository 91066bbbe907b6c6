"""The compiled clock-driven kernel: deliveries, membranes and spikes, step by step.

In step ``k``, from ``k dt`` to ``(k + 1) dt``, events come in first and then all neurons move. An
event into an input with a state is handed over at the start of the step after its arrival, when it
is due; one that moves the membrane itself at the start of the step at whose end it is due.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.linear.delivery import deliver
from neuromix.array.linear.deviates import step_words
from neuromix.array.linear.lanes import LANES, aligned, lowest_bit
from neuromix.array.linear.membranes import (
    BLOCK,
    MEMBRANE,
    even_step,
    mark,
    odd_step,
    quiet_step,
    reset,
    signed_even_step,
    signed_odd_step,
    signed_quiet_step,
)
from neuromix.array.linear.wiring import Wires


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
    """Populations one after the other: ends of their blocks and lanes, noise and its keys.

    ``signed`` tells whether there are inputs of both signs, ``first_row`` is that of all.
    """

    end: NDArray[np.int64]
    last_lane: NDArray[np.int64]
    noisy: NDArray[np.bool_]
    key: NDArray[np.uint64]
    signed: bool
    first_row: int


@njit(error_model="numpy", _nrt=False, forceinline=True)
def deliver_all(log: Log, step: int, key: int, wires: Wires, inputs: NDArray[np.float32]) -> None:
    """Deliver all events of one step of a log; ``key`` is that of the row 0."""
    last = log.at[step + 1] - 1
    # What a log from outside holds of later steps is known, and its weights are asked for early.
    known = max(last, log.at[-1] - 1)
    for j in range(log.at[step], last + 1):
        deliver(key + log.row[j], key + log.row[min(j + 1, known)], wires, inputs)


@njit(error_model="numpy", _nrt=False, forceinline=True)
def move(cells, e, i, base, lane, width, now, noisy, signed, first, second):  # type: ignore[no-untyped-def]
    """Advance one block and tell whether any neuron of it has crossed its threshold."""
    if signed:
        if not noisy:
            return signed_quiet_step(cells, e, i, base, lane, width, now, first, second)
        if now & 1:
            return signed_odd_step(cells, e, i, base, lane, width, now, first, second)
        return signed_even_step(cells, e, i, base, lane, width, now, first, second)
    if not noisy:
        return quiet_step(cells, e, i, base, lane, width, now, first, second)
    if now & 1:
        return odd_step(cells, e, i, base, lane, width, now, first, second)
    return even_step(cells, e, i, base, lane, width, now, first, second)


def _kernel() -> Callable[..., Any]:
    @njit(nogil=True, error_model="numpy", _nrt=False)
    def advance(step, last, state, populations, wires, outside, inside, own, probed, traces):  # type: ignore[no-untyped-def]
        cells, inputs, marks, eight_marks = state
        lanes = len(marks)
        excitatory, inhibitory = inputs[:lanes], inputs[lanes:]
        rows = (len(wires.first) - 1) // max(1, len(wires.shifts))
        while step < last:
            spikes = own.at[step]
            if spikes + lanes > len(own.row):
                break
            for s in range(len(wires.shifts)):
                sent = step - wires.shifts[s]
                if sent >= -1:
                    deliver_all(outside, sent + 1, s * rows, wires, inputs)
                if sent >= 0:
                    deliver_all(inside, sent, s * rows, wires, inputs)
            block, now = 0, np.int32(step)
            for p in range(len(populations.end)):
                first, second = step_words(populations.key[p], step >> 1)
                noisy, signed = populations.noisy[p], populations.signed
                while block < populations.end[p]:
                    base, lane = block * BLOCK, block * LANES
                    width = min(LANES, populations.last_lane[p] - lane)
                    if move(
                        cells,
                        excitatory,
                        inhibitory,
                        base,
                        lane,
                        width,
                        now,
                        noisy,
                        signed,
                        first,
                        second,
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
            for k in range(len(probed)):
                at = probed[k] // LANES * BLOCK + probed[k] % LANES
                traces[step, k] = cells[at + MEMBRANE]
            step += 1
        return step

    compiled: Callable[..., Any] = advance
    return compiled


advance = _kernel()
