"""R18 of the faults to survive: overflow, equal times, wrapped stamps, unsorted and unknown events.

Files of events are in tests/unit/interop/test_event_files.py.
"""

import numpy as np
import pytest

from neuromix.array.chip import Chip, SpikeSource
from neuromix.array.fabric import Fabric, Link
from neuromix.array.simulation import run
from neuromix.data.events import Events
from neuromix.errors import BadValue, FabricError


def fabric(**more: object) -> Fabric:
    return Fabric(cycle_time=1e-6, latency=0.0, energy_per_event=0.0, **more)


@pytest.mark.parametrize("depth", [0, 1, 16])
@pytest.mark.promise("R18")
def test_overflow_is_counted_sender_by_sender(depth: int) -> None:
    """A burst at one moment: one event is served, ``depth`` wait, the rest is dropped."""
    burst = Events(np.zeros(100), np.repeat([0, 1], [70, 30]))
    delivery = fabric(fifo_depth=depth).carry(burst, 2)
    assert len(delivery.events) == depth + 1
    assert delivery.dropped.sum() == 99 - depth
    assert np.array_equal(delivery.events.counts(2) + delivery.dropped, [70, 30])


@pytest.mark.parametrize("policy", ["drop", "stall"])
@pytest.mark.promise("R18")
def test_equal_times_have_one_order(policy: str) -> None:
    """A sender's events keep the order in which they are given, senders take turns, every time."""
    senders = np.random.default_rng(1).integers(0, 4, 64)
    burst = Events(np.full(64, 1e-3), senders)
    first, again = (fabric(fifo_depth=64, policy=policy).carry(burst, 4) for _ in range(2))
    assert np.array_equal(first.place, again.place)
    for sender in range(4):
        mine = first.place[first.events.address == sender]
        assert np.array_equal(mine, np.flatnonzero(senders == sender)[: len(mine)])
    assert first.events.address[:4].tolist() == [0, 1, 2, 3]
    assert Events.sort([1.0, 0.0, 1.0, 1.0], [5, 6, 7, 4]).address.tolist() == [6, 5, 7, 4]


@pytest.mark.promise("R18")
def test_stamps_survive_wraps_and_name_the_silence_that_they_do_not() -> None:
    """Eight bits of 1 µs wrap every 256 µs."""
    clocked = fabric(timestamp=1e-6, timestamp_bits=8)
    times = np.arange(1, 400) * 200e-6
    steady = Events(times, np.zeros(399, np.uint32))
    assert clocked.carry(steady, 1).events.time == pytest.approx(times)
    link = Link(clocked, 1)
    link.carry(steady.between(0.0, 1e-3), 1e-3)
    with pytest.raises(FabricError, match="wraps") as refused:
        link.carry(steady.between(2e-3, 3e-3), 3e-3)
    assert "timestamp_bits" in (refused.value.cure or "")


@pytest.mark.promise("R18")
def test_unsorted_events_are_refused_with_the_cure() -> None:
    with pytest.raises(BadValue, match="not sorted") as refused:
        Events(np.array([1.0, 0.5]), np.zeros(2, np.uint32))
    assert "Events.sort" in (refused.value.cure or "")


@pytest.mark.promise("R18")
def test_unknown_addresses_are_refused_on_the_link_and_on_the_chip() -> None:
    stray = Events(np.array([1e-3]), np.array([7], np.uint32))
    with pytest.raises(FabricError, match="no sender has the address 7"):
        fabric().carry(stray, 7)
    chip = Chip(1, fabric())
    chip.add("pixels", SpikeSource(7))
    with pytest.raises(FabricError, match="'pixels' has no address 7"):
        run(chip, {"pixels": stray}, duration=1e-2)
