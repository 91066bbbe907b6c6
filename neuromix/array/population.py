"""An array of modelled neurons in the course of a run: a :class:`~neuromix.array.block.Block`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.congestion import PathCounts
from neuromix.array.delivery import Paths, Pulses, counts_of
from neuromix.array.die import ArrayDie
from neuromix.array.headway import PIECE, UNHEARD, Headway
from neuromix.array.lanes import LANES, into_lanes, out_of_lanes
from neuromix.array.memory import SparseCodes
from neuromix.array.noise import SILENT, NoiseState, noise_law
from neuromix.array.probes import QUANTITIES, Watched
from neuromix.array.spike_order import put_in_order
from neuromix.array.taps import Layout, Probing
from neuromix.array.threads import ALONE, Threads, shared_out
from neuromix.data.events import Events
from neuromix.errors import BadValue
from neuromix.models.model import NoiseDensity
from neuromix.units import render

NO_CODES, NO_TIMES, NO_ROWS = np.empty((0, 0), np.int8), np.empty(0), np.empty(0, np.int64)
"""The dense memory of an array that has a sparse one, and its pulses."""

NONE = Pulses.none()
"""The pulses of a sparse memory where there is none."""

NOTHING = Events.empty()
"""What most windows of a loop are given, and give."""

PULSES_AT_ONCE = 2**21
"""Pulses of a sparse memory that are scheduled together; more are taken in several windows."""


Spikes = tuple[NDArray[np.float64], NDArray[np.uint32]]
"""Times, s, and addresses, not yet in order."""


class Population:
    """State of one array, and the meters that its run fills.

    Parameters
    ----------
    die : ArrayDie
    dt : float, s
        Step; see :func:`check_step`.
    duration : float, s
        Of the whole run.
    trial : int
        Another trial on the same die has other noise.
    watched : sequence of Watched
        Traces to keep.
    threads : Threads
        Which blocks of neurons are shared out to; they change nothing else.
    headway : Headway
        Is told the steps of blocks that are done.
    """

    def __init__(
        self,
        die: ArrayDie,
        dt: float,
        duration: float,
        trial: int = 0,
        watched: Sequence[Watched] = (),
        threads: Threads = ALONE,
        headway: Headway = UNHEARD,
    ) -> None:
        n = die.array.n
        neuron = die.array.model
        check_step(die, dt)
        self.die = die
        self.dt = dt
        self.step = 0
        self.waiting = NOTHING
        self.late = NOTHING
        self._law = noise_law(neuron.noise, dt, duration) if die.array.noise else SILENT
        noise = NoiseState.start(self._law, die.noise_words, trial)
        self._rows = die.blocks.rows
        self._blocks = die.blocks.start.copy()
        rows = {name: self._rows[item.row] * LANES for name, item in QUANTITIES.items()}
        layout = Layout(len(self._blocks), LANES, {die.name: 0}, rows)
        self._probing = Probing.of(watched, steps_of(duration, dt), layout)
        self._set("stream", noise.stream.view(np.float64))
        if len(self._law.deviation):
            self._set("flicker", noise.octaves.sum(axis=1))
        self._octaves = into_lanes(noise.octaves).ravel()
        self._width = die.path.pulse_width if die.path else 0.0
        self._setup = die.path.setup if die.path else 0.0
        noisy = die.path.synapse.noise if die.path and die.array.noise else NoiseDensity()
        self._shot, self._wander = noisy.shot, noisy.wander
        self.spikes = np.zeros(n, np.int64)
        self._threads = threads
        self._headway = headway
        self._fetched = die.fetching.lanes.ravel() if die.fetching else NO_TIMES
        self._kernel = die.blocks.kernel
        self._state = self._blocks.ravel(), self._octaves, self._blocks[0].size, n
        self._tables = (
            self._width, die.blocks.prepared, self._law.white, self._law.deviation,
            self._law.kept, self._shot, self._wander, self._probing.taps,
        )  # fmt: skip
        self._dense = NO_CODES if isinstance(die.codes, SparseCodes) else die.codes
        self._reads = np.zeros(len(die.codes))
        self._paths = [
            Paths(die.codes, stretch, self._setup, self._width, duration)
            for stretch in die.stretches
            if isinstance(die.codes, SparseCodes)
        ]

    def advance(self, until: float, events: Events) -> Events:
        """See :meth:`neuromix.array.block.Block.advance`; ``until`` is a multiple of the step."""
        last = round(until / self.dt)
        stop = last * self.dt
        if self._are_many(events):
            windows = self._windows(last, events)
            time, address = _concatenated([self._advance(*window) for window in windows])
        else:
            time, address = self._advance(last, events)
        if not len(time) and not len(self.late):
            return NOTHING
        spikes, self.late = put_in_order(self.late, time, address, stop)
        np.add.at(self.spikes, spikes.address, 1)
        return spikes

    def _are_many(self, events: Events) -> bool:
        widest = sum(item.widest for item in self._paths)
        return len(events) * widest > PULSES_AT_ONCE

    def _windows(self, last: int, events: Events) -> Iterator[tuple[int, Events]]:
        """Cut a long course with a sparse memory into windows of so many pulses."""
        assert isinstance(self.die.codes, SparseCodes)
        fan_out = np.diff(self.die.codes.start)
        sent = np.cumsum(fan_out[events.address])
        crossings = np.searchsorted(sent, np.arange(PULSES_AT_ONCE, sent[-1], PULSES_AT_ONCE))
        stops = np.unique(np.ceil(events.time[crossings] / self.dt).astype(np.int64))
        # In a loop, events come before this course, with an effect in it, or after it.
        start = -np.inf
        for stop in stops[(stops > self.step) & (stops < last)]:
            yield int(stop), events.between(start, stop * self.dt)
            start = stop * self.dt
        yield last, events.between(start, np.inf)

    def _advance(self, last: int, events: Events) -> Spikes:
        """Go to the end of step ``last`` and return the spikes, not sorted."""
        begin, blocks = self.step, len(self._blocks)
        steps = last - begin
        rows, times = NO_ROWS, NO_TIMES
        if not self._paths and (len(events) or len(self.waiting)):
            due = Events.trusted(events.time + self._setup, events.address)
            arrived = Events.joined([self.waiting, due])
            self.waiting = arrived.between(last * self.dt, np.inf)
            arrived = arrived.between(-np.inf, last * self.dt)
            times, rows = arrived.time, arrived.address.astype(np.int64)
            self._reads += np.bincount(rows, minlength=len(self._reads))
        row = events.address.astype(np.int64) if self._paths else NO_ROWS

        def scheduled(paths: Paths) -> Pulses:
            first, end = paths.stretch.blocks
            return paths.schedule(events.time, row, end - first, begin, steps, self.dt)

        def moved(first: int, end: int, pulses: Pulses, begins: int) -> Spikes:
            spikes: Spikes = self._kernel(
                *self._state, first, end, begin, steps, self.dt, times, rows, self._dense,
                self._fetched, *pulses, begins, *self._tables,
            )  # fmt: skip
            return spikes

        def stretch(paths: Paths) -> Spikes:
            first, end = paths.stretch.blocks
            return moved(first, end, scheduled(paths), first)

        self.step = last
        if len(self._paths) > 1:
            found = list(self._threads.each(stretch, self._paths))
            self._headway.add(blocks * steps, self.die.name)
            return _concatenated(found)
        pulses = scheduled(self._paths[0]) if self._paths else NONE
        found = shared_out(
            lambda first, end: moved(first, end, pulses, 0),
            blocks,
            self._threads,
            blocks * steps // PIECE,
            lambda count: self._headway.add(count * steps, self.die.name),
        )
        return found[0] if len(found) == 1 else _concatenated(found)

    def traces(self) -> Iterator[tuple[Watched, NDArray[np.floating[Any]]]]:
        """Yield what was recorded, each of shape (samples, neurons), in its unit."""
        for item, values in self._probing.series():
            charge = QUANTITIES[item.quantity].charge
            yield item, values / self.dt if charge else values

    def leave(self, events: Events) -> None:
        """Take events that have no effect before the end; of paths, they are counted."""
        for paths in self._paths:
            paths.receive(events.time, events.address.astype(np.int64))

    def path_counts(self) -> PathCounts | None:
        """Return what the paths of a sparse memory have done."""
        return counts_of(self._paths) if self._paths else None

    def energy(self, duration: float) -> dict[str, float]:
        """Return what each part has taken from the supply, J."""
        die, neuron = self.die, self.die.array.model
        spent = {
            "neurons": float(
                self.spikes @ die.neurons.energy
                + neuron.energy.growth * self.meter("spike_drive").sum()
            ),
            "neurons, static": neuron.energy.static_power * die.array.n * duration,
        }
        if die.path is None:
            return spent
        pulses, drive, weight = self._pulses()
        moved = self.meter("source_moved").sum() + self.meter("sink_moved").sum()
        at_rest = die.blocks.rest_current * self.step * self.dt
        brought = self._width * weight
        for part, model, signs, taken, delivered in (
            ("converters", die.path.converter, die.converters, 0.0, brought),
            ("synapses", die.path.synapse, die.synapses, brought, moved - at_rest),
        ):
            law = model.energy
            spent[part] = float(
                sum(n @ item.energy for n, item in zip(pulses, signs, strict=True))
                + law.growth * drive
                + law.per_input_charge * taken
                + law.per_output_charge * delivered
            )
            spent[f"{part}, static"] = law.static_power * 2 * die.array.n * duration
        return spent

    def _pulses(self) -> tuple[NDArray[np.float64], float, float]:
        """Return pulses of each sign and neuron, shape (2, n), their drive, their weights, A."""
        signs = ("source", "sink")
        if (known := self.die.fetching) is not None:
            drive, weight = float(self._reads @ known.drive), float(self._reads @ known.weight)
            return self._reads @ known.pulses, drive, weight
        return (
            np.stack([self.meter(f"{sign}_pulses") for sign in signs]),
            float(sum(self.meter(f"{sign}_drive").sum() for sign in signs)),
            float(sum(self.meter(f"{sign}_weight").sum() for sign in signs)),
        )

    def _set(self, name: str, values: NDArray[np.float64]) -> None:
        self._blocks[:, self._rows[name]] = into_lanes(values[:, None])[:, 0]

    def meter(self, name: str) -> NDArray[np.float64]:
        """Return a row of the blocks, shape ``(n,)``; see :data:`neuromix.array.rows.STATE`."""
        return out_of_lanes(self._blocks, self._rows[name], self.die.array.n)


def _concatenated(pieces: Sequence[Spikes]) -> Spikes:
    return np.concatenate([t for t, _ in pieces]), np.concatenate([a for _, a in pieces])


def steps_of(duration: float, dt: float) -> int:
    """Return how many steps a run takes: the last one ends at its end, or after it."""
    return math.ceil(duration / dt * (1.0 - 1e-12))


def check_step(die: ArrayDie, dt: float) -> None:
    """Refuse a step in which a neuron could spike twice, where its family knows.

    Families that make strides may spike any number of times in a step.
    """
    shortest = die.shortest_interval
    if die.neurons.dynamics.role != "bursting_neuron" and 0.0 < shortest <= dt:
        raise BadValue(
            f"{die.name}: a step of {render(dt, 's')} can hold two spikes of one neuron",
            [f"its shortest interval between spikes is {render(shortest, 's')}"],
            f"dt={0.5 * shortest:.3g} or less",
        )
