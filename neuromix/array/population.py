"""An array of modelled neurons in the course of a run: a :class:`~neuromix.array.block.Block`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuromix.array.die import ArrayDie
from neuromix.array.lanes import into_lanes, out_of_lanes
from neuromix.array.noise import SILENT, NoiseState, noise_law
from neuromix.data.events import Events
from neuromix.errors import BadValue
from neuromix.models.model import NoiseDensity
from neuromix.units import render

TRACES = {"v_mem": ("V", "membrane voltage"), "i_in": ("A", "mean input current of a step")}
"""What can be recorded of each neuron: unit and meaning."""

NO_TIMES, NO_LANES = np.empty(0), np.empty(0, np.uint8)
NO_CODES, NO_STARTS = np.empty(0, np.int8), np.zeros(1, np.int64)
"""Pulses of a sparse memory where there is none."""


class Population:
    """State of one array, and the meters that its run fills.

    Parameters
    ----------
    die : ArrayDie
    dt : float, s
        Step; below the shortest interval between two spikes.
    duration : float, s
        Of the whole run.
    trial : int
        Another trial on the same die has other noise.
    traced : bool
        Whether membranes and currents are kept.
    """

    def __init__(
        self, die: ArrayDie, dt: float, duration: float, trial: int = 0, traced: bool = False
    ) -> None:
        n = die.array.n
        neuron = die.array.model
        check_step(die, dt)
        self.die = die
        self.dt = dt
        self.step = 0
        self.waiting = Events.empty()
        self.late = Events.empty()
        self.traces: dict[str, list[NDArray[np.float64]]] = {name: [] for name in TRACES}
        self._traced = traced
        self._law = noise_law(neuron.noise, dt, duration) if die.array.noise else SILENT
        noise = NoiseState.start(self._law, die.noise_words, trial)
        self._rows = die.blocks.rows
        self._blocks = die.blocks.start.copy()
        self._set("stream", noise.stream.view(np.float64))
        self._set("flicker", noise.octaves.sum(axis=1))
        self._octaves = into_lanes(noise.octaves).ravel()
        self._width = die.path.pulse_width if die.path else 0.0
        self._setup = die.path.setup if die.path else 0.0
        noisy = die.path.synapse.noise if die.path and die.array.noise else NoiseDensity()
        self._shot, self._wander = noisy.shot, noisy.wander
        self.spikes = np.zeros(n, np.int64)

    def advance(self, until: float, events: Events) -> Events:
        """See :meth:`neuromix.array.block.Block.advance`; ``until`` is a multiple of the step."""
        steps = round(until / self.dt) - self.step
        arrived = Events.sort(
            np.concatenate([self.waiting.time, events.time + self._setup]),
            np.concatenate([self.waiting.address, events.address]),
        )
        stop = (self.step + steps) * self.dt
        cut = int(np.searchsorted(arrived.time, stop))
        self.waiting = Events(arrived.time[cut:], arrived.address[cut:])
        shape = (steps if self._traced else 0, self.die.array.n)
        v_trace, i_trace = np.empty(shape), np.empty(shape)
        blocks = self._blocks
        time, address = self.die.blocks.kernel(
            blocks.ravel(), self._octaves, blocks[0].size, self.die.array.n, 0, len(blocks),
            self.step, steps, self.dt, arrived.time[:cut], arrived.address[:cut].astype(np.int64),
            self.die.codes, NO_TIMES, NO_LANES, NO_CODES, NO_STARTS, self._width,
            self.die.blocks.prepared, self._law.white, self._law.deviation, self._law.kept,
            self._shot, self._wander, v_trace, i_trace,
        )  # fmt: skip
        self.step += steps
        if self._traced:
            self.traces["v_mem"].append(v_trace)
            self.traces["i_in"].append(i_trace)
        spikes = Events.sort(
            np.concatenate([self.late.time, time]), np.concatenate([self.late.address, address])
        )
        cut = int(np.searchsorted(spikes.time, stop))
        self.late = Events(spikes.time[cut:], spikes.address[cut:])
        self.spikes += spikes.counts(self.die.array.n) - self.late.counts(self.die.array.n)
        return Events(spikes.time[:cut], spikes.address[:cut])

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
        pulses = self.meter("source_pulses"), self.meter("sink_pulses")
        drive = self.meter("source_drive").sum() + self.meter("sink_drive").sum()
        weight = self.meter("source_weight").sum() + self.meter("sink_weight").sum()
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

    def _set(self, name: str, values: NDArray[np.float64]) -> None:
        self._blocks[:, self._rows[name]] = into_lanes(values[:, None])[:, 0]

    def meter(self, name: str) -> NDArray[np.float64]:
        """Return a row of the blocks, shape ``(n,)``; see :data:`neuromix.array.rows.STATE`."""
        return out_of_lanes(self._blocks, self._rows[name], self.die.array.n)


def check_step(die: ArrayDie, dt: float) -> None:
    """Refuse a step in which a neuron could spike twice."""
    shortest = float(np.min(die.neurons.dynamics.shortest_interval()))
    if not 0.0 < dt < shortest:
        raise BadValue(
            f"{die.name}: a step of {render(dt, 's')} can hold two spikes of one neuron",
            [f"its shortest interval between spikes is {render(shortest, 's')}"],
            f"dt={0.5 * shortest:.3g} or less",
        )
