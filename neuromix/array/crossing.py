"""Events on their way between chips, call after call: links in use, and what they have counted.

What finds a FIFO full is dropped. A link is worked out with all its requests before some moment
after the links that lead into it, so that calls may end anywhere: one long call, and many short
ones, make the same of the same events. No path waits for itself, see :mod:`topology`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neuromix.array.fabric import Delivery, Fabric, Link
from neuromix.array.flow import Flow, Queue, merged
from neuromix.array.multicast import Multicast, in_order, multicast
from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Topology
from neuromix.array.traffic import LinkCounts, Traffic
from neuromix.data.events import Events

Sender = tuple[int | None, int | None]
"""The link, or else the chip, that events leave."""


@dataclass(frozen=True, eq=False)
class Follower:
    """Where events of some chips go on from a link, or from their own chip.

    Parameters
    ----------
    link, chip : int or None
        The next link, or the chip that is reached.
    branch : int
        Which of the branches that meet there this is.
    passes : (sources,) ndarray of bool
        Whose events go there.
    """

    link: int | None
    chip: int | None
    branch: int
    passes: NDArray[np.bool_]


class Crossing:
    """The links of a network in use.

    Parameters
    ----------
    topology : Topology
    neurons : int
        Addresses of each chip; a *source* is chip × neurons + address.
    table : RoutingTable
    fabric : Fabric
        Of all links; stamps are not its business.

    Raises
    ------
    FabricError
        Where paths meet again after they part, or wait for each other in a circle.
    """

    def __init__(
        self, topology: Topology, neurons: int, table: RoutingTable, fabric: Fabric
    ) -> None:
        self.topology, self.neurons = topology, neurons
        self.ways = multicast(topology, neurons, table)
        self.order = in_order(self.ways, topology)
        plain = replace(fabric, timestamp=0.0, timestamp_bits=0)
        branches = {link: len(Multicast.branches(by)) for link, by in self.ways.into_link.items()}
        sources = topology.chips * neurons
        self.links = {link: Link(plain, branches[link], addresses=sources) for link in self.order}
        self.traffic = {link: Traffic() for link in self.order}
        self.lost = 0
        self._followers = _followers(self.ways, sources, neurons)
        self._coming = {link: [Queue() for _ in range(branches[link])] for link in self.order}
        self._arrived = {
            chip: [Queue() for _ in Multicast.branches(by)]
            for chip, by in self.ways.into_chip.items()
        }
        self.silent = np.zeros(sources, bool)
        self.final: set[int] = set()

    def send(self, chip: int, events: Events) -> None:
        """Take requests of a chip, none before the moment up to which all was carried."""
        self._go_on((None, chip), self.requests(chip, events))

    def requests(self, chip: int, events: Events) -> Flow:
        """Return events of a chip as they start."""
        source = chip * self.neurons + events.address.astype(np.int64)
        return Flow(events.time, source, events.time)

    def silence(self, chip: int, first: int, count: int) -> None:
        """Note that these addresses of a chip send nothing more."""
        begin = chip * self.neurons + first
        self.silent[begin : begin + count] = True

    def carry(self, until: float) -> None:
        """Let links work out all requests before ``until`` (s), or all that there will ever be."""
        for link in self.order:
            if link in self.final:
                continue
            if self._is_final(link):
                self.final.add(link)
            limit = np.inf if link in self.final else until
            if limit == -np.inf:
                continue
            flow, branch = self._next(link, limit)
            used = self.links[link]
            given = used.given
            delivery = used.carry(Events.trusted(flow.time, branch), limit)
            place = delivery.place - given
            self._count(link, flow, place, delivery)
            served = Flow(delivery.events.time, flow.source[place], flow.born[place])
            self._go_on((link, None), served)

    def complete(self, chip: int, first: int, count: int, target: int) -> bool:
        """Return whether all that these addresses of a chip ever send to another has arrived."""
        begin = chip * self.neurons + first
        last = self.ways.into_chip[target][chip]
        return bool(self.silent[begin : begin + count].all()) and last in {None, *self.final}

    def arrived(self, chip: int) -> list[Flow]:
        """Return what has come to a chip since this was last asked, by branch; also later times."""
        return [branch.take(np.inf) for branch in self._arrived.get(chip, [])]

    def counts(self, duration: float) -> dict[str, LinkCounts]:
        """Return what each link has done, by its name."""
        return {
            self.topology.name(link): self.traffic[link].counts(duration, used.pace, used.passage)
            for link, used in self.links.items()
        }

    def energy(self, duration: float) -> tuple[float, float]:
        """Return what events have taken on all links, and what stood still took, J."""
        moved = sum(
            self.traffic[n].sent * u.passage.energy_per_event for n, u in self.links.items()
        )
        static = sum(used.passage.static_power for used in self.links.values())
        return moved, duration * static

    def _is_final(self, link: int) -> bool:
        before = {by for by in self.ways.into_link[link].values() if by is not None}
        return before <= self.final and bool(self.silent[self.ways.targets[link] > 0].all())

    def _next(self, link: int, limit: float) -> tuple[Flow, NDArray[np.uint32]]:
        """Take the requests of a link before ``limit``, and the branch that each comes by."""
        return merged([branch.take(limit) for branch in self._coming[link]])

    def _count(self, link: int, flow: Flow, place: NDArray[np.int64], delivery: Delivery) -> None:
        self.traffic[link].add(delivery)
        dropped = np.ones(len(flow), bool)
        dropped[place] = False
        self.lost += int(self.ways.targets[link][flow.source[dropped]].sum())

    def _go_on(self, sender: Sender, flow: Flow) -> None:
        for item in self._followers.get(sender, ()):
            if item.link is not None:
                _append(self._coming[item.link], item, flow)
        self.reach_chips(sender, flow)

    def reach_chips(self, sender: Sender, flow: Flow) -> None:
        """Give what leaves a link, or a chip, to the chips that come next."""
        for item in self._followers.get(sender, ()):
            if item.chip is not None:
                _append(self._arrived[item.chip], item, flow)


def _append(branches: list[Queue], to: Follower, flow: Flow) -> None:
    branches[to.branch].add(flow.those(to.passes[flow.source]))


def _followers(ways: Multicast, sources: int, neurons: int) -> Mapping[Sender, list[Follower]]:
    """Return what comes next, by link or by chip."""
    found: dict[Sender, list[Follower]] = {}
    chip_of = np.arange(sources) // neurons

    def note(
        feeders: Mapping[int, int | None], passes: NDArray[np.bool_], **to: int | None
    ) -> None:
        for place, (by, chips) in enumerate(Multicast.branches(feeders)):
            sender = (by, None if by is not None else chips[0])
            theirs = passes & np.isin(chip_of, chips)
            found.setdefault(sender, []).append(Follower(**to, branch=place, passes=theirs))

    for link, feeders in ways.into_link.items():
        note(feeders, ways.targets[link] > 0, link=link, chip=None)
    for chip, feeders in ways.into_chip.items():
        note(feeders, ways.reach[chip], link=None, chip=chip)
    return found
