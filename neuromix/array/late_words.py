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


WORD = np.dtype(
    [
        ("time", np.float64),
        ("step", np.int64),
        ("following", np.int64),
        ("neuron", np.int32),
        ("code", np.int8),
    ],
    align=True,
)
"""When the pulse of a word begins (s), in which step, neuron and code as in the memory, and the
place of the next word of the same slot, or of the next free place; -1 for none. All of a word is in
one line of the cache, since words are looked up all over the memory."""


class LateWords(NamedTuple):
    """The wheel, as compiled functions have it.

    Parameters
    ----------
    head, tail : (SLOTS,) ndarray
        Places of the first and the last word of each slot; -1 for none.
    words : (room,) ndarray of WORD
        By place.
    counts : (2,) ndarray
        See :data:`FREE`.
    """

    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    words: NDArray[np.void]
    counts: NDArray[np.int64]

    @classmethod
    def none(cls) -> LateWords:
        """Return a wheel without words."""
        words, counts = _free_places(0, ROOM), np.zeros(2, np.int64)
        return cls(np.full(SLOTS, -1), np.full(SLOTS, -1), words, counts)

    @property
    def held(self) -> int:
        """How many words there are."""
        return int(self.counts[HELD])

    def with_room(self, words: int) -> LateWords:
        """Return the same wheel with room for so many more; this one is not used any more."""
        room = len(self.words)
        if self.held + words <= room:
            return self
        free = _free_places(room, room + max(room, self.held + words - room))
        free["following"][-1] = self.counts[FREE]
        self.counts[FREE] = room
        return self._replace(words=np.concatenate([self.words, free]))


def _free_places(first: int, end: int) -> NDArray[np.void]:
    """Return places that follow each other, the last one none."""
    words = np.zeros(end - first, WORD)
    words["following"] = np.arange(first + 1, end + 1)
    words["following"][-1] = -1
    return words


@njit(nogil=True)
def due_words(late, first, steps):  # type: ignore[no-untyped-def]
    """Return how many words begin in these steps."""
    due = 0
    for slot in range(min(steps, SLOTS) if late.counts[HELD] > 0 else 0):
        place = late.head[(first + slot) % SLOTS]
        while place >= 0:
            due += late.words[place].step < first + steps
            place = late.words[place].following
    return due


@njit(nogil=True)
def take_words(late, first, steps, time, neuron, code, step):  # type: ignore[no-untyped-def]
    """Move the words that begin in these steps to the arrays; those of a step in their order."""
    at = 0
    for turn in range(min(steps, SLOTS) if late.counts[HELD] > 0 else 0):
        slot = (first + turn) % SLOTS
        place, before = late.head[slot], -1
        while place >= 0:
            follower = late.words[place].following
            if late.words[place].step < first + steps:
                word = late.words[place]
                time[at], neuron[at], code[at], step[at] = (
                    word.time, word.neuron, word.code, word.step
                )  # fmt: skip
                at += 1
                if before < 0:
                    late.head[slot] = follower
                else:
                    late.words[before].following = follower
                if follower < 0:
                    late.tail[slot] = before
                late.words[place].following = late.counts[FREE]
                late.counts[FREE] = place
            else:
                before = place
            place = follower
    late.counts[HELD] -= at


@njit(nogil=True)
def put_word(late, time, neuron, code, step):  # type: ignore[no-untyped-def]
    """Let a word wait; there has to be room."""
    place = late.counts[FREE]
    late.counts[FREE] = late.words[place].following
    late.counts[HELD] += 1
    word = late.words[place]
    word.time, word.neuron, word.code, word.step = time, neuron, code, step
    word.following = -1
    slot = step % SLOTS
    if late.head[slot] < 0:
        late.head[slot] = place
    else:
        late.words[late.tail[slot]].following = place
    late.tail[slot] = place
