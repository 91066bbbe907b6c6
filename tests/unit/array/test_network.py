"""Several chips: paths, merges, copies, fan-out; nothing lost uncounted, nothing out of order."""

import math

import numpy as np
import provisional
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.array.fabric import Fabric
from neuromix.array.network import Network
from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Mesh, Tree
from neuromix.data.events import Events
from neuromix.errors import BadValue, FabricError

CYCLE, HOP = 1e-6, 0.3e-6
NEURONS = 4
TOPOLOGIES = [Tree(5), Tree(9, 3), Tree(1), Mesh(3, 2), Mesh(1, 4)]


def fabric(depth: int = 1000, **more: object) -> Fabric:
    return Fabric(cycle_time=CYCLE, latency=HOP, energy_per_event=1e-12, fifo_depth=depth, **more)


def to_all(topology) -> RoutingTable:
    """Return entries from every neuron to that of the same address of every chip."""
    chips, addresses = range(topology.chips), np.arange(NEURONS)
    pieces = [RoutingTable.between(a, b, addresses).entries for a in chips for b in chips]
    return RoutingTable(np.concatenate(pieces))


def random_requests(topology, seed: int, count: int, span: float) -> dict[int, Events]:
    random = np.random.default_rng(seed)
    return {
        chip: Events.sort(random.uniform(0.0, span, count), random.integers(0, NEURONS, count))
        for chip in range(topology.chips)
    }


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=str)
def test_paths_lead_from_chip_to_chip(topology) -> None:
    """Each link is taken once, all paths are of the known length, none waits for itself."""
    for source in range(topology.chips):
        for target in range(topology.chips):
            path = topology.path(source, target)
            assert len(set(path)) == len(path)
            assert len({topology.name(link) for link in path}) == len(path)
            if source == target:
                assert path == ()
            elif isinstance(topology, Mesh):
                (row, column), (to_row, to_column) = (
                    divmod(chip, topology.columns) for chip in (source, target)
                )
                assert len(path) == abs(row - to_row) + abs(column - to_column) + 1
            else:
                assert len(path) <= 2 * topology.levels
    Network(topology, NEURONS, to_all(topology), fabric()).carry({}, 1.0)


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=str)
def test_an_event_alone_takes_a_hop_for_each_link(topology) -> None:
    network = Network(topology, NEURONS, to_all(topology), fabric())
    lone = {0: Events(np.array([1e-3]), np.array([2], np.uint32))}
    arrivals = network.carry(lone, 1.0)
    for chip in range(topology.chips):
        (time,) = arrivals.events[chip].time
        assert time == pytest.approx(1e-3 + HOP * len(topology.path(0, chip)), abs=1e-12)
        assert arrivals.events[chip].address.tolist() == [2]


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=str)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), depth=st.integers(0, 4), load=st.floats(0.05, 3.0))
def test_copies_arrive_or_are_counted_as_lost(topology, seed, depth, load) -> None:
    count = 40
    requests = random_requests(topology, seed, count, count * CYCLE * topology.chips / load)
    arrivals = Network(topology, NEURONS, to_all(topology), fabric(depth)).carry(requests, 1.0)
    assert arrivals.copies == count * topology.chips**2
    assert arrivals.delivered + arrivals.lost == arrivals.copies
    assert sum(map(len, arrivals.events.values())) == arrivals.delivered
    for link in arrivals.links.values():
        assert link.delivered + link.dropped == link.sent
        assert link.queue_depths.sum() == link.sent
        assert len(link.queue_depths) <= depth + topology.chips + 1


@pytest.mark.parametrize("topology", [Tree(5), Mesh(3, 2)], ids=str)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), depth=st.integers(0, 4))
def test_a_source_keeps_its_order_to_every_target(topology, seed, depth) -> None:
    """Each neuron of chip 0 sends one event, one after the other, among those of all others."""
    requests = random_requests(topology, seed, 60, 60 * CYCLE)
    order = np.arange(50)
    requests[0] = Events(order * CYCLE, order)
    table = to_all(topology)
    for chip in range(topology.chips):
        table += RoutingTable.between(0, chip, np.arange(NEURONS, 50))
    arrivals = Network(topology, 50, table, fabric(depth)).carry(requests, 1.0)
    for events in arrivals.events.values():
        mine = events.address[events.address >= NEURONS].astype(int)
        assert np.all(np.diff(mine) > 0)


def test_a_row_of_equal_links_waits_at_the_first_only() -> None:
    """Events that leave a link are a cycle apart: no later one of the same cycle holds them up."""
    line = Mesh(6, 1)
    table = RoutingTable.between(0, 5, np.arange(NEURONS))
    random = np.random.default_rng(7)
    times = np.cumsum(random.exponential(CYCLE / 0.8, 20_000))
    sent = Events(times, random.integers(0, NEURONS, 20_000).astype(np.uint32))
    links = Network(line, NEURONS, table, fabric()).carry({0: sent}, times[-1]).links
    assert links["0 east"].wait.mean > CYCLE
    for chip in range(1, 5):
        assert links[f"{chip} east"].wait.longest < 1e-12
    assert links["5 out"].load == pytest.approx(0.8, rel=0.05)


def test_the_root_of_a_tree_saturates_at_one_event_a_cycle() -> None:
    """All chips of the left half send to chip 7: they share one link to the right half."""
    tree = Tree(8)
    pieces = [RoutingTable.between(chip, 7, np.arange(NEURONS)).entries for chip in range(4)]
    network = Network(tree, NEURONS, RoutingTable(np.concatenate(pieces)), fabric(depth=16))
    requests = random_requests(tree, 3, 5000, 5000 * CYCLE / 0.5)
    arrivals = network.carry({chip: requests[chip] for chip in range(4)}, 1.0)
    time = arrivals.events[7].time
    assert (len(time) - 1) * CYCLE / (time[-1] - time[0]) == pytest.approx(1.0, rel=0.01)
    assert arrivals.lost == arrivals.links["up from 2.0"].dropped + sum(
        link.dropped for name, link in arrivals.links.items() if name != "up from 2.0"
    )
    assert arrivals.links["up from 2.0"].dropped > 0


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=str)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), load=st.floats(0.05, 3.0))
def test_where_nothing_is_full_dropping_and_stopping_are_the_same(topology, seed, load) -> None:
    """Two methods, link by link and all links in order of time, on the same requests."""
    requests = random_requests(topology, seed, 40, 40 * CYCLE * topology.chips / load)
    dropping, stopping = (
        Network(topology, NEURONS, to_all(topology), fabric(policy=policy)).carry(requests, 1.0)
        for policy in ("drop", "stall")
    )
    assert dropping.lost == 0
    for chip in range(topology.chips):
        assert np.array_equal(dropping.events[chip].address, stopping.events[chip].address)
        assert dropping.events[chip].time == pytest.approx(stopping.events[chip].time, abs=1e-15)
    assert dropping.energy == stopping.energy
    for name, link in dropping.links.items():
        assert np.array_equal(link.queue_depths, stopping.links[name].queue_depths)


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=str)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), depth=st.integers(0, 4), load=st.floats(0.5, 3.0))
def test_back_pressure_loses_nothing_and_keeps_queues_short(topology, seed, depth, load) -> None:
    count = 40
    requests = random_requests(topology, seed, count, count * CYCLE * topology.chips / load)
    network = Network(topology, NEURONS, to_all(topology), fabric(depth, policy="stall"))
    arrivals = network.carry(requests, 1.0)
    assert arrivals.lost == 0
    assert arrivals.delivered == arrivals.copies == count * topology.chips**2
    for name, link in arrivals.links.items():
        if name.startswith("down") or name.endswith("out"):
            # The FIFO and one event that waits on each other branch; chips never lead in here.
            assert len(link.queue_depths) - 1 <= depth + 4
    for chip in range(topology.chips):
        for address in range(NEURONS):
            expected = sum(len(events.of(address)) for events in requests.values())
            assert len(arrivals.events[chip].of(address)) == expected


def test_one_link_that_stops_its_sender_is_a_link_that_stalls() -> None:
    flood = Events.sort(np.random.default_rng(5).uniform(0.0, 2e-3, 3000), np.zeros(3000, int))
    table = RoutingTable.between(0, 1, [0])
    network = Network(Tree(2), 1, table, fabric(2, policy="stall"))
    arrivals = network.carry({0: flood}, 1.0)
    alone = fabric(2, policy="stall").carry(flood, 1)
    assert arrivals.events[1].time == pytest.approx(alone.events.time + HOP, abs=1e-15)


def test_a_jam_stops_those_behind_it_and_nobody_else() -> None:
    """Chips 0 and 1 flood the link from 1 to 2; chip 3 sends to 4 as if they were not there."""
    row = Mesh(5, 1)
    table = (
        RoutingTable.between(0, 2, [0])
        + RoutingTable.between(1, 2, [0])
        + RoutingTable.between(3, 4, [0])
    )
    flood = Events(np.arange(2000) * 0.8 * CYCLE, np.zeros(2000, np.uint32))
    quiet = Events(np.arange(200) * 10 * CYCLE, np.zeros(200, np.uint32))
    network = Network(row, 1, table, fabric(3, policy="stall"))
    arrivals = network.carry({0: flood, 1: flood, 3: quiet}, 1.0)
    assert arrivals.lost == 0
    shared = arrivals.links["1 east"]
    times = arrivals.events[2].time
    assert np.diff(times) == pytest.approx(np.full(len(times) - 1, CYCLE), rel=1e-6)
    assert arrivals.links["0 east"].wait.longest > 900 * CYCLE
    assert shared.delivered == 4000
    assert arrivals.links["3 east"].wait.longest == 0.0


def test_branches_that_merge_share_the_link_equally() -> None:
    row = Mesh(3, 1)
    table = RoutingTable.between(0, 1, [0]) + RoutingTable.between(2, 1, [0], [1])
    flood = Events(np.arange(4000) * 0.4 * CYCLE, np.zeros(4000, np.uint32))
    arrivals = Network(row, 1, table, fabric(depth=2)).carry({0: flood, 2: flood}, 1.0)
    left, right = arrivals.events[1].counts(2)
    assert abs(left - right) <= 1


def test_a_shared_link_carries_one_event_for_many_chips() -> None:
    tree = Tree(8)
    pieces = [RoutingTable.between(0, chip, [0]).entries for chip in range(4, 8)]
    network = Network(tree, 1, RoutingTable(np.concatenate(pieces)), fabric())
    arrivals = network.carry({0: Events(np.zeros(1), np.zeros(1, np.uint32))}, 1.0)
    assert arrivals.copies == arrivals.delivered == 4
    assert all(link.delivered == 1 for link in arrivals.links.values())
    # Three up, one down to the right half, two, four.
    assert len(arrivals.links) == 3 + 1 + 2 + 4
    assert arrivals.energy == pytest.approx(10e-12)


def test_the_target_fans_out_in_the_order_of_the_table() -> None:
    table = RoutingTable([[0, 1, 1, 9], [0, 0, 1, 5], [0, 1, 1, 3], [0, 1, 0, 8]])
    arrivals = Network(Mesh(2, 1), 2, table, fabric()).carry(
        {0: Events(np.array([0.0, 1e-3, 2e-3]), np.array([1, 0, 1], np.uint32))}, 1.0
    )
    assert arrivals.events[1].address.tolist() == [9, 3, 5, 9, 3]
    assert arrivals.events[0].address.tolist() == [8, 8]
    assert (arrivals.copies, arrivals.delivered) == (5, 5)


def test_events_without_an_entry_are_counted() -> None:
    network = Network(Tree(2), 4, RoutingTable.between(0, 1, [0]), fabric())
    arrivals = network.carry({0: Events(np.zeros(5), np.array([0, 1, 1, 3, 0]))}, 1.0)
    assert (arrivals.copies, arrivals.delivered, arrivals.unrouted) == (2, 2, 3)


def test_events_are_stamped_where_they_arrive() -> None:
    table = RoutingTable.between(0, 1, [0])
    network = Network(Tree(2), 1, table, fabric(timestamp=1e-6, timestamp_bits=16))
    one = Events(np.array([1.05e-3]), np.zeros(1, np.uint32))
    assert network.carry({0: one}, 1.0).events[1].time == pytest.approx([1.051e-3], abs=1e-12)
    with pytest.raises(FabricError, match="wraps"):
        network.carry({0: Events(np.array([0.0, 0.1]), np.zeros(2, np.uint32))}, 1.0)


def test_links_cost_what_their_stages_say() -> None:
    """A link of one branch among 2 x 256 addresses: one hop, nine address bits."""
    network = Network(
        Tree(2), 256, RoutingTable.between(0, 1, [0]), Fabric(stage=provisional.stage())
    )
    links = network.carry({0: Events(np.zeros(1), np.zeros(1, np.uint32))}, 1e-3).links
    assert "1 hops" in links["up from 0.0"].passage.origin
    assert "9 address bits" in links["up from 0.0"].passage.origin


class Ring:
    """Three chips, always onwards: its links wait for each other."""

    chips = 3

    def path(self, source: int, target: int) -> tuple[int, ...]:
        return tuple((source + k) % 3 for k in range((target - source) % 3))

    def name(self, link: int) -> str:
        return f"from {link}"


class Braid(Ring):
    """Two ways from chip 0 that meet again."""

    def path(self, source: int, target: int) -> tuple[int, ...]:
        return (target, 7)


def test_what_cannot_be_routed_is_refused() -> None:
    entry = RoutingTable.between(0, 1, [0])
    with pytest.raises(FabricError, match="entry 0 of the table"):
        Network(Tree(2), 1, RoutingTable.between(0, 2, [0]))
    network = Network(Tree(2), 1, entry, fabric())
    with pytest.raises(FabricError, match="no chip 2"):
        network.carry({2: Events.empty()}, 1.0)
    with pytest.raises(FabricError, match="no address 1"):
        network.carry({0: Events(np.zeros(1), np.ones(1, np.uint32))}, 1.0)
    with pytest.raises(FabricError, match="in a circle"):
        Network(Ring(), NEURONS, to_all(Ring), fabric()).carry({}, 1.0)
    two = RoutingTable.between(0, 1, [0]) + RoutingTable.between(0, 2, [0])
    with pytest.raises(FabricError, match="part and meet again"):
        Network(Braid(), 1, two, fabric()).carry({}, 1.0)
    for wrong in (lambda: Tree(0), lambda: Tree(4, 1), lambda: Mesh(2, 0), lambda: Mesh(1.5, 2)):
        with pytest.raises(BadValue):
            wrong()
    for entries in ([[0, 1]], [[0, -1, 0, 0]], [[0, 0.5, 0, 0]]):
        with pytest.raises(BadValue, match="routing table"):
            RoutingTable(entries)
    assert math.isnan(network.carry({}, 1.0).latency.mean)


def test_sizes_may_be_numbers_of_numpy() -> None:
    assert Mesh(np.int64(2), 1) == Mesh(2, 1)
    with pytest.raises(BadValue, match="path"):
        Tree(4).path(0, 4)
