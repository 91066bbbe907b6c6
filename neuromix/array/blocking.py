"""The links of a network in use that stop those before them: nothing is lost on the way."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from neuromix.array.backpressure import (
    AGENDA,
    ARRIVED,
    COPY,
    SERVED,
    Layout,
    Queues,
    hold_back,
)
from neuromix.array.crossing import Crossing
from neuromix.array.fabric import Delivery, Fabric, Link
from neuromix.array.flow import Flow, Queue, merged
from neuromix.array.multicast import Multicast
from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Topology
from neuromix.data.events import Events

Kind = TypeVar("Kind", bound=np.generic)


class HeldCrossing(Crossing):
    """See :class:`~neuromix.array.crossing.Crossing`; all links are worked out together."""

    def __init__(
        self, topology: Topology, neurons: int, table: RoutingTable, fabric: Fabric
    ) -> None:
        super().__init__(topology, neurons, table, fabric)
        self._numbers = sorted(self.links)
        self._layout = _layout(self.ways, self.links, topology.chips, neurons, fabric.fifo_depth)
        self._links_taken = self._layout.passes.sum(axis=0)
        self._promised = 0
        self._queues = Queues.empty(self._layout)
        self._agenda = np.empty(0, AGENDA)
        self._room = np.empty(0, COPY), np.empty(0, np.int64), np.empty(0, np.int64)
        self._requests = [Queue() for _ in range(topology.chips)]

    def send(self, chip: int, events: Events) -> None:
        """Take requests of a chip, none before the moment up to which all was carried."""
        flow = self.requests(chip, events)
        self.reach_chips((None, chip), flow)
        self._requests[chip].add(flow)

    def carry(self, until: float) -> None:
        """Let links work out all requests before ``until`` (s), or all that there will ever be."""
        if not self.links or self.final == set(self.order):
            return
        if self.silent[self.ways.fan_out > 0].all():
            self.final.update(self.order)
        limit = np.inf if self.final else until
        requests, _ = merged([queue.take(limit) for queue in self._requests])
        self._make_room_for(requests)
        before = self._queues.tally.copy()
        _copies, arrived, served = self._room
        self._agenda = hold_back(
            limit,
            requests.time,
            requests.source,
            self._layout,
            self._queues,
            self._agenda,
            *self._room,
        )
        after = self._queues.tally
        come = self._by_link(arrived[before[ARRIVED] : after[ARRIVED]])
        gone = self._by_link(served[before[SERVED] : after[SERVED]])
        for row, link in enumerate(self._numbers):
            self._of_link(row, link, come[row], gone[row])

    def _make_room_for(self, requests: Flow) -> None:
        """Let there be place for a copy on each link that these events will ever take."""
        self._promised += int(self._links_taken[requests.source].sum())
        if self._promised > len(self._room[0]):
            size = max(self._promised, 2 * len(self._room[0]))
            copies, arrived, served = self._room
            self._room = _grown(copies, size), _grown(arrived, size), _grown(served, size)

    def _by_link(self, which: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Return copies apart by their links, in the order that they had."""
        row = self._room[0]["link"][which]
        order = np.argsort(row, kind="stable")
        return np.split(which[order], np.searchsorted(row[order], np.arange(1, len(self._numbers))))

    def _of_link(
        self, row: int, link: int, come: NDArray[np.int64], gone: NDArray[np.int64]
    ) -> None:
        """Count what has come to a link and what has left it, and hand on the latter."""
        used, branch, copies = self.links[link], self._layout.branch[row], self._room[0]
        source, start = copies["source"][gone], copies["start"][gone]
        senders = branch[copies["source"][come] // self.neurons]
        leaves = start + used.passage.latency
        self.traffic[link].add(
            Delivery(
                Events.trusted(leaves, branch[source // self.neurons].astype(np.uint32)),
                np.arange(len(gone)),
                copies["arrival"][gone],
                start,
                copies["met"][come],
                np.bincount(senders, minlength=used.senders),
                np.zeros(used.senders, np.int64),
            )
        )
        self.reach_chips((link, None), Flow(leaves, source, copies["born"][gone]))


def _grown(items: NDArray[Kind], size: int) -> NDArray[Kind]:
    more = np.empty(size, items.dtype)
    more[: len(items)] = items
    return more


def _layout(
    ways: Multicast, links: dict[int, Link], chips: int, neurons: int, depth: int
) -> Layout:
    """Return who leads into which link, as arrays."""
    numbers = sorted(links)
    row = {link: k for k, link in enumerate(numbers)}
    feeder = np.full((len(numbers), chips), -1)
    branch = np.full((len(numbers), chips), -1)
    after: list[set[int]] = [set() for _ in range(len(numbers) + chips)]
    for link in numbers:
        # Branches in the order of Multicast.branches: links by number, then chips.
        for place, (by, members) in enumerate(ways.branches(ways.into_link[link])):
            for chip in members:
                feeder[row[link], chip] = row[by] if by is not None else len(numbers) + chip
                branch[row[link], chip] = place
                after[feeder[row[link], chip]].add(row[link])
    passes = [ways.targets[link] > 0 for link in numbers]
    return Layout(
        neurons,
        feeder,
        branch,
        np.array([links[link].senders for link in numbers], dtype=np.int64),
        np.array(passes, dtype=np.bool_).reshape(len(numbers), chips * neurons),
        np.cumsum([0, *map(len, after)]),
        np.array([link for some in after for link in sorted(some)], dtype=np.int64),
        np.array([links[link].pace for link in numbers]),
        np.array([links[link].passage.latency for link in numbers]),
        depth,
    )
