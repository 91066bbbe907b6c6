"""The fabric: order, conservation, fairness, saturation, queueing, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.array.fabric import Fabric, Link
from neuromix.data.events import Events
from neuromix.errors import BadValue, FabricError

SENDERS = 5
requests = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, SENDERS - 1)), min_size=0, max_size=80
)
fabrics = st.builds(
    Fabric,
    cycle_time=st.sampled_from([1e-6, 3.7e-6]),
    latency=st.sampled_from([0.0, 2e-6]),
    fifo_depth=st.integers(0, 6),
    policy=st.sampled_from(["drop", "stall"]),
    timestamp=st.sampled_from([0.0, 1e-6]),
)


def sent(pairs: list[tuple[int, int]]) -> Events:
    return Events.sort([1e-6 * t for t, _ in pairs], [a for _, a in pairs])


@settings(max_examples=200, deadline=None)
@given(fabrics, requests)
def test_events_are_delivered_or_counted_as_dropped(fabric: Fabric, pairs) -> None:
    events = sent(pairs)
    delivery = fabric.carry(events, SENDERS)
    delivered = delivery.events.counts(SENDERS)
    assert np.array_equal(delivery.sent, events.counts(SENDERS))
    assert np.array_equal(delivery.sent, delivered + delivery.dropped)
    if fabric.policy == "stall":
        assert not delivery.dropped.any()


@settings(max_examples=200, deadline=None)
@given(fabrics, requests)
def test_a_sender_keeps_its_order_and_nothing_comes_early(fabric: Fabric, pairs) -> None:
    events = sent(pairs)
    delivery = fabric.carry(events, SENDERS)
    assert np.all(delivery.wait >= 0.0)
    request_time = delivery.events.time - fabric.latency - delivery.wait
    for sender in range(SENDERS):
        mine = request_time[delivery.events.address == sender]
        if not fabric.timestamp:
            assert np.all(np.diff(mine) >= -1e-15)
            assert np.all(np.isin(np.round(mine * 1e9), np.round(events.of(sender) * 1e9)))


@settings(max_examples=100, deadline=None)
@given(fabrics, requests, st.lists(st.integers(0, 70), max_size=4))
def test_cutting_a_run_into_calls_changes_nothing(fabric: Fabric, pairs, cuts) -> None:
    events = sent(pairs)
    whole = fabric.carry(events, SENDERS)
    link, start, pieces = Link(fabric, SENDERS), 0.0, []
    for stop in [*(1e-6 * c + 0.5e-6 for c in sorted(cuts)), np.inf]:
        pieces.append(link.carry(events.between(start, stop), stop))
        start = stop
    assert np.array_equal(np.concatenate([p.events.time for p in pieces]), whole.events.time)
    assert np.array_equal(np.concatenate([p.events.address for p in pieces]), whole.events.address)
    assert np.array_equal(sum(p.dropped for p in pieces), whole.dropped)
    assert np.array_equal(np.concatenate([p.met for p in pieces]), whole.met)


@pytest.mark.parametrize("policy", ["drop", "stall"])
def test_simultaneous_senders_share_the_link_equally(policy: str) -> None:
    fabric = Fabric(cycle_time=4e-6, fifo_depth=2, policy=policy)
    rounds = 200
    events = Events.sort(
        np.repeat(np.arange(rounds) * 10e-6, SENDERS), np.tile(np.arange(SENDERS), rounds)
    )
    link = Link(fabric, SENDERS)
    delivered = link.carry(events, rounds * 10e-6).events.counts(SENDERS)
    assert delivered.max() - delivered.min() <= 1
    assert delivered.sum() > 0.95 * rounds * 10e-6 / 4e-6


def test_a_waiting_sender_is_overtaken_at_most_once_by_each_other() -> None:
    fabric = Fabric(cycle_time=1e-6, fifo_depth=0, policy="stall")
    flood = Events.sort(np.zeros(40), np.repeat(np.arange(4), 10))
    order = fabric.carry(flood, 4).events.address
    assert np.array_equal(order, np.tile(np.arange(4), 10))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 6), requests)
def test_no_sender_that_waits_is_passed_twice_by_another(depth: int, pairs) -> None:
    """Fairness: between a request's coming first in its sender's line and its grant, every other
    sender is granted at most once, and the link never idles while anything waits."""
    cycle = 3.7e-6
    fabric = Fabric(cycle_time=cycle, latency=0.0, fifo_depth=depth, policy="stall")
    delivery = fabric.carry(sent(pairs), SENDERS)
    granted = delivery.started - depth * cycle  # no grant is earlier than that
    for sender in range(SENDERS):
        mine = np.flatnonzero(delivery.events.address == sender)
        for place, before in zip(mine[1:], mine[:-1], strict=True):
            between = slice(before + 1, place)
            first = delivery.requested[place] <= granted[before]
            others = delivery.events.address[between]
            if first:
                assert len(set(others.tolist())) == len(others)
    idle = delivery.started[1:] > delivery.started[:-1] + 1.000001 * cycle
    late = delivery.started > delivery.requested
    assert not np.any(idle & late[1:])


def test_the_link_saturates_at_one_event_a_cycle() -> None:
    fabric = Fabric(cycle_time=4e-6, latency=0.0)
    times = np.sort(np.random.default_rng(1).uniform(0.0, 0.1, 60_000))
    delivery = fabric.carry(Events(times, np.zeros(60_000, np.uint32)), 1)
    span = delivery.events.time[-1] - delivery.events.time[0]
    assert (len(delivery.events) - 1) / span == pytest.approx(250e3, rel=1e-3)
    assert delivery.dropped[0] == 60_000 - len(delivery.events)


def test_stamps_are_whole_ticks_and_never_early() -> None:
    fabric = Fabric(cycle_time=1e-6, latency=0.0, timestamp=0.5e-6)
    events = Events(np.array([0.1e-6, 2.0e-6, 9.3e-6]), np.zeros(3, np.uint32))
    assert fabric.carry(events, 1).events.time == pytest.approx([0.5e-6, 2.0e-6, 9.5e-6])


def test_a_wrap_that_cannot_be_unwrapped_is_refused() -> None:
    fabric = Fabric(timestamp=1e-6, timestamp_bits=8)
    close = Events(np.array([10e-6, 200e-6, 400e-6]), np.zeros(3, np.uint32))
    assert len(fabric.carry(close, 1).events) == 3
    far = Events(np.array([10e-6, 900e-6]), np.zeros(2, np.uint32))
    with pytest.raises(FabricError, match="wraps"):
        fabric.carry(far, 1)


def test_an_unknown_address_is_refused() -> None:
    with pytest.raises(FabricError, match="no sender has the address 9"):
        Fabric().carry(Events(np.array([0.0]), np.array([9], np.uint32)), 3)


@pytest.mark.parametrize(
    "bad",
    [
        {"cycle_time": 0.0},
        {"latency": -1e-9},
        {"fifo_depth": -1},
        {"policy": "retry"},
        {"timestamp_bits": 4},
        {"energy_per_event": float("nan")},
    ],
)
def test_impossible_fabrics_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(BadValue):
        Fabric(**bad)


def test_requests_that_come_after_later_ones_are_refused() -> None:
    link = Link(Fabric(cycle_time=1e-6, latency=0.0, policy="stall"), 1)
    link.carry(Events(np.array([0.0, 2e-3]), np.zeros(2, np.uint32)), 1e-3)
    with pytest.raises(FabricError, match=r"comes after those of 0\.002 s"):
        link.carry(Events(np.array([1.5e-3]), np.zeros(1, np.uint32)), 3e-3)
    link.carry(Events.empty(), 4e-3)
    with pytest.raises(FabricError, match=r"comes after those of 0\.004 s"):
        link.carry(Events(np.array([3.5e-3]), np.zeros(1, np.uint32)), 5e-3)


@settings(max_examples=100, deadline=None)
@given(fabrics, requests, st.integers(0, 70))
def test_each_delivered_event_is_one_of_the_requests(fabric: Fabric, pairs, cut) -> None:
    events, link, stop = sent(pairs), Link(fabric, SENDERS), 1e-6 * cut + 0.5e-6
    pieces = [
        link.carry(events.between(0.0, stop), stop),
        link.carry(events.between(stop, np.inf), np.inf),
    ]
    place = np.concatenate([piece.place for piece in pieces])
    assert len(np.unique(place)) == len(place)
    for piece in pieces:
        assert np.array_equal(events.address[piece.place], piece.events.address)
        assert np.array_equal(events.time[piece.place], piece.requested)
