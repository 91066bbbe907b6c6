"""Words that wait for later steps: those of a step come out in the order in which they were put."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.array.delivery import Paths, Stretch
from neuromix.array.late_words import ROOM, SLOTS, LateWords, due_words, put_word, take_words
from neuromix.array.memory import SparseCodes

# The ends of the windows below are among them: a word that begins there waits.
steps_ahead = st.sampled_from([0, 1, 2, 3, 5, SLOTS - 1, SLOTS, SLOTS + 1, SLOTS + 7, 3 * SLOTS])


def taken(late: LateWords, first: int, steps: int) -> list[tuple[int, int]]:
    """Return step and number of all words that are due, by step."""
    due = due_words(late, first, steps)
    time, step = np.empty(due), np.empty(due, np.int64)
    neuron, code = np.empty(due, np.int32), np.empty(due, np.int8)
    take_words(late, first, steps, time, neuron, code, step)
    assert np.array_equal(time, neuron.astype(float))
    assert np.array_equal(code, neuron % 100)
    order = np.argsort(step, kind="stable")
    return list(zip(step[order].tolist(), neuron[order].tolist(), strict=True))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(steps_ahead, max_size=8), st.sampled_from([1, 3, SLOTS + 7])),
        max_size=12,
    )
)
def test_words_come_in_their_step_and_order(calls) -> None:
    late, waiting, number, first = LateWords.none(), [], 0, 0
    for ahead, steps in calls:
        late = late.with_room(len(ahead))
        for some in ahead:
            put_word(late, float(number), number, number % 100, first + some)
            waiting.append((first + some, number))
            number += 1
        assert late.held == len(waiting)
        expected = sorted(item for item in waiting if item[0] < first + steps)
        assert taken(late, first, steps) == expected
        waiting = [item for item in waiting if item[0] >= first + steps]
        first += steps
    assert late.held == len(waiting)


def test_room_grows_and_is_used_again() -> None:
    late = LateWords.none()
    for turn in range(4):
        late = late.with_room(3 * ROOM)
        for k in range(3 * ROOM):
            put_word(late, float(k), k, k % 100, turn)
        assert [number for _, number in taken(late, turn, 1)] == list(range(3 * ROOM))
    assert (late.held, len(late.words)) == (0, 3 * ROOM)


def test_an_overloaded_memory_pulses_the_same_in_any_windows() -> None:
    """Every pulse of a congested memory, bit for bit, in one call and in windows of a step."""
    random = np.random.default_rng(2)
    neurons, steps, dt = 40, 3000, 4e-6
    memory = SparseCodes(
        np.arange(9) * 20,
        np.concatenate([np.sort(random.permutation(neurons)[:20]) for _ in range(8)]).astype("i4"),
        random.integers(1, 63, 160).astype(np.int8),
    )
    time = np.sort(random.random(4000)) * 0.5 * steps * dt
    row = random.integers(0, 8, len(time))
    found = []
    for width in (steps, 1, 7):
        paths, pulses, given = (
            Paths(memory, Stretch.whole(memory, neurons), 5e-6, 2e-6, steps * dt),
            [],
            0,
        )
        for first in range(0, steps, width):
            last = min(first + width, steps)
            due = int(np.searchsorted(time, last * dt))
            made = paths.schedule(time[given:due], row[given:due], 3, first, last - first, dt)
            block_step = np.repeat(np.arange(len(made.start) - 1), np.diff(made.start))
            block, step = np.divmod(block_step, last - first)
            pulses += zip(
                block.tolist(), (first + step).tolist(), made.time.tolist(), made.lane.tolist(),
                made.code.tolist(), strict=True,
            )  # fmt: skip
            given = due
        found.append(sorted(pulses, key=lambda pulse: pulse[:2]))
    assert len(found[0]) > 50_000
    assert found[0] == found[1] == found[2]
