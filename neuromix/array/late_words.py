"""Words of a sparse memory whose pulses begin after the steps that are worked out now.

They stand in a wheel of slots, one a step and over again: each slot has its words in order of
arrival. Steps that are worked out look at their own slots, so that a word that waits long costs a
look once a turn, however many steps a call takes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

SLOTS = 1024
"""Of the wheel, a power of two: words that wait for so many steps are rare where paths keep up."""

ROOM = 256
"""Words that fit at first."""

FREE, HELD = 0, 1
"""Where the counts have the first free place, and how many words there are."""


class LateWords(NamedTuple):
    """The wheel, as compiled functions have it.

    Parameters
    ----------
    head, tail : (SLOTS,) ndarray
        Places of the first and the last word of each slot; -1 for none.
    following : (room,) ndarray
        Place of the next word of the same slot, or of the next free place; -1 for none.
    step : (room,) ndarray
        In which the pulse begins.
    time : (room,) ndarray, s
        When it begins.
    neuron, code : (room,) ndarray
        As in the memory.
    counts : (2,) ndarray
        See :data:`FREE`.
    """

    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    following: NDArray[np.int64]
    step: NDArray[np.int64]
    time: NDArray[np.float64]
    neuron: NDArray[np.int32]
    code: NDArray[np.int8]
    counts: NDArray[np.int64]

    @classmethod
    def none(cls) -> LateWords:
        """Return a wheel without words."""
        return cls(
            np.full(SLOTS, -1),
            np.full(SLOTS, -1),
            _free_places(0, ROOM),
            np.empty(ROOM, np.int64),
            np.empty(ROOM),
            np.empty(ROOM, np.int32),
            np.empty(ROOM, np.int8),
            np.zeros(2, np.int64),
        )

    @property
    def held(self) -> int:
        """How many words there are."""
        return int(self.counts[HELD])

    def with_room(self, words: int) -> LateWords:
        """Return the same wheel with room for so many more; this one is not used any more."""
        room = len(self.time)
        if self.held + words <= room:
            return self
        more = max(room, self.held + words - room)
        free = _free_places(room, room + more)
        free[-1] = self.counts[FREE]
        self.counts[FREE] = room
        return LateWords(
            self.head,
            self.tail,
            np.concatenate([self.following, free]),
            np.concatenate([self.step, np.empty(more, np.int64)]),
            np.concatenate([self.time, np.empty(more)]),
            np.concatenate([self.neuron, np.empty(more, np.int32)]),
            np.concatenate([self.code, np.empty(more, np.int8)]),
            self.counts,
        )


def _free_places(first: int, end: int) -> NDArray[np.int64]:
    """Return, place by place, which free one follows; -1 behind the last."""
    following = np.arange(first + 1, end + 1)
    following[-1] = -1
    return following


@njit(nogil=True)
def due_words(late, first, steps):  # type: ignore[no-untyped-def]
    """Return how many words begin in these steps."""
    due = 0
    for slot in range(min(steps, SLOTS) if late.counts[HELD] > 0 else 0):
        place = late.head[(first + slot) % SLOTS]
        while place >= 0:
            due += late.step[place] < first + steps
            place = late.following[place]
    return due


@njit(nogil=True)
def take_words(late, first, steps, time, neuron, code, step):  # type: ignore[no-untyped-def]
    """Move the words that begin in these steps to the arrays; those of a step in their order."""
    at = 0
    for turn in range(min(steps, SLOTS) if late.counts[HELD] > 0 else 0):
        slot = (first + turn) % SLOTS
        place, before = late.head[slot], -1
        while place >= 0:
            follower = late.following[place]
            if late.step[place] < first + steps:
                time[at], neuron[at] = late.time[place], late.neuron[place]
                code[at], step[at] = late.code[place], late.step[place]
                at += 1
                if before < 0:
                    late.head[slot] = follower
                else:
                    late.following[before] = follower
                if follower < 0:
                    late.tail[slot] = before
                late.following[place] = late.counts[FREE]
                late.counts[FREE] = place
            else:
                before = place
            place = follower
    late.counts[HELD] -= at


@njit(nogil=True)
def put_word(late, time, neuron, code, step):  # type: ignore[no-untyped-def]
    """Let a word wait; there has to be room."""
    place = late.counts[FREE]
    late.counts[FREE] = late.following[place]
    late.counts[HELD] += 1
    late.time[place], late.neuron[place] = time, neuron
    late.code[place], late.step[place] = code, step
    late.following[place] = -1
    slot = step % SLOTS
    if late.head[slot] < 0:
        late.head[slot] = place
    else:
        late.following[late.tail[slot]] = place
    late.tail[slot] = place
