"""A network whose links stop those before them, as arrays for the compiled :mod:`backpressure`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.array.backpressure import COPY, hold_back
from neuromix.array.fabric import Delivery, Link
from neuromix.array.flow import Flow
from neuromix.array.multicast import Multicast
from neuromix.data.events import Events


def blocked(
    requests: Flow, neurons: int, chips: int, ways: Multicast, links: Mapping[int, Link]
) -> dict[int, tuple[Flow, Delivery]]:
    """Let links carry all requests, and return what came to each of them, and what it made of it.

    Parameters
    ----------
    requests : Flow
        Of all chips, in order of time.
    neurons, chips : int
        Addresses of each chip, and how many chips.
    ways : Multicast
    links : mapping of int to Link
        Unused ones, with a sender for each branch; only their pace and passage are taken.
    """
    if not links:
        return {}
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
    passes = np.stack([ways.targets[link] > 0 for link in numbers])
    copies = np.zeros(int(passes.sum(axis=0)[requests.source].sum()), COPY)
    hold_back(
        requests.time,
        requests.source,
        neurons,
        feeder,
        branch,
        np.array([links[link].senders for link in numbers]),
        passes,
        np.cumsum([0, *map(len, after)]),
        np.array([link for some in after for link in sorted(some)], dtype=np.int64),
        np.array([links[link].pace for link in numbers]),
        np.array([links[link].passage.latency for link in numbers]),
        links[numbers[0]].fabric.fifo_depth,
        copies,
    )
    return {
        link: _of_link(
            copies[copies["link"] == row[link]], requests, branch[row[link]], neurons, item
        )
        for link, item in links.items()
    }


def _of_link(
    copies: NDArray[np.void], requests: Flow, branch: NDArray[np.int64], neurons: int, link: Link
) -> tuple[Flow, Delivery]:
    """Return the requests of a link in order of time, and its delivery."""
    copies = copies[np.argsort(copies["arrival"], kind="stable")]
    source = requests.source[copies["request"]]
    flow = Flow(copies["arrival"].copy(), source, requests.born[copies["request"]])
    served = np.argsort(copies["start"], kind="stable")
    start = copies["start"][served]
    line = branch[source // neurons]
    return flow, Delivery(
        Events.adopt(start + link.passage.latency, line[served]),
        served,
        flow.time[served],
        start,
        copies["met"].copy(),
        np.bincount(line, minlength=link.senders),
        np.zeros(link.senders, np.int64),
    )
