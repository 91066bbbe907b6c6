"""Spikes from chip to chip in the course of a run: sent block by block, received port by port."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neuromix.array.board import Board, Bridge
from neuromix.array.clock import Clock
from neuromix.array.crossing import Crossing
from neuromix.array.flow import Flow
from neuromix.array.traffic import LinkCounts
from neuromix.data.events import Events


@dataclass
class _Lane:
    """What has come over one bridge and was not taken yet."""

    bridge: Bridge
    flow: Flow
    taken: bool = False


class Ferry:
    """The links of a board in use; without a board it carries nothing.

    Parameters
    ----------
    board : Board, optional
    """

    def __init__(self, board: Board | None = None) -> None:
        bridges = board.bridges if board is not None else ()
        self._lanes = [_Lane(bridge, Flow.empty()) for bridge in bridges]
        self._crossing: Crossing | None = None
        if board is not None and bridges:
            network = board.network()
            self._neurons, self._clock = network.neurons, Clock(board.fabric.timestamp, 0)
            self._crossing = network.crossing()
        self._senders = {item.sender: item for item in bridges}

    def send(self, block: str, events: Events) -> None:
        """Take spikes of a block, none before the moment up to which all was carried."""
        if self._crossing is not None and (way := self._senders.get(block)):
            shifted = Events.trusted(events.time, events.address + np.uint32(way.first))
            self._crossing.send(way.chip, shifted)

    def end(self, block: str) -> None:
        """Note that a block spikes no more."""
        if self._crossing is not None and (way := self._senders.get(block)):
            self._crossing.silence(way.chip, way.first, way.count)

    def completed(self) -> dict[str, Events]:
        """Return, once each, the ports whose events are all known, with those not taken yet."""
        if self._crossing is None:
            return {}
        self._carry(-np.inf)
        found = {}
        for lane in self._lanes:
            way = lane.bridge
            if not lane.taken and self._crossing.complete(
                way.chip, way.first, way.count, way.target
            ):
                lane.taken = True
                found.update(self._taken(lane, np.inf))
        return found

    def arrived(self, until: float) -> dict[str, Events]:
        """Return what comes to each port that is not complete, up to a moment, s, once each."""
        if self._crossing is None:
            return {}
        self._carry(until)
        found = {}
        for lane in self._lanes:
            if not lane.taken:
                found.update(self._taken(lane, until))
        return found

    def counts(self, duration: float) -> dict[str, LinkCounts]:
        """Return what each link between chips has done."""
        return self._crossing.counts(duration) if self._crossing is not None else {}

    def energy(self, duration: float) -> dict[str, float]:
        """Return what all links between chips have taken, J, by part."""
        if self._crossing is None:
            return {}
        moved, static = self._crossing.energy(duration)
        return {"links": moved, "links, static": static}

    def _carry(self, until: float) -> None:
        assert self._crossing is not None
        self._crossing.carry(until)
        for target in {lane.bridge.target for lane in self._lanes}:
            for flow in self._crossing.arrived(target):
                self._sort_in(target, flow)

    def _sort_in(self, target: int, flow: Flow) -> None:
        for lane in self._lanes if len(flow) else ():
            way = lane.bridge
            if way.target == target:
                first = way.chip * self._neurons + way.first
                mine = (flow.source >= first) & (flow.source < first + way.count)
                lane.flow = lane.flow.then(flow.those(mine))

    def _taken(self, lane: _Lane, until: float) -> dict[str, Events]:
        way = lane.bridge
        # A stamp comes after the event: what is stamped up to a moment has come before it.
        stamped = self._clock.stamped(lane.flow.time)
        count = int(np.searchsorted(stamped, until))
        now, lane.flow = lane.flow.split(count)
        first = way.chip * self._neurons + way.first
        events = Events.trusted(stamped[:count], (now.source - first).astype(np.uint32))
        return dict.fromkeys(way.ports, events)
