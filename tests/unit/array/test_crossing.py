"""Links that are used call after call do what they do in one call."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.array.fabric import Fabric
from neuromix.array.network import Network
from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Mesh, Tree
from neuromix.data.events import Events

CYCLE, NEURONS, COUNT = 1e-6, 4, 60


def network(topology, policy, depth):
    chips = range(topology.chips)
    pieces = [RoutingTable.between(a, b, np.arange(NEURONS)).entries for a in chips for b in chips]
    fabric = Fabric(
        cycle_time=CYCLE, latency=0.3e-6, energy_per_event=1e-12, fifo_depth=depth, policy=policy
    )
    return Network(topology, NEURONS, RoutingTable(np.concatenate(pieces)), fabric)


def whole(net, requests):
    crossing = net.crossing()
    for chip, events in requests.items():
        crossing.send(chip, events)
    crossing.silent[:] = True
    crossing.carry(math.inf)
    return crossing, {chip: crossing.arrived(chip) for chip in requests}


def in_windows(net, requests, moments):
    """Send and carry in windows; what is left is carried when all chips have fallen silent."""
    crossing, start = net.crossing(), 0.0
    come = {chip: [] for chip in requests}
    for stop in [*moments, math.inf]:
        for chip, events in requests.items():
            crossing.send(chip, events.between(start, stop))
            if stop == math.inf:
                crossing.silence(chip, 0, NEURONS)
        crossing.carry(stop)
        start = stop
        for chip in requests:
            come[chip].append(crossing.arrived(chip))
    return crossing, come


@pytest.mark.parametrize("topology", [Tree(5), Mesh(3, 2)], ids=str)
@pytest.mark.parametrize("policy", ["drop", "stall"])
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    depth=st.integers(0, 4),
    load=st.floats(0.1, 3.0),
    grid=st.booleans(),
    windows=st.integers(1, 40),
)
def test_windows_change_nothing(topology, policy, seed, depth, load, grid, windows) -> None:
    random = np.random.default_rng(seed)
    span = COUNT * CYCLE * topology.chips / load

    def moments():
        times = random.uniform(0.0, span, COUNT)
        return np.round(times / CYCLE) * CYCLE if grid else times  # equal times

    requests = {
        chip: Events.sort(moments(), random.integers(0, NEURONS, COUNT))
        for chip in range(topology.chips)
    }
    net = network(topology, policy, depth)
    one, at_once = whole(net, requests)
    other, come = in_windows(net, requests, np.linspace(0.0, span, windows + 1)[1:])
    for chip in requests:
        for place, flow in enumerate(at_once[chip]):
            pieces = [window[place] for window in come[chip]]
            assert np.array_equal(flow.time, np.concatenate([piece.time for piece in pieces]))
            assert np.array_equal(flow.source, np.concatenate([piece.source for piece in pieces]))
            assert np.array_equal(flow.born, np.concatenate([piece.born for piece in pieces]))
    assert one.lost == other.lost
    assert policy == "drop" or one.lost == 0
    assert one.energy(1.0) == other.energy(1.0)
    for first, second in zip(one.counts(1.0).values(), other.counts(1.0).values(), strict=True):
        assert np.array_equal(first.queue_depths, second.queue_depths)
        assert (first.sent, first.dropped) == (second.sent, second.dropped)
        assert first.waiting == second.waiting == 0


def test_a_path_is_complete_when_all_that_shares_its_links_is_silent() -> None:
    """From chip 0 to 1 and from 0 to 2: both leave over one link."""
    table = RoutingTable.between(0, 1, [0, 1]) + RoutingTable.between(0, 2, [2, 3])
    fabric = Fabric(cycle_time=CYCLE, latency=CYCLE, energy_per_event=0.0)
    crossing = Network(Tree(4), NEURONS, table, fabric).crossing()
    crossing.silence(0, 0, 2)
    crossing.carry(0.0)
    assert not crossing.complete(0, 0, 2, target=1)
    crossing.silence(0, 2, 2)
    crossing.carry(0.0)
    assert crossing.complete(0, 0, 2, target=1)
    assert crossing.complete(0, 2, 2, target=2)
