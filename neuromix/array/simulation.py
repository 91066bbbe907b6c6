"""Running a chip: blocks in order of the flow of events, loops in windows of the fabric's latency.

A block whose inputs are all known is advanced in one go. Blocks in a loop are advanced together, in
windows no longer than the time that an event needs to have an effect, so that nothing rolls back.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

import neuromix.array.linear.running as linear
from neuromix.array.chip import Array, Chip
from neuromix.array.die import ArrayDie, array_die
from neuromix.array.fabric import Link
from neuromix.array.headway import Headway
from neuromix.array.inputs import Inputs, given_inputs
from neuromix.array.memory_limit import check_memory
from neuromix.array.memory_need import bytes_needed
from neuromix.array.population import TRACES, Population, check_step
from neuromix.array.recording import Recording
from neuromix.array.threads import ALONE, Threads
from neuromix.array.traffic import LinkCounts, Traffic
from neuromix.array.validity import left_validity
from neuromix.data.events import Events
from neuromix.display.progress import Progress, quiet, watching
from neuromix.errors import BadValue, OutsideValidity, UnknownName
from neuromix.units import number, render

if TYPE_CHECKING:
    import xarray as xr

WORTH_SHARING = 512
"""Neurons from which on an array is shared out to threads."""


def run(
    chip: Chip,
    inputs: Inputs,
    *,
    duration: float,
    record: Collection[str] = (),
    dt: float = 10e-6,
    trial: int = 0,
    threads: int | None = None,
    mode: str = "auto",
    progress: Progress | None = None,
) -> Recording:
    """Run a chip from rest and return what it did.

    Parameters
    ----------
    chip : Chip
        Frozen from now on.
    inputs : mapping of str to Events
        Events of each :class:`~neuromix.array.chip.SpikeSource`; those at or after ``duration`` are
        not sent. A source that is not named is silent.
    duration : float, s
    record : collection of str
        Traces to keep, such as ``"hidden.v_mem"``; spikes of all blocks are always kept.
    dt : float, s
        Step of the neurons; spikes and pulses are not bound to it.
    trial : int
        Another trial on the same die has other noise and the same mismatch.
    threads : int, optional
        Which large arrays are shared out to; the result does not depend on it. All cores by
        default.
    mode : {"auto", "clock", "inside", "event"}
        For linear neurons: whether they are advanced by steps (``"clock"``), by steps inside of
        which events and spikes lie at their own times, or from event to event; the latter two
        without noise. By default what is quicker of the first and the last. Others know only
        ``"clock"``.
    progress : callable, optional
        Called with percents done, 100, and what is going on; by default a line in a notebook.

    Raises
    ------
    BadValue, UnknownName
        Where inputs, records or times do not fit the chip, or the run not into the memory.
    FabricError
        Where an event has an address that its source does not have.

    Warns
    -----
    OutsideValidity
        Where neurons were driven beyond the currents that their model was fitted to.
    """
    if isinstance(trial, bool) or not isinstance(trial, (int, np.integer)):
        raise BadValue(f"run: the trial {trial!r} is not a whole number")
    if linear.all_linear(chip, mode):
        count = _threads("run", threads)
        with watching(progress, "%") as told:
            return linear.run(chip, inputs, duration, record, dt, trial, count, mode, told)
    _check(chip, duration, dt)
    traced = _traced(chip, record)
    dies = _manufactured(chip, duration, dt, record)
    count = _threads("run", threads)
    with ThreadPoolExecutor(count) as pool, watching(progress, "%") as told:
        shared = Threads(count, pool if count > 1 else None)
        course = _Run(chip, dies, duration, dt, trial, traced, set(record), shared, told)
        recording = course.play(inputs)
    for said in course.left_validity().values():
        warnings.warn(said, OutsideValidity, stacklevel=2)
    return recording


def run_batch(
    chip: Chip,
    batch: Iterable[Inputs],
    *,
    duration: float,
    dt: float = 10e-6,
    first_trial: int = 0,
    threads: int | None = None,
    mode: str = "auto",
    progress: Progress | None = None,
) -> list[Recording]:
    """Run a chip once for each of many inputs, each time from rest.

    The result does not depend on ``threads``: input k is trial ``first_trial + k``.

    Parameters
    ----------
    chip, duration, dt, mode
        As for :func:`run`.
    batch : iterable of mappings of str to Events
    first_trial : int
    threads : int, optional
        All cores by default.
    progress : callable, optional
        Called with samples done, all samples, and what is going on; by default a line in a
        notebook.
    """
    count, samples = _threads("run_batch", threads), list(batch)
    if linear.all_linear(chip, mode):
        with watching(progress, "samples") as told:
            return linear.run_batch(chip, samples, duration, dt, first_trial, count, mode, told)
    _check(chip, duration, dt)
    dies = _manufactured(chip, duration, dt)
    left: dict[str, str] = {}

    def play(item: tuple[int, Inputs]) -> Recording:
        trial, inputs = item
        course = _Run(chip, dies, duration, dt, first_trial + trial, frozenset(), set())
        recording = course.play(inputs)
        left.update(course.left_validity())
        return recording

    recordings: list[Recording] = []
    with ThreadPoolExecutor(count) as pool, watching(progress, "samples") as told:
        for recording in pool.map(play, enumerate(samples)):
            recordings.append(recording)
            told(len(recordings), len(samples), "samples")
    for said in left.values():
        warnings.warn(said, OutsideValidity, stacklevel=2)
    return recordings


def _threads(verb: str, threads: int | None) -> int:
    count = threads if threads is not None else os.cpu_count() or 1
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
        raise BadValue(f"{verb}: {count!r} threads cannot run anything", cure="1 or more")
    return int(count)


def _check(chip: Chip, duration: float, dt: float) -> None:
    if not isinstance(chip, Chip):
        raise BadValue(f"run: {chip!r} is not a chip", cure="chip = nmx.Chip(seed=1)")
    if not 0.0 < number(duration, "run: duration") < math.inf:
        raise BadValue(f"run: a duration of {duration!r} s is not positive")
    number(dt, "run: dt")


def _manufactured(
    chip: Chip, duration: float, dt: float, record: Collection[str] = ()
) -> dict[str, ArrayDie]:
    if dt > 0.0:
        check_memory("run", bytes_needed(chip, duration, dt, record))
    chip.freeze()
    dies = {
        name: array_die(chip, name)
        for name, block in chip.blocks.items()
        if isinstance(block, Array)
    }
    for die in dies.values():
        check_step(die, dt)
    return dies


def _traced(chip: Chip, record: Collection[str]) -> frozenset[str]:
    """Check the names of traces and return the blocks that they belong to."""
    known = {
        f"{name}.{trace}"
        for name, block in chip.blocks.items()
        if isinstance(block, Array)
        for trace in TRACES
    }
    if isinstance(record, str) or not isinstance(record, Collection):
        raise BadValue(
            f"run: record={record!r} is not a list of traces", cure='record=["hidden.v_mem"]'
        )
    for name in record:
        if name not in known:
            raise UnknownName("trace", name, known)
    return frozenset(name.partition(".")[0] for name in record)


@dataclass
class _Wire:
    """The link into one array, with what it has counted."""

    link: Link
    traffic: Traffic = field(default_factory=Traffic)

    def carry(self, events: Events, until: float) -> Events:
        delivery = self.link.carry(events, until)
        self.traffic.add(delivery)
        return delivery.events

    def counts(self, duration: float) -> LinkCounts:
        return self.traffic.counts(duration, self.link.pace, self.link.passage)

    def energy(self, duration: float) -> dict[str, float]:
        """Return what the link has taken, J, by part: what the FIFO drops has made its hops too."""
        passage, traffic = self.link.passage, self.traffic
        return {
            "link": (traffic.delivered + traffic.dropped) * passage.energy_per_event,
            "link, static": duration * passage.static_power,
        }


@dataclass
class _Run:
    """One run in progress."""

    chip: Chip
    dies: dict[str, ArrayDie]
    duration: float
    dt: float
    trial: int
    traced: frozenset[str]
    record: set[str]
    threads: Threads = ALONE
    progress: Progress = quiet
    spikes: dict[str, Events] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.end = math.ceil(self.duration / self.dt * (1.0 - 1e-12)) * self.dt
        blocks = sum(len(die.blocks.start) for die in self.dies.values())
        headway = Headway(self.progress, max(1, blocks) * round(self.end / self.dt))
        self.populations = {
            name: Population(
                die,
                self.dt,
                self.duration,
                self.trial,
                name in self.traced,
                self.threads if die.array.n >= WORTH_SHARING else ALONE,
                headway,
            )
            for name, die in self.dies.items()
        }
        self.wires = {
            name: _Wire(Link(die.fabric, len(die.codes), die.busy, known=die.passage))
            for name, die in self.dies.items()
            if die.path
        }

    def play(self, inputs: Inputs) -> Recording:
        self.spikes.update(given_inputs(self.chip, inputs, self.duration))
        left = dict(self.dies)
        while left:
            ready = [n for n, die in left.items() if all(s in self.spikes for s in die.offsets)]
            for name in ready:
                requests = self._requests(name, self.spikes)
                self.spikes[name] = self._advance(name, requests, self.end)
                del left[name]
            if not ready:
                self._loop(list(left))
                left.clear()
        return self._recording()

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
        start, carried = 0.0, {name: Events.empty() for name in names}
        total = round(self.end / self.dt)
        for last in [*range(steps, total, steps), total]:
            stop = last * self.dt
            for name in names:
                pieces[name].append(self.populations[name].advance(stop, carried[name]))
            latest = {name: pieces[name][-1] for name in names}
            known = {name: item.between(start, stop) for name, item in self.spikes.items()}
            for name in names:
                carried[name] = self.wires[name].carry(self._requests(name, known | latest), stop)
            start = stop
        for name in names:
            self.spikes[name] = Events.trusted(
                np.concatenate([piece.time for piece in pieces[name]]),
                np.concatenate([piece.address for piece in pieces[name]]),
            )

    def _requests(self, target: str, spikes: Mapping[str, Events]) -> Events:
        offsets = self.dies[target].offsets
        return Events.sort(
            np.concatenate([np.empty(0), *(spikes[name].time for name in offsets)]),
            np.concatenate(
                [np.empty(0, np.uint32), *(spikes[n].address + k for n, k in offsets.items())]
            ),
        )

    def _recording(self) -> Recording:
        energy: dict[str, float] = {}
        for name, population in self.populations.items():
            for part, spent in population.energy(self.duration).items():
                energy[f"{name}.{part}"] = spent
        for name, wire in self.wires.items():
            for part, spent in wire.energy(self.duration).items():
                energy[f"{name}.{part}"] = spent
        return Recording(
            self.duration,
            self.dt,
            {name: self.spikes[name].between(0.0, self.duration) for name in self.chip.blocks},
            {name: block.n for name, block in self.chip.blocks.items()},
            energy,
            {name: wire.counts(self.duration) for name, wire in self.wires.items()},
            {name: self._trace(name) for name in sorted(self.record)},
        )

    def _trace(self, name: str) -> xr.DataArray:
        import xarray as xr

        block, _, quantity = name.partition(".")
        values = np.concatenate(self.populations[block].traces[quantity])
        unit, meaning = TRACES[quantity]
        time = xr.DataArray(
            (1 + np.arange(len(values))) * self.dt,
            dims="time",
            attrs={"units": "s", "long_name": "time"},
        )
        return xr.DataArray(
            values,
            dims=("time", "neuron"),
            coords={"time": time, "neuron": np.arange(values.shape[1])},
            name=quantity,
            attrs={"units": unit, "long_name": f"{meaning} of {block}"},
        )
