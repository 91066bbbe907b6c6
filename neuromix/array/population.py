"""An array of modelled neurons in the course of a run: a :class:`~neuromix.array.block.Block`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuromix.array.die import ArrayDie, Instances
from neuromix.array.kernel import ABSENT, ENERGY_REFERENCE, population_kernel
from neuromix.array.noise import SILENT, NoiseState, noise_law
from neuromix.data.events import Events
from neuromix.errors import BadValue
from neuromix.models.family import RESTED
from neuromix.units import render

TRACES = {"v_mem": ("V", "membrane voltage"), "i_in": ("A", "mean input current of a step")}
"""What can be recorded of each neuron: unit and meaning."""


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
        self._noise = NoiseState.start(self._law, die.noise_words, trial)
        self._neurons = die.neurons.dynamics.matrix(n)
        self._constant = np.ascontiguousarray(np.broadcast_to(die.array.current, (n,)), np.float64)
        self._membrane, self._reached = np.zeros(n), np.zeros(n)
        self._hold = np.full(n, RESTED)
        self._width = die.path.pulse_width if die.path else 0.0
        self._setup = die.path.setup if die.path else 0.0
        self._synapses = np.zeros((2, n, 1))
        self._tables = np.zeros((2, n, 1))
        self._chords = np.zeros((2, 3, n))
        self._rest_current = 0.0
        self._shot = self._wander = 0.0
        synapse = ABSENT
        if die.path:
            if die.array.noise:
                self._shot = die.path.synapse.noise.shot
                self._wander = die.path.synapse.noise.wander
            synapse = die.path.synapse.dynamics.kernels()
            self._synapses = np.stack([item.dynamics.matrix(n) for item in die.synapses])
            self._tables = np.stack([_table(item, n) for item in die.converters])
            rest, _, _, source, sink, *_ = synapse
            self._chords[:, 0] = [[rest(p) for p in sign] for sign in self._synapses]
            self._rest_current = sum(
                output(rest(p), p)
                for output, sign in zip((source, sink), self._synapses, strict=True)
                for p in sign
            )
        self._kernel = population_kernel(
            neuron.dynamics.kernels(), self._neurons.shape[1], synapse, self._synapses.shape[2]
        )
        self.spikes = np.zeros(n, np.int64)
        self.pulses = np.zeros((2, n), np.int64)
        self.spike_drive = np.zeros(n)
        self.pulse_drive = np.zeros((2, n))
        self.pulse_charge = np.zeros((2, n))
        self.output_charge = np.zeros((2, n))

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
        rows = arrived.address[:cut].astype(np.int64)
        shape = (steps if self._traced else 0, self.die.array.n)
        v_trace, i_trace = np.empty(shape), np.empty(shape)
        time, address, spike_drive, moved = self._kernel(
            self.step, steps, self.dt, arrived.time[:cut], rows, self.die.codes, self._width,
            self._tables, self._neurons, self._synapses, self._constant, self._membrane,
            self._hold, self._chords, self._reached, self._law.white, self._law.deviation,
            self._law.kept, self._shot, self._wander, self._noise.stream, self._noise.octaves,
            v_trace, i_trace,
        )  # fmt: skip
        self.step += steps
        self.spike_drive += spike_drive
        self.output_charge += moved
        self._count_pulses(np.bincount(rows, minlength=len(self.die.codes)))
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
                self.spikes @ die.neurons.energy + neuron.energy.growth * self.spike_drive.sum()
            ),
            "neurons, static": neuron.energy.static_power * die.array.n * duration,
        }
        if die.path is None:
            return spent
        for part, model, signs, brought, delivered in (
            ("converters", die.path.converter, die.converters, 0.0, self.pulse_charge.sum()),
            (
                "synapses",
                die.path.synapse,
                die.synapses,
                self.pulse_charge.sum(),
                self.output_charge.sum() - self._rest_current * self.step * self.dt,
            ),
        ):
            law = model.energy
            spent[part] = float(
                sum(n @ item.energy for n, item in zip(self.pulses, signs, strict=True))
                + law.growth * self.pulse_drive.sum()
                + law.per_input_charge * brought
                + law.per_output_charge * delivered
            )
            spent[f"{part}, static"] = law.static_power * 2 * die.array.n * duration
        return spent

    def _count_pulses(self, fetched: NDArray[np.int64]) -> None:
        """Count what pulses bring to each neuron; ``fetched`` is how often each row was read."""
        neuron = np.arange(self.die.array.n)
        for sign, code in enumerate((self.die.codes, -self.die.codes)):
            weight = np.where(code > 0, self._tables[sign, neuron, np.maximum(code, 0)], 0.0)
            self.pulses[sign] += fetched @ (code > 0)
            self.pulse_drive[sign] += fetched @ np.log1p(weight / ENERGY_REFERENCE)
            self.pulse_charge[sign] += self._width * (fetched @ weight)


def check_step(die: ArrayDie, dt: float) -> None:
    """Refuse a step in which a neuron could spike twice."""
    shortest = float(np.min(die.neurons.dynamics.shortest_interval()))
    if not 0.0 < dt < shortest:
        raise BadValue(
            f"{die.name}: a step of {render(dt, 's')} can hold two spikes of one neuron",
            [f"its shortest interval between spikes is {render(shortest, 's')}"],
            f"dt={0.5 * shortest:.3g} or less",
        )


def _table(converters: Instances, n: int) -> NDArray[np.float64]:
    table = converters.dynamics.table("source")  # type: ignore[attr-defined]
    return np.ascontiguousarray(np.broadcast_to(table, (n, table.shape[1])))
