"""The links that events of each source take to all of their targets, worked out before any is sent.

The paths from one chip form a tree: an event takes each of its links once and is copied where they
part.
"""

from __future__ import annotations

import graphlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Topology
from neuromix.errors import FabricError

Feeders = Mapping[int, int | None]
"""By source chip, the link that its events come from; None where they come from the chip itself."""


@dataclass(frozen=True, eq=False)
class Multicast:
    """Who passes which link.

    A *source* is chip × neurons + address.

    Parameters
    ----------
    into_link, into_chip : mapping of int to Feeders
        What leads into each link that is used, and into each chip that is a target.
    targets : mapping of int to (sources,) ndarray of int
        By link: how many chips an event of each source reaches by it.
    reach : mapping of int to (sources,) ndarray of bool
        By chip: which sources it is a target of.
    fan_out : (sources,) ndarray of int
        How many chips an event of each source goes to.
    """

    into_link: Mapping[int, Feeders]
    into_chip: Mapping[int, Feeders]
    targets: Mapping[int, NDArray[np.int32]]
    reach: Mapping[int, NDArray[np.bool_]]
    fan_out: NDArray[np.int64]

    @staticmethod
    def branches(feeders: Feeders) -> list[tuple[int | None, list[int]]]:
        """Return what leads to one place: links with the chips whose events they bring, chips."""
        links = sorted({link for link in feeders.values() if link is not None})
        found: list[tuple[int | None, list[int]]] = [
            (link, sorted(chip for chip, by in feeders.items() if by == link)) for link in links
        ]
        return found + [(None, [chip]) for chip in sorted(feeders) if feeders[chip] is None]


def multicast(topology: Topology, neurons: int, table: RoutingTable) -> Multicast:
    """Return the links of all sources of a table.

    Raises
    ------
    FabricError
        Where the paths from a chip part and meet again, so that an event would arrive twice.
    """
    sources = topology.chips * neurons
    of_entry = table.entries[:, 0] * neurons + table.entries[:, 1]
    pairs = np.unique(np.stack([of_entry, table.entries[:, 2]], axis=1), axis=0)
    trips = np.stack([pairs[:, 0] // neurons, pairs[:, 1]], axis=1)
    into_link: dict[int, dict[int, int | None]] = {}
    into_chip: dict[int, dict[int, int | None]] = {}
    targets: dict[int, NDArray[np.int32]] = {}
    reach: dict[int, NDArray[np.bool_]] = {}
    for chip, target in np.unique(trips, axis=0).tolist():
        on_this_trip = pairs[(trips[:, 0] == chip) & (trips[:, 1] == target), 0]
        previous: int | None = None
        for link in topology.path(chip, target):
            if into_link.setdefault(link, {}).setdefault(chip, previous) != previous:
                raise FabricError(
                    f"network: the paths of chip {chip} part and meet again",
                    [f"at the link {topology.name(link)}"],
                    "a topology whose paths from one chip form a tree",
                )
            targets.setdefault(link, np.zeros(sources, np.int32))[on_this_trip] += 1
            previous = link
        into_chip.setdefault(target, {})[chip] = previous
        reach.setdefault(target, np.zeros(sources, bool))[on_this_trip] = True
    fan_out = np.bincount(pairs[:, 0], minlength=sources)
    return Multicast(into_link, into_chip, targets, reach, fan_out)


def in_order(ways: Multicast, topology: Topology) -> list[int]:
    """Return all links, each after those that lead into it.

    Raises
    ------
    FabricError
        Where links wait for each other in a circle.
    """
    graph = {
        link: {previous for previous in feeders.values() if previous is not None}
        for link, feeders in ways.into_link.items()
    }
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        raise FabricError(
            "network: links wait for each other in a circle",
            [" → ".join(topology.name(link) for link in error.args[1])],
            "paths that cannot lock each other, such as those of Tree and Mesh",
        ) from error
