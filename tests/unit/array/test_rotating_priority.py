"""Rotating priority: words of bits find who scanning all senders finds, from call to call."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.array.arbiter import DROPPED, GRANTED, WAITING, arbitrate
from neuromix.array.rotating_priority import following, levels_of, put, take
from neuromix.compiling import kept

CYCLE = 3.7e-6


@kept(nogil=True)
def kept_put(words, levels, address):
    put(words, levels, address)


@kept(nogil=True)
def kept_take(words, levels, address):
    take(words, levels, address)


@kept(nogil=True)
def kept_following(words, levels, last):
    return following(words, levels, last)


def scanned(time, sender, until, stall, depth, queue, last, free_at, senders):
    """The documented rule, word by word: whenever there is room, the waiting sender that follows
    the last served one is granted; what finds no room is dropped, or waits."""
    state, met = [WAITING] * len(time), [-1] * len(time)
    granted, start, queue, arrived = [], [], list(queue), 0
    while True:
        asking = [k for k in range(arrived) if state[k] == WAITING]
        moments = [time[arrived]] if arrived < len(time) else []
        if asking:
            moments.append(queue[0] if queue else free_at)
        now = min(moments, default=math.inf)
        if now >= until:
            return granted, start, state, met, queue, last, free_at
        queue = [begin for begin in queue if begin > now]
        while arrived < len(time) and time[arrived] <= now:
            met[arrived] = len(queue) + len(asking)
            asking.append(arrived)
            arrived += 1
        while asking and (len(queue) < depth or free_at <= now):
            chosen = min(asking, key=lambda k: ((sender[k] - last - 1) % senders, k))
            begin = max(now, free_at)
            free_at = begin + CYCLE
            if begin > now:
                queue.append(begin)
            state[chosen], last = GRANTED, int(sender[chosen])
            granted.append(chosen)
            start.append(begin)
            asking.remove(chosen)
        if not stall:
            for k in asking:
                state[k] = DROPPED


@st.composite
def traffic(draw):
    senders = draw(st.sampled_from([1, 2, 5, 63, 64, 65, 130, 4096, 4097, 300_000]))
    near = st.integers(0, min(senders, 4) - 1)
    address = st.one_of(near, near.map(lambda k: senders - 1 - k), st.integers(0, senders - 1))
    pairs = draw(st.lists(st.tuples(st.integers(0, 40), address), max_size=60))
    return senders, sorted(pairs, key=lambda pair: pair[0])


@settings(max_examples=300, deadline=None)
@given(traffic(), st.integers(0, 5), st.booleans(), st.lists(st.integers(0, 50), max_size=3))
def test_the_arbiter_is_the_documented_rule(pairs, depth: int, stall: bool, cuts) -> None:
    senders, requests = pairs
    ours = theirs = ([], senders - 1, -math.inf)  # what begins later, last granted, free at
    held = np.empty(0), np.empty(0, np.int64)
    begin = 0.0
    for stop in [*(1e-6 * cut + 0.5e-6 for cut in sorted(cuts)), math.inf]:
        new = [(1e-6 * t, a) for t, a in requests if begin <= 1e-6 * t < stop]
        time = np.concatenate([held[0], [t for t, _ in new]])
        sender = np.concatenate([held[1], np.array([a for _, a in new], np.int64)])
        queue = np.zeros(depth + 1)
        queue[: len(ours[0]) + 1] = [len(ours[0]), *ours[0]]
        found = arbitrate(
            time, sender, stop, CYCLE, stall, queue, *ours[1:], senders, levels_of(senders)
        )
        expected = scanned(time, sender, stop, stall, depth, theirs[0], *theirs[1:], senders)
        for mine, named in zip(found[:4], expected[:4], strict=True):
            assert mine.tolist() == named
        left = found[4]
        ours = (left[1 : 1 + int(left[0])].tolist(), *found[5:])
        theirs = expected[4:]
        assert ours == tuple(theirs)
        waits = found[2] == WAITING
        held, begin = (time[waits], sender[waits]), stop


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_follows_is_what_a_scan_finds(data) -> None:
    size = data.draw(st.sampled_from([1, 64, 65, 4096, 4097, 262_145]))
    addresses = st.one_of(st.integers(0, size - 1), st.sampled_from([0, size - 1]))
    levels = levels_of(size)
    words, waits = np.zeros(levels[-1], np.int64), set()
    for address, comes in data.draw(st.lists(st.tuples(addresses, st.booleans()), max_size=40)):
        (kept_put if comes else kept_take)(words, levels, address)
        (waits.add if comes else waits.discard)(address)
        if waits:
            last = data.draw(addresses)
            nearest = min(waits, key=lambda k: (k - last - 1) % size)
            assert kept_following(words, levels, last) == nearest
    for address in waits:
        kept_take(words, levels, address)
    assert not words.any()


@pytest.mark.parametrize(
    ("addresses", "levels"),
    [(0, [0, 1]), (64, [0, 1]), (65, [0, 2, 3]), (4097, [0, 65, 67, 68])],
)
def test_levels(addresses: int, levels: list[int]) -> None:
    assert levels_of(addresses).tolist() == levels
