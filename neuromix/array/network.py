"""The fabric between chips: trees and meshes of links, merges, multicast, fan-out at the target.

Branches that merge on a link are its senders, arbitrated fairly. An event that goes to several
chips takes each link once and is copied where paths part. What finds a FIFO full is dropped and
counted, or stops the link before it (:mod:`neuromix.array.backpressure`). With drops, each link is
a :class:`~neuromix.array.fabric.Link` that is worked out with all its requests after those that
lead into it: no path waits for itself, so that this is exact, and as fast as one link.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neuromix.array.blocking import HeldCrossing
from neuromix.array.clock import Clock
from neuromix.array.crossing import Crossing
from neuromix.array.fabric import Fabric
from neuromix.array.flow import Flow, merged
from neuromix.array.histogram import TimeHistogram
from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Topology
from neuromix.array.traffic import LinkCounts
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
        for chip, sent in requests.items():
            if not 0 <= chip < self.chips:
                raise FabricError(f"network: there is no chip {chip}", [f"0 … {self.chips - 1}"])
            if len(sent) and int(sent.address.max()) >= self.neurons:
                raise FabricError(
                    f"network: chip {chip} has no address {int(sent.address.max())}",
                    [f"its addresses are 0 … {self.neurons - 1}"],
                )
        crossing = self.crossing()
        for chip in sorted(requests):
            crossing.send(chip, requests[chip])
        crossing.silent[:] = True
        crossing.carry(math.inf)
        events: dict[int, Events] = {}
        latency = TimeHistogram()
        for chip in range(self.chips):
            events[chip], taken = self._fanned_out(chip, crossing.arrived(chip))
            latency = latency.with_times(taken)
        copies = [
            crossing.ways.fan_out[crossing.requests(chip, sent).source]
            for chip, sent in requests.items()
        ]
        return Arrivals(
            events,
            latency,
            crossing.counts(duration),
            copies=sum(int(item.sum()) for item in copies),
            delivered=latency.count,
            lost=crossing.lost,
            unrouted=sum(int(np.count_nonzero(item == 0)) for item in copies),
            energy=sum(crossing.energy(duration)),
        )

    def crossing(self) -> Crossing:
        """Return links that nothing has used yet."""
        kind = HeldCrossing if self.fabric.policy == "stall" else Crossing
        return kind(self.topology, self.neurons, self.table, self.fabric)

    def _fanned_out(self, chip: int, branches: list[Flow]) -> tuple[Events, NDArray[np.float64]]:
        """Return the events of a chip after the fan-out, and what each took before it, s."""
        entries = self.table.entries
        mine = entries[entries[:, 2] == chip]
        source = mine[:, 0] * self.neurons + mine[:, 1]
        fan_out = np.bincount(source, minlength=self.chips * self.neurons)
        flow, _ = merged([Flow.empty(), *branches])
        time = Clock(self.fabric.timestamp, self.fabric.timestamp_bits).stamped(flow.time)
        of_source = np.cumsum(fan_out) - fan_out
        times = fan_out[flow.source]
        nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        row = np.argsort(source, kind="stable")[np.repeat(of_source[flow.source], times) + nth]
        events = Events.adopt(np.repeat(time, times), mine[row, 3].astype(np.uint32))
        return events, time - flow.born


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
