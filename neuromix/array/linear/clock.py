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
from neuromix.array.linear.lanes import LANES, aligned
from neuromix.array.linear.membranes import (
    BLOCK,
    MEMBRANE,
    noisy_step,
    quiet_step,
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
    """Populations one after the other: ends of their blocks, noise and its keys, first row."""

    end: NDArray[np.int64]
    noisy: NDArray[np.bool_]
    key: NDArray[np.uint64]
    number: NDArray[np.int64]
    first_row: int


@njit(error_model="numpy")
def deliver_all(log: Log, step: int, key: int, wires: Wires, inputs: NDArray[np.float32]) -> None:
    """Deliver all events of one step of a log; ``key`` is that of the row 0."""
    last = log.at[step + 1] - 1
    # What a log from outside holds of later steps is known, and its weights are asked for early.
    known = max(last, log.at[-1] - 1)
    for j in range(log.at[step], last + 1):
        deliver(key + log.row[j], key + log.row[min(j + 1, known)], wires, inputs)


def _kernel() -> Callable[..., Any]:
    @njit(nogil=True, error_model="numpy")
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
            block = 0
            for p in range(len(populations.end)):
                first, second = step_words(populations.key[p], step)
                number = populations.number[p]
                while block < populations.end[p]:
                    base, lane = block * BLOCK, block * LANES
                    if populations.noisy[p]:
                        spiked = noisy_step(
                            cells, excitatory, inhibitory, marks, base, lane, number, first, second
                        )
                    else:
                        spiked = quiet_step(
                            cells, excitatory, inhibitory, marks, base, lane, number, first, second
                        )
                    if spiked:
                        for word in range(lane // 8, (lane + LANES) // 8):
                            if eight_marks[word] != 0:
                                for k in range(8 * word, 8 * word + 8):
                                    if marks[k]:
                                        own.row[spikes] = populations.first_row + k
                                        spikes += 1
                    block += 1
                    number += LANES
            own.at[step + 1] = spikes
            for k in range(len(probed)):
                at = probed[k] // LANES * BLOCK + probed[k] % LANES
                traces[step, k] = cells[at + MEMBRANE]
            step += 1
        return step

    compiled: Callable[..., Any] = advance
    return compiled


advance = _kernel()
