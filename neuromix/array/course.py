"""One run in progress: blocks in order of the flow of events, loops in windows of the latency.

A block whose inputs are all known is advanced in one go. Blocks in a loop are advanced together, in
windows no longer than the time that an event needs to have an effect, so that nothing rolls back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from neuromix.array.congestion import PathCounts
from neuromix.array.fabric import Link
from neuromix.array.headway import Headway
from neuromix.array.inputs import Inputs, given_inputs
from neuromix.array.manufactured import Manufactured
from neuromix.array.population import NOTHING, Population, steps_of
from neuromix.array.probes import QUANTITIES, Watched, trace
from neuromix.array.recording import Recording
from neuromix.array.threads import ALONE, Threads
from neuromix.array.traffic import LinkCounts, Traffic
from neuromix.array.validity import left_validity
from neuromix.data.events import Events
from neuromix.display.progress import Progress, quiet
from neuromix.errors import BadValue
from neuromix.units import render

WORTH_SHARING = 512
"""Neurons from which on an array is shared out to threads."""


@dataclass
class Wire:
    """The link into one array, with what it has counted."""

    link: Link
    traffic: Traffic = field(default_factory=Traffic)

    def carry(self, events: Events, until: float) -> Events:
        """Return what arrives, of these requests and of those that still waited."""
        if not len(events) and self.link.passes(until):
            return NOTHING
        delivery = self.link.carry(events, until)
        self.traffic.add(delivery)
        return delivery.events

    def counts(self, duration: float, paths: PathCounts | None) -> LinkCounts:
        """Return what the link has done, and the paths beyond it."""
        return self.traffic.counts(duration, self.link.pace, self.link.passage, paths)

    def energy(self, duration: float) -> dict[str, float]:
        """Return what the link has taken, J, by part: what the FIFO drops has made its hops too."""
        passage, traffic = self.link.passage, self.traffic
        return {
            "link": (traffic.delivered + traffic.dropped) * passage.energy_per_event,
            "link, static": duration * passage.static_power,
        }


@dataclass
class Course:
    """One run in progress."""

    design: Manufactured
    duration: float
    dt: float
    trial: int
    watched: Mapping[str, Watched] = field(default_factory=dict)
    threads: Threads = ALONE
    progress: Progress = quiet
    spikes: dict[str, Events] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.end = steps_of(self.duration, self.dt) * self.dt
        self.dies, self.ferry = self.design.dies, self.design.ferry()
        blocks = sum(len(die.blocks.start) for die in self.dies.values())
        headway = Headway(self.progress, max(1, blocks) * round(self.end / self.dt))
        self.populations = {
            name: Population(
                die,
                self.dt,
                self.duration,
                self.trial,
                [item for item in self.watched.values() if item.block == name],
                self.threads if die.array.n >= WORTH_SHARING else ALONE,
                headway,
            )
            for name, die in self.dies.items()
        }
        self.wires = {
            name: Wire(Link(die.fabric, len(die.codes), die.busy, known=die.passage))
            for name, die in self.dies.items()
            if die.path
        }

    def play(self, inputs: Inputs) -> Recording:
        """Advance all blocks from rest to the end."""
        self._know(given_inputs(self.design.given, inputs, self.duration))
        left = dict(self.dies)
        while left:
            ready = [n for n, die in left.items() if all(s in self.spikes for s in die.offsets)]
            for name in ready:
                requests = self._requests(name, self.spikes)
                self._know({name: self._advance(name, requests, self.end)})
                del left[name]
            if not ready:
                self._loop(list(left))
                left.clear()
        return self._recording()

    def _know(self, complete: Mapping[str, Events]) -> None:
        """Keep all spikes of blocks, and send them to other chips, with what follows from that."""
        self.spikes.update(complete)
        for name, events in complete.items():
            self.ferry.send(name, events)
            self.ferry.end(name)
        self.spikes.update(self.ferry.completed())

    def left_validity(self) -> dict[str, str]:
        """Return what there is to say about arrays that were driven too hard, by name."""
        said = {name: left_validity(population) for name, population in self.populations.items()}
        return {name: text for name, text in said.items() if text is not None}

    def _advance(self, name: str, requests: Events, until: float) -> Events:
        arrived = self.wires[name].carry(requests, until) if name in self.wires else Events.empty()
        return self.populations[name].advance(until, arrived)

    def _loop(self, names: list[str]) -> None:
        """Advance blocks that wait for each other, in windows shorter than any effect."""
        soonest = min(
            self.wires[name].link.passage.latency + path.setup
            for name in names
            if (path := self.dies[name].path)
        )
        steps = int(soonest / self.dt * (1.0 + 1e-12))
        if steps < 1:
            raise BadValue(
                f"run: {', '.join(names)} form a loop that answers within a step",
                [f"latency and set-up are {render(soonest, 's')}, dt {render(self.dt, 's')}"],
                f"Fabric(latency={self.dt:.3g}) or more, or dt={0.99 * soonest:.3g}",
            )
        pieces: dict[str, list[Events]] = {name: [] for name in names}
        carried = dict.fromkeys(names, NOTHING)
        total = round(self.end / self.dt)
        stops = np.append(np.arange(steps, total, steps), total) * self.dt
        known = {
            source: (events, np.searchsorted(events.time, np.append(0.0, stops)))
            for source, events in self.spikes.items()
            if any(source in self.dies[name].offsets for name in names)
        }
        for window, stop in enumerate(map(float, stops)):
            latest = {}
            for source, (events, cuts) in known.items():
                if (first := cuts[window]) < (end := cuts[window + 1]):
                    times, senders = events.time[first:end], events.address[first:end]
                    latest[source] = Events.trusted(times, senders)
            for name in names:
                spikes = self.populations[name].advance(stop, carried[name])
                if len(spikes):
                    self.ferry.send(name, spikes)
                    pieces[name].append(spikes)
                    latest[name] = spikes
            for port, events in self.ferry.arrived(stop).items():
                pieces.setdefault(port, []).append(events)
                latest[port] = events
            for name in names:
                carried[name] = self.wires[name].carry(self._requests(name, latest), stop)
        for name in names:
            self.populations[name].leave(carried[name])
            self.ferry.end(name)
        for port, events in self.ferry.completed().items():
            pieces[port].append(events)
        for name, found in pieces.items():
            self.spikes[name] = Events.trusted(
                np.concatenate([NOTHING.time, *(piece.time for piece in found)]),
                np.concatenate([NOTHING.address, *(piece.address for piece in found)]),
            )

    def _requests(self, target: str, spikes: Mapping[str, Events]) -> Events:
        """Return what an array is asked, of the spikes of its sources; those left out have none."""
        parts = []
        for name, row in self.dies[target].offsets.items():
            if (events := spikes.get(name)) is not None:
                address = events.address + np.uint32(row) if row else events.address
                parts.append(Events.trusted(events.time, address))
        return Events.joined(parts) if parts else NOTHING

    def _recording(self) -> Recording:
        energy: dict[str, float] = {}
        for name, population in self.populations.items():
            for part, spent in population.energy(self.duration).items():
                energy[f"{name}.{part}"] = spent
        for name, wire in self.wires.items():
            for part, spent in wire.energy(self.duration).items():
                energy[f"{name}.{part}"] = spent
        for part, spent in self.ferry.energy(self.duration).items():
            energy[f"board.{part}"] = spent
        links = {
            name: wire.counts(self.duration, self.populations[name].path_counts())
            for name, wire in self.wires.items()
        }
        for name, counts in self.ferry.counts(self.duration).items():
            links[f"board: {name}"] = counts
        traces = {
            item.name: trace(item, QUANTITIES[item.quantity], values, self.dt)
            for population in self.populations.values()
            for item, values in population.traces()
        }
        return Recording(
            self.duration,
            self.dt,
            {name: self.spikes[name].between(0.0, self.duration) for name in self.design.blocks},
            {name: block.n for name, block in self.design.blocks.items()},
            energy,
            links,
            {name: traces[name] for name in self.watched},
        )
