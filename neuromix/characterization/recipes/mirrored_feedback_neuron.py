"""How a neuron with mirrored feedback and a slow variable is characterized.

The transistors' currents are first fitted to direct-current sweeps, then everything to next-spike
errors: from each spike of SPICE to the time of the next one and to the slow variable there, so that
an error does not add up while the parameters are still wrong. The proof runs free.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.characterization.recipes import bursting_stimuli as shapes
from neuromix.characterization.recipes import mirrored_feedback_energy as consumption
from neuromix.characterization.recipes import mirrored_feedback_tables as tables
from neuromix.characterization.recipes.bursting_comparison import errors_of
from neuromix.declare import Cell, Sweep
from neuromix.errors import FitFailed
from neuromix.measure.firing_pattern import (
    PATTERNS,
    burst_rate_of,
    pattern_of,
    spikes_per_burst_of,
)
from neuromix.models.bursting import free_run, next_spike_errors
from neuromix.models.families.mirrored_feedback_neuron import Dynamics
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity
from neuromix.units import thermal_voltage

Floats = NDArray[np.float64]

FIXED = (
    "energy_growth",
    "feedback_gain",
    "threshold",
    "switching",
    "mirror_low",
    "supply",
    "thermal_voltage",
    "reset_voltage",
    "lift_voltage",
)
"""What the fit leaves alone: settings of the bench, and what others make up for."""

STEPS = {
    "V": 0.01,
    "1": 0.02,
    "1/V": 0.03,
    "s": 0.5e-9,
    "s/V": 0.5e-9,
}
"""Size of a search step by unit, SI; a positive quantity moves by a tenth."""

REACH = 10.0
"""How far the first step of the search may go, in step sizes."""

RANGE = 40.0
"""How far the search may go from the start, in step sizes."""

DIFFERENCE = 1e-4
"""Search steps over which slopes are taken: so small that the model keeps its own steps in time."""

PRIOR = 3e-4
"""Next-spike error that a search step must be worth: directions that spikes do not determine stay
at what the direct currents said."""

LIFT = 0.3
"""V of the slow variable that weigh as much as a whole interval: about what a spike lifts it by."""

UPSTROKE = 0.765
"""Of the comparator's threshold: from there on the membrane runs to the supply by itself."""

STAGES = ((0.1, 12), (0.02, 15), (0.005, 25))
"""Errors beyond which a residual counts linearly, and steps of the search, one after the other."""

FIRST, LAST = 9, 2
"""Spikes of a record that the fit predicts: its onset and its end; the rest repeats them."""

INPUT = "v_mem"


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted = (
        "square_threshold",
        "leak_threshold",
        "discharge_threshold",
        "feedback_gain",
        "lift_threshold",
        "delay",
        "rise",
        "energy_per_event",
    )
    main_error = "interval_error_median"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:
        self._cell = cell
        self._sizes = dict(cell.realisation(technology).sizes)
        self._supply = supply
        self._setting = shapes.setting_for(supply)
        self._form: tuple[Dynamics, Dynamics] | None = None

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        return self._setting.stimuli(purpose)

    def _voltages(self, stimulus: Stimulus) -> dict[str, float]:
        values = self._cell.bench(stimulus.bench).values(dict(stimulus.overrides))
        return {"reset_voltage": values["v_reset"], "lift_voltage": values["v_lift"]}

    def _set(self, model: Model, stimulus: Stimulus) -> Dynamics:
        """Return the model's dynamics at the voltages of a stimulus."""
        dynamics = model.dynamics
        assert isinstance(dynamics, Dynamics)
        return dynamics.replace(**self._voltages(stimulus))

    def _excess(self, model: Model, records: Sequence[Record]) -> Floats:
        """Return the energy of a spike in each record beyond what the model gives it, J."""
        return np.array(
            [consumption.excess(model, self._set(model, r.stimulus), r) for r in records]
        )

    def _energy_law(self, records: Sequence[Record]) -> tuple[float, float, float]:
        runs = [r for r in records if np.isfinite(r.values.get("energy", np.nan))]
        resets = [self._voltages(r.stimulus)["reset_voltage"] for r in runs]
        return consumption.law(runs, resets)

    def _errors(self, dynamics: Dynamics, record: Record) -> Floats:
        """Return next-spike errors, shape ``(chosen, 2)``."""
        times, currents = record.stimulus.waveform(self._cell, INPUT)
        spikes, lifted = record.arrays["spikes"], record.arrays["lifted"]
        count = len(spikes)
        chosen = np.union1d(np.arange(min(count, FIRST)), np.arange(max(0, count - LAST), count))
        start = float(times[max(int(np.argmax(currents > 0.0)) - 1, 0)])
        here = dynamics.replace(**self._voltages(record.stimulus))
        found = next_spike_errors(here, times, currents, spikes, lifted, chosen, start)
        return np.asarray(found / np.array([1.0, LIFT]))

    def _start(self, records: Sequence[Record], temperature: float) -> Dynamics:
        """Return the parameters that direct currents and the shape of a spike tell."""
        held = [r for r in records if len(r.arrays.get("membrane_current", ()))]
        axes = {}
        for record in held:
            sweep = self._cell.bench(record.stimulus.bench).analysis
            assert isinstance(sweep, Sweep)
            axes[record.stimulus.bench] = np.linspace(
                float(sweep.start), float(sweep.stop), round(float(sweep.points))
            )
        thermal = thermal_voltage(temperature)
        spiking = [r for r in records if np.isfinite(r.values.get("width", np.nan))]
        delay, width = (np.median([r.values[name] for r in spiking]) for name in ("delay", "width"))
        threshold = UPSTROKE * self._cell.bench(self._setting.bench).values({})["v_threshold"]
        guess = {
            **tables.capacitances_of(self._sizes),
            **tables.currents_of(held, axes, threshold, self._supply, thermal),
            **tables.timing_of(float(delay), float(width), self._supply),
        }
        guess["lift_current"] = 0.5 * guess["mirror_current"]
        guess["lift_threshold"] = guess["mirror_threshold"] + 0.05
        guess["lift_mobility"] = guess["mirror_mobility"]
        return Dynamics(
            **guess,
            feedback_gain=1.0,
            feedback_early=0.03,
            slow_pulse=0.5 * guess["slow_current"] * (self._supply / thermal / 3.0) ** 2 / 3.0,
            threshold=threshold,
            mirror_low=0.08 * self._supply,
            supply=self._supply,
            thermal_voltage=thermal,
            reset_voltage=self._setting.resets[0],
            lift_voltage=self._setting.lifts[1],
        )

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:
        """Fit all parameters to the training records."""
        usable = [record for record in records if len(record.arrays.get("spikes", ())) >= 3]
        if len(usable) < 8:
            raise FitFailed(
                f"{self._cell.name}: only {len(usable)} of {len(records)} records hold spikes",
                cure="look at `neuromix simulate` of this cell, or drive it harder",
            )
        dynamics = self._start(records, temperature)
        names = tuple(p.name for p in Dynamics.parameters() if p.name not in FIXED)
        spread: dict[str, float] = {}
        for soft, evaluations in STAGES:
            dynamics, spread = self._adjusted(dynamics, names, usable, soft, evaluations)
        growth = self._energy_law(records)[2]
        return Dynamics.from_values(dynamics.replace(energy_growth=growth).values()), spread

    def _adjusted(
        self,
        start: Dynamics,
        names: Sequence[str],
        records: Sequence[Record],
        soft: float,
        evaluations: int,
    ) -> tuple[Dynamics, dict[str, float]]:
        """Return the start with ``names`` moved to the least errors, and their spread."""
        units = {item.name: item.unit for item in Dynamics.parameters()}
        centre = np.array([float(np.asarray(getattr(start, name))) for name in names])
        positive = np.array([Dynamics.positive(name) for name in names])
        size = np.array([0.1 if Dynamics.positive(n) else STEPS[units[n]] for n in names])

        def moved(x: Floats) -> Dynamics:
            values = np.where(positive, centre * np.exp(size * x), centre + size * x)
            return start.replace(**dict(zip(names, map(float, values), strict=True)))

        def residuals(x: Floats) -> Floats:
            dynamics = moved(x)
            errors = [self._errors(dynamics, record).ravel() for record in records]
            return np.asarray(np.nan_to_num(np.concatenate([*errors, PRIOR * x]), nan=1.0))

        def slopes(x: Floats) -> Floats:
            here = residuals(x)
            rows = [residuals(x + DIFFERENCE * unit) - here for unit in np.eye(len(names))]
            return np.stack(rows, axis=1) / DIFFERENCE

        found = least_squares(
            residuals,
            np.zeros(len(names)),
            jac=slopes,
            bounds=(-RANGE, RANGE),
            loss="soft_l1",
            f_scale=soft,
            x_scale=REACH,
            max_nfev=evaluations,
        )
        variance = 2.0 * found.cost / max(1, len(found.fun) - len(names))
        sigma = np.sqrt(np.diag(np.linalg.pinv(found.jac.T @ found.jac)) * variance)
        scale = size * np.where(positive, np.abs(centre * np.exp(size * found.x)), 1.0)
        return moved(found.x), dict(zip(names, map(float, sigma * scale), strict=True))

    def refit(
        self, nominal: Model, records: Sequence[Record], baseline: Sequence[Record]
    ) -> dict[str, float]:
        """Refit what differs between instances; what the nominal cell moves by is the form's."""
        names = tuple(name for name in self.refitted if name != "energy_per_event")
        base = nominal.dynamics
        assert isinstance(base, Dynamics)
        spiking = [r for r in records if len(r.arrays.get("spikes", ())) >= 3]
        if len(spiking) < 3:
            raise FitFailed("an instance does not spike", cure="a larger supply or smaller spread")
        fitted, _ = self._adjusted(base, names, spiking, STAGES[-1][0], 12)
        if self._form is None or self._form[0] is not base:
            self._form = base, self._adjusted(base, names, baseline, STAGES[-1][0], 12)[0]
        found = {}
        for name in names:
            centre, own, common = (
                float(np.asarray(getattr(item, name))) for item in (base, fitted, self._form[1])
            )
            found[name] = own / common * centre if base.positive(name) else own - common + centre
        excess = self._excess(nominal, spiking) - np.median(self._excess(nominal, baseline))
        found["energy_per_event"] = nominal.energy.per_event + float(np.median(excess))
        return found

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
        """Split the energy of a run into a part per spike and a standing power."""
        per_event, power, _ = self._energy_law(records)
        return Energy(per_event, max(0.0, power))

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Run the model free under a stimulus."""
        times, currents = stimulus.waveform(self._cell, INPUT)
        dynamics = self._set(model, stimulus)
        spikes, lifted = free_run(dynamics, times, currents, stimulus.duration)
        values = {
            "energy": consumption.energy(model, dynamics, len(spikes), stimulus.duration),
            "latency": float(spikes[0]) if len(spikes) else float("nan"),
            "pattern": float(PATTERNS.index(pattern_of(spikes))),
            "spikes_per_burst": spikes_per_burst_of(spikes),
            "burst_rate": burst_rate_of(spikes),
        }
        return Record(stimulus, values, {"spikes": spikes, "lifted": lifted})

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors of patterns, counts, timing, bursts and energy over all pairs."""
        return errors_of(pairs)

    def transfer(self, records: Sequence[Record]) -> Transfer:
        """Return the rate of regular spiking against the input current, f-I."""
        spiking = [r for r in records if r.stimulus.name.startswith("regular spiking")]
        currents = np.array([dict(record.stimulus.overrides)["i_in"] for record in spiking])
        rates = np.array([record.values["rate"] for record in spiking])
        order = np.argsort(currents)
        return Transfer(
            currents[order], rates[order], "input current", "A", "rate of regular spiking", "Hz"
        )

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return the ranges of the input current and of the voltages c and d."""
        return {
            "input_current": (*shapes.CURRENTS, "A"),
            "reset_voltage": (*self._setting.resets, "V"),
            "lift_voltage": (*self._setting.lifts, "V"),
        }
