"""How a leaky integrate-and-fire neuron with positive feedback is characterized.

The family is fitted to next-spike errors: from each spike of SPICE to the next, so that an error
does not add up while the parameters are still wrong. The proof runs free.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from neuromix.characterization import spiking
from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.characterization.recipes import neuron_stimuli as shapes
from neuromix.characterization.spiking import INPUT, REFERENCE_CURRENT, STEP_AT
from neuromix.declare import Cell
from neuromix.errors import BadValue, FitFailed
from neuromix.models.families.positive_feedback_lif import Dynamics, hold_time
from neuromix.models.family import RESTED, Family
from neuromix.models.model import Energy, Model, NoiseDensity
from neuromix.models.running import interval_errors
from neuromix.units import thermal_voltage

START = {
    "capacitance_slope": (0.03e-12, 1e-14),
    "leak_early": (0.0, 0.05),
    "feedback_current": (2e-9, 0.8e-9),
    "feedback_slope": (0.044, 0.005),
    "limit_current": (2e-9, 0.8e-9),
    "limit_slope": (0.06, 0.005),
    "threshold": (0.96, 0.01),
    "reset": (0.012, 0.005),
    "refractory_time": (49e-6, 5e-6),
    "refractory_growth": (2e-6, 1e-6),
    "recovery_depth": (1e-6, 1e-6),
    "recovery_time": (1e-4, 4e-5),
    "delay": (6.5e-6, 1e-6),
}
"""Where the search starts, and the size of a step, SI."""

DECLARED = {
    "capacitance": ("c_membrane", 1.016, 0.04),
    "leak_current": ("i_leak", 1.025, 0.12),
}
"""What starts near a size or a bias of the cell: its name, the parameter in terms of it (gates and
the mirror add a little), and the size of a step."""

SOFT = 5e-4
"""Next-spike error beyond which a residual counts linearly and no longer squared."""

PRIOR = 3e-4
"""Next-spike error that a tenth (a hundredth of a volt) of an instance's parameter must be worth:
directions that a few intervals do not determine stay at the nominal cell."""

RANGE = 6.0
"""How far the search may go from the start, in step sizes."""


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted = (
        "threshold",
        "leak_current",
        "feedback_current",
        "refractory_time",
        "energy_per_event",
    )
    main_error = "isi_error_median"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:
        self._cell = cell
        self._technology = technology
        self._supply = supply
        self._inputs: dict[Stimulus, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        return shapes.STIMULI[purpose]

    def _input(self, record: Record) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if record.stimulus not in self._inputs:
            self._inputs[record.stimulus] = record.stimulus.waveform(self._cell, INPUT)
        return self._inputs[record.stimulus]

    def _errors(self, dynamics: Dynamics, record: Record) -> NDArray[np.float64]:
        times, currents = self._input(record)
        spikes = record.arrays["spikes"]
        p = dynamics.matrix()[0]
        holds = np.empty(len(spikes))
        free = -RESTED
        for k, current in enumerate(np.interp(spikes, times, currents)):
            holds[k] = hold_time(current, free, p)
            if k + 1 < len(spikes):
                free = max(0.0, spikes[k + 1] - spikes[k] - holds[k])
        return interval_errors(
            dynamics, times, currents, spikes, holds, float(np.asarray(dynamics.reset)), STEP_AT
        )

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:
        """Fit all parameters to the training records."""
        usable = [record for record in records if len(record.arrays.get("spikes", ())) >= 2]
        if len(usable) < 6:
            raise FitFailed(
                f"{self._cell.name}: only {len(usable)} of {len(records)} records hold two spikes",
                cure="look at `neuromix simulate` of this cell, or drive it harder",
            )
        starts = {**self._declared_starts(), **START}
        names = tuple(starts)
        logarithmic = np.array([Dynamics.positive(name) for name in names])
        start = np.array([starts[name][0] for name in names])
        size = np.array([starts[name][1] for name in names])

        def values(x: NDArray[np.float64]) -> NDArray[np.float64]:
            relative = x * size / np.where(logarithmic, start, 1.0)
            return np.asarray(np.where(logarithmic, start * np.exp(relative), start + x * size))

        def dynamics(x: NDArray[np.float64]) -> Dynamics:
            found = dict(zip(names, map(float, values(x)), strict=True))
            return Dynamics(leak_slope=thermal_voltage(temperature), **found)

        def residuals(x: NDArray[np.float64], chosen: Sequence[Record]) -> NDArray[np.float64]:
            candidate = dynamics(x)
            return np.concatenate([self._errors(candidate, record) for record in chosen])

        steady = [record for record in usable if not record.stimulus.drives]
        bounds = (-RANGE, RANGE)
        x = np.zeros(len(names))
        if len(steady) >= 6:
            x = least_squares(residuals, x, args=(steady,), bounds=bounds, max_nfev=40).x
        x = np.clip(x, -0.99 * RANGE, 0.99 * RANGE)
        found = least_squares(
            residuals, x, args=(usable,), bounds=bounds, loss="soft_l1", f_scale=SOFT, max_nfev=60
        )
        best = dynamics(found.x)
        spread = _standard_errors(found.jac, found.fun, found.x, values, names)
        return Dynamics.from_values(best.values()), spread

    def _declared_starts(self) -> dict[str, tuple[float, float]]:
        """Return start and step of the parameters that the declaration gives away."""
        realisation = self._cell.realisation(self._technology)
        values = dict(realisation.sizes)
        values |= {item.port: abs(item.current) for item in realisation.biases}
        missing = [source for source, _, _ in DECLARED.values() if source not in values]
        if missing:
            raise BadValue(
                f"{self._cell.name}: no {missing[0]} among its sizes and biases",
                ["the fit of a positive_feedback_lif starts from it"],
                f"name the parameter or the bias {missing[0]}",
            )
        return {
            name: (factor * values[source], step * values[source])
            for name, (source, factor, step) in DECLARED.items()
        }

    def refit(
        self, nominal: Model, records: Sequence[Record], baseline: Sequence[Record]
    ) -> dict[str, float]:
        """Refit what differs between instances, to a handful of steps."""
        names = tuple(name for name in self.refitted if name != "energy_per_event")
        base = nominal.dynamics
        assert isinstance(base, Dynamics)
        start = np.array([float(np.asarray(getattr(base, name))) for name in names])
        usable = [record for record in records if len(record.arrays.get("spikes", ())) >= 2]
        if len(usable) < 3:
            raise FitFailed("an instance does not spike", cure="a larger supply or smaller spread")
        form = {record.stimulus.name: self._errors(base, record) for record in baseline}
        # A volt of threshold is worth its own tenth, a positive quantity its logarithm.
        logarithmic = np.array([Dynamics.positive(name) for name in names])

        def changed(x: NDArray[np.float64]) -> Dynamics:
            moved = np.where(logarithmic, start * np.exp(0.1 * x), start + 0.01 * x)
            return base.replace(**dict(zip(names, map(float, moved), strict=True)))

        def residuals(x: NDArray[np.float64]) -> NDArray[np.float64]:
            candidate = changed(x)
            errors = [
                _less(self._errors(candidate, record), form.get(record.stimulus.name))
                for record in usable
            ]
            return np.concatenate([*errors, PRIOR * x])

        found = least_squares(
            residuals, np.zeros(len(names)), bounds=(-20.0, 20.0), loss="soft_l1", f_scale=SOFT
        )
        fitted = changed(found.x)
        excess = _excess(nominal, usable) - np.median(_excess(nominal, baseline))
        return {
            **{name: float(np.asarray(getattr(fitted, name))) for name in names},
            "energy_per_event": nominal.energy.per_event + float(np.median(excess)),
        }

    def noise(self, records: Sequence[Record]) -> NoiseDensity:
        """Return the mean over membrane voltages of the white and the 1/f part."""
        if not records:
            return NoiseDensity()
        density = np.mean([record.arrays["input_noise"] ** 2 for record in records], axis=0)
        frequency = records[0].arrays["frequency"]
        # S = white + flicker / f, weighted relatively: linear in both.
        design = np.stack([np.ones_like(frequency), 1.0 / frequency], axis=1) / density[:, None]
        (white, flicker), *_ = np.linalg.lstsq(design, np.ones_like(frequency), rcond=None)
        return NoiseDensity(max(0.0, float(white)), max(0.0, float(flicker)), 1.0)

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


def _excess(model: Model, records: Sequence[Record]) -> NDArray[np.float64]:
    """Return the energy of a spike in each record beyond what the model gives it, J."""
    interval = np.array([record.values["inter_spike_interval"] for record in records])
    energy = np.array([record.values["energy_per_spike"] for record in records])
    current = np.array([dict(record.stimulus.overrides)["i_in"] for record in records])
    growth = model.energy.growth * np.log1p(current / REFERENCE_CURRENT)
    return np.asarray(
        energy - model.energy.per_event - model.energy.static_power * interval - growth
    )


def _less(errors: NDArray[np.float64], form: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return errors without those that the nominal model makes on the nominal cell."""
    if form is None or len(form) == 0:
        return errors
    return errors - form[np.minimum(np.arange(len(errors)), len(form) - 1)]


def _standard_errors(
    jacobian: NDArray[np.float64],
    residuals: NDArray[np.float64],
    x: NDArray[np.float64],
    values: object,
    names: tuple[str, ...],
) -> dict[str, float]:
    """Return the standard error of each parameter from the Jacobian at the optimum."""
    assert callable(values)
    variance = float(residuals @ residuals) / max(1, len(residuals) - len(x))
    covariance = np.linalg.pinv(jacobian.T @ jacobian) * variance
    sigma = np.sqrt(np.clip(np.diag(covariance), 0.0, None))
    step = 1e-4
    slopes = [
        (values(x + step * unit)[k] - values(x)[k]) / step for k, unit in enumerate(np.eye(len(x)))
    ]
    return {n: abs(float(s * d)) for n, s, d in zip(names, sigma, slopes, strict=True)}
