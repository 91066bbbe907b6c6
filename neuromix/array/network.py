"""The fabric between chips: trees and meshes of links, merges, multicast, fan-out at the target.

Branches that merge on a link are its senders, arbitrated fairly. An event that goes to several
chips takes each link once and is copied where paths part. What finds a FIFO full is dropped and
counted, or stops the link before it (:mod:`neuromix.array.backpressure`). With drops, each link is
a :class:`~neuromix.array.fabric.Link` that is worked out with all its requests after those that
lead into it: no path waits for itself, so that this is exact, and as fast as one link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from neuromix.array.blocking import blocked
from neuromix.array.clock import Clock
from neuromix.array.fabric import Delivery, Fabric, Link
from neuromix.array.flow import Flow, merged
from neuromix.array.histogram import TimeHistogram
from neuromix.array.multicast import Feeders, Multicast, in_order, multicast
from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Topology
from neuromix.array.traffic import LinkCounts, Traffic
from neuromix.data.events import Events
from neuromix.errors import FabricError
from neuromix.units import number


@dataclass(frozen=True)
class Network:
    """Several chips and the links between them.

    Parameters
    ----------
    topology : Topology
        :class:`~neuromix.array.topology.Tree`, :class:`~neuromix.array.topology.Mesh`, or any
        object with their methods.
    neurons : int
        Addresses of each chip.
    table : RoutingTable
    fabric : Fabric
        Of all links. Its clock stamps events where they reach their chip.
    """

    topology: Topology
    neurons: int
    table: RoutingTable
    fabric: Fabric = field(default_factory=Fabric)

    def __post_init__(self) -> None:
        entries = self.table.entries
        for column, bound in ((0, self.chips), (1, self.neurons), (2, self.chips)):
            if len(entries) and int(entries[:, column].max()) >= bound:
                row = int(entries[:, column].argmax())
                raise FabricError(
                    f"network: entry {row} of the table is {entries[row].tolist()}",
                    [f"there are {self.chips} chips of {self.neurons} neurons"],
                )

    @property
    def chips(self) -> int:
        """How many there are."""
        return self.topology.chips

    def carry(self, requests: Mapping[int, Events], duration: float) -> Arrivals:
        """Send events of chips to where the table says, over links that nothing has used before.

        Parameters
        ----------
        requests : mapping of int to Events
            By source chip.
        duration : float, s
            For the load and the standing power of links.

        Raises
        ------
        FabricError
            Where there is no such chip or address, paths wait for each other in a circle, or
            stamps cannot be unwrapped.
        """
        duration = number(duration, "network: duration")
        for chip, events in requests.items():
            if not 0 <= chip < self.chips:
                raise FabricError(f"network: there is no chip {chip}", [f"0 … {self.chips - 1}"])
            if len(events) and int(events.address.max()) >= self.neurons:
                raise FabricError(
                    f"network: chip {chip} has no address {int(events.address.max())}",
                    [f"its addresses are 0 … {self.neurons - 1}"],
                )
        return _Passage(self, requests).arrivals(duration)


@dataclass(frozen=True, eq=False)
class Arrivals:
    """What a network made of its requests.

    Parameters
    ----------
    events : mapping of int to Events
        By target chip, after the fan-out; addresses are those of the table.
    latency : TimeHistogram
        From the request to the arrival, of each copy.
    links : mapping of str to LinkCounts
        Of all links that a path uses.
    copies, delivered, lost : int
        Events by target chips that they go to: sent, arrived, dropped on the way.
    unrouted : int
        Events for whose address the table has no entry.
    energy : float, J
    """

    events: Mapping[int, Events]
    latency: TimeHistogram
    links: Mapping[str, LinkCounts]
    copies: int
    delivered: int
    lost: int
    unrouted: int
    energy: float


@dataclass
class _Passage:
    """One call of a network, link by link."""

    network: Network
    requests: Mapping[int, Events]
    links: dict[str, LinkCounts] = field(default_factory=dict)
    flows: dict[int, Flow] = field(default_factory=dict)
    lost: int = 0
    energy: float = 0.0

    def arrivals(self, duration: float) -> Arrivals:
        network = self.network
        ways = multicast(network.topology, network.neurons, network.table)
        order = in_order(ways, network.topology)
        fabric = replace(network.fabric, timestamp=0.0, timestamp_bits=0)
        sources = network.chips * network.neurons
        unused = {
            link: Link(fabric, len(ways.branches(ways.into_link[link])), addresses=sources)
            for link in order
        }
        if network.fabric.policy == "stall":
            requests, _ = merged([Flow.empty(), *map(self._sent, sorted(self.requests))])
            passed = blocked(requests, network.neurons, network.chips, ways, unused)
            for link in order:
                self._count(link, unused[link], *passed[link], ways, duration)
        else:
            for link in order:
                branches = self._branches(ways.into_link[link], ways.targets[link] > 0)
                flow, branch = merged(branches)
                delivery = unused[link].carry(Events.adopt(flow.time, branch), np.inf)
                self._count(link, unused[link], flow, delivery, ways, duration)
        events, latency = {}, TimeHistogram()
        for chip in range(network.chips):
            events[chip], taken = self._arrived(chip, ways.into_chip.get(chip, {}))
            latency = latency.with_times(taken)
        copies = [ways.fan_out[flow.source] for flow in map(self._sent, self.requests)]
        return Arrivals(
            events,
            latency,
            self.links,
            copies=sum(int(item.sum()) for item in copies),
            delivered=latency.count,
            lost=self.lost,
            unrouted=sum(int(np.count_nonzero(item == 0)) for item in copies),
            energy=self.energy,
        )

    def _count(
        self,
        link: int,
        used: Link,
        flow: Flow,
        delivery: Delivery,
        ways: Multicast,
        duration: float,
    ) -> None:
        """Note what a link has made of the events that came to it."""
        traffic = Traffic()
        traffic.add(delivery)
        dropped = np.ones(len(flow), bool)
        dropped[delivery.place] = False
        self.lost += int(ways.targets[link][flow.source[dropped]].sum())
        place = delivery.place
        self.flows[link] = Flow(delivery.events.time, flow.source[place], flow.born[place])
        counts = traffic.counts(duration, used.pace, used.passage)
        self.links[self.network.topology.name(link)] = counts
        self.energy += traffic.sent * used.passage.energy_per_event
        self.energy += duration * used.passage.static_power

    def _branches(self, feeders: Feeders, passes: NDArray[np.bool_]) -> list[Flow]:
        """Return what comes by each link, and from each chip, that leads to one place."""
        branches = []
        for link, chips in Multicast.branches(feeders):
            flow = self._sent(chips[0]) if link is None else self.flows[link]
            from_them = np.isin(flow.source // self.network.neurons, chips)
            branches.append(flow.those(passes[flow.source] & from_them))
        return branches

    def _sent(self, chip: int) -> Flow:
        if chip not in self.requests:
            return Flow.empty()
        events = self.requests[chip]
        source = chip * self.network.neurons + events.address.astype(np.int64)
        return Flow(events.time, source, events.time)

    def _arrived(self, chip: int, feeders: Feeders) -> tuple[Events, NDArray[np.float64]]:
        """Return the events of a chip after the fan-out, and what each took before it, s."""
        entries, fabric = self.network.table.entries, self.network.fabric
        mine = entries[entries[:, 2] == chip]
        source = mine[:, 0] * self.network.neurons + mine[:, 1]
        fan_out = np.bincount(source, minlength=self.network.chips * self.network.neurons)
        flow, _ = merged([Flow.empty(), *self._branches(feeders, fan_out > 0)])
        time = Clock(fabric.timestamp, fabric.timestamp_bits).stamped(flow.time)
        of_source = np.cumsum(fan_out) - fan_out
        times = fan_out[flow.source]
        nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        row = np.argsort(source, kind="stable")[np.repeat(of_source[flow.source], times) + nth]
        events = Events.adopt(np.repeat(time, times), mine[row, 3].astype(np.uint32))
        return events, time - flow.born
