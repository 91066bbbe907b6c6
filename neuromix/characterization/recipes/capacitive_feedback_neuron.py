"""How a neuron with capacitive feedback is characterized.

Under a constant current its membrane moves in straight lines, so that a few steps determine all
parameters: charges are currents times times. The proof runs free under inputs that move.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization import spiking
from neuromix.characterization.adjusting import adjust
from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.characterization.recipes import neuron_stimuli as shapes
from neuromix.characterization.spectra import white_and_flicker
from neuromix.declare import Cell
from neuromix.errors import FitFailed
from neuromix.models.families.capacitive_feedback_neuron import (
    EXPONENT,
    REFERENCE_RATE,
    Dynamics,
)
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity

Floats = NDArray[np.float64]

TIMES = (
    "leak_current",
    "threshold",
    "threshold_lag",
    "fall",
    "fall_lag",
    "reset",
    "reset_current",
)
OF_AN_INSTANCE = ("threshold", "fall", "reset", "reset_current")

CHARGE = 183e-15
"""C that the membrane takes from spike to spike; for choosing durations only."""

RESET = 20e-9
"""A, rough current of the reset; for choosing durations only."""

FIRST = 2.1
"""The first spike takes so many intervals."""


def _interval(current: float) -> float:
    return CHARGE / current + CHARGE / (RESET - current)


def _step(current: float, spikes: float) -> Stimulus:
    """Return a step to ``current`` that lasts for about ``spikes`` spikes."""
    duration = (spikes + FIRST - 0.4) * _interval(current)
    overrides = (("i_in", float(current)), ("duration", duration), ("max_step", duration / 200))
    return Stimulus(f"step {current:.3g} A", "step", overrides, (), duration, duration / 200)


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted: tuple[str, ...] = (*OF_AN_INSTANCE, "energy_per_event")
    main_error = "isi_error_median"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:
        self._cell = cell
        sizes = dict(cell.realisation(technology).sizes)
        self._capacitance = sizes["c_membrane"] + sizes["c_feedback"]
        self._step = supply * sizes["c_feedback"] / self._capacitance
        (self._bias,) = (abs(item.current) for item in cell.realisation(technology).biases)
        self._supply = supply

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        if purpose == "sweep":
            return tuple(_step(current, 3) for current in (1e-10, 1e-9, 5e-9))
        if purpose == "training":
            return tuple(_step(current, 3) for current in np.geomspace(*shapes.CURRENTS, 9))
        if purpose == "mismatch":
            return tuple(_step(current, 2) for current in (1e-10, 1e-9, 6e-9))
        if purpose == "noise":
            return tuple(
                Stimulus(f"held at {volts} V", "noise", (("v_hold", volts),))
                for volts in (0.45, 0.6)
            )
        if purpose == "proof":
            return (
                *(_step(current, 12) for current in (4.7e-11, 3.1e-10, 1.7e-9, 6.7e-9)),
                *(shapes.random_levels("axon_hillock proof", k, 8e-3, 1e-10, 7e-9) for k in (0, 1)),
                shapes.filtered_train("axon_hillock proof", 0, 10e-3, 2000.0, 2e-10, 5e-3),
                shapes.filtered_train("axon_hillock proof", 1, 10e-3, 600.0, 1e-9, 2e-3),
                shapes.sine("axon_hillock proof", 0, 8e-3, 1e-9, 0.9, 230.0),
                shapes.sine("axon_hillock proof", 1, 4e-3, 3e-9, 0.7, 733.0),
            )
        return ()

    def fit(
        self,
        records: Sequence[Record],
        temperature: float,  # noqa: ARG002
    ) -> tuple[Family, dict[str, float]]:
        """Fit voltages and currents to the times of steps."""
        start = Dynamics(
            capacitance=self._capacitance,
            leak_current=1e-14,
            threshold=0.43 * self._supply,
            threshold_lag=1e-4,
            feedback_step=self._step,
            fall=0.43 * self._supply,
            fall_lag=1e-4,
            reset=0.43 * self._supply - self._step,
            reset_current=self._bias,
            delay=0.0,
        )
        steps = _steps(self._cell.name, records)
        return adjust(start, TIMES, lambda dynamics: _errors(dynamics, steps))

    def refit(
        self, nominal: Model, records: Sequence[Record], baseline: Sequence[Record]
    ) -> dict[str, float]:
        """Refit the voltages and the reset current of an instance."""
        assert isinstance(nominal.dynamics, Dynamics)
        steps = _steps(self._cell.name, records)
        fitted, _ = adjust(
            nominal.dynamics, OF_AN_INSTANCE, lambda dynamics: _errors(dynamics, steps)
        )
        usual = {item.stimulus.name: item.values["energy_per_spike"] for item in baseline}
        relative = [item.values["energy_per_spike"] / usual[item.stimulus.name] for item in records]
        return {
            **{name: float(np.asarray(getattr(fitted, name))) for name in OF_AN_INSTANCE},
            "energy_per_event": nominal.energy.per_event * float(np.median(relative)),
        }

    def noise(self, records: Sequence[Record]) -> NoiseDensity:
        """Return the mean over membrane voltages of the white and the 1/f part."""
        if not records:
            return NoiseDensity()
        density = np.mean([record.arrays["input_noise"] ** 2 for record in records], axis=0)
        return white_and_flicker(records[0].arrays["frequency"], density, "A")

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:  # noqa: ARG002
        """Split the energy of an interval into a part per spike and a standing power."""
        return spiking.energy_of_intervals(records)

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Run the model free under a stimulus."""
        return spiking.free_run(model, stimulus, self._cell)

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return spike counts, timing, energy and latency errors over all pairs."""
        return spiking.errors_of(pairs)

    def transfer(self, records: Sequence[Record]) -> Transfer:
        """Return the spike rate against the input current, f-I."""
        return spiking.rate_over_current(records)

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return the range of the input current."""
        return {"input_current": (*shapes.CURRENTS, "A")}


def _steps(cell: str, records: Sequence[Record]) -> list[Record]:
    found = [record for record in records if np.isfinite(record.values["inter_spike_interval"])]
    if len(found) < 3:
        raise FitFailed(
            f"{cell}: only {len(found)} of {len(records)} steps made two spikes",
            cure="look at `neuromix simulate` of this cell, or drive it harder",
        )
    return found


def _errors(dynamics: Dynamics, records: Sequence[Record]) -> Floats:
    """Return the relative errors of latencies, intervals and pulse widths under steps."""
    p = dynamics
    current = np.array([dict(record.stimulus.overrides)["i_in"] for record in records])
    rising = (current - p.leak_current) / p.capacitance
    falling = (p.reset_current - current) / p.capacitance
    top = p.threshold + p.threshold_lag * (np.abs(rising) / REFERENCE_RATE) ** EXPONENT
    bottom = p.fall - p.fall_lag * (np.abs(falling) / REFERENCE_RATE) ** EXPONENT
    width = (p.threshold + p.feedback_step - bottom) / falling
    found = {
        "latency": top / rising + p.delay,
        "inter_spike_interval": (top - p.reset) / rising + width,
        "pulse_width": width,
    }
    return np.concatenate(
        [
            times / np.array([record.values[name] for record in records]) - 1.0
            for name, times in found.items()
        ]
    )
