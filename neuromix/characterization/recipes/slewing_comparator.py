"""How a comparator is characterized: when it decides, under steps and ramps of all sizes.

Times are compared as shares of the delay: from the moment at which the input passes the reference
to the decision that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization import comparator_stimuli as shapes
from neuromix.characterization.adjusting import adjust
from neuromix.characterization.recipe import Record, Stimulus
from neuromix.characterization.spectra import white_and_flicker
from neuromix.declare import Cell
from neuromix.measure import crossings
from neuromix.models.families.slewing_comparator import Dynamics
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity
from neuromix.units import thermal_voltage

Floats = NDArray[np.float64]

OF_THE_PAIR = ("offset", "slew_rate", "input_slope", "swing_above", "inverter_time", "output_delay")
OF_THE_REFERENCE = (
    "early_voltage",
    "inverter_knee",
    "knee",
    "kickback",
    "source_follow",
    "upper_knee",
    "swing_common",
    "slew_common",
)
OF_AN_INSTANCE = ("offset", "slew_rate", "swing_above", "output_delay")

SLOPE_FACTOR = 1.4
"""n of weak inversion, from which the fit starts: k = 1/(2 n U_T)."""

SMALL_OFFSET = 2e-4
"""Where an offset starts, V: a fit cannot start at 0."""

DIFFERENCE = 1e-3
"""Relative step of finite differences: the model's own integration jumps by less."""

MISSING = 1.0
"""What a decision counts that the model does not make, in delays."""


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted: tuple[str, ...] = OF_AN_INSTANCE
    main_error = "delay_error_p90"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:
        self._cell = cell
        self._supply = supply
        (bias,) = cell.realisation(technology).biases
        self._tail = abs(bias.current)

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        makers: dict[str, Callable[[], tuple[Stimulus, ...]]] = {
            "sweep": shapes.sweep,
            "training": shapes.training,
            "mismatch": shapes.mismatch,
            "noise": shapes.noise,
            "proof": shapes.proof,
        }
        return makers[purpose]()

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:
        """Fit all but the lower swing: times do not change where all voltages of the node scale."""
        start = Dynamics(
            offset=SMALL_OFFSET,
            input_slope=0.5 / (SLOPE_FACTOR * thermal_voltage(temperature)),
            slew_rate=self._tail / 20e-15,
            swing_below=0.5 * self._supply,
            swing_above=0.5 * self._supply,
            inverter_time=5e-8,
            output_delay=1e-8,
            inverter_knee=SLOPE_FACTOR * thermal_voltage(temperature),
            early_voltage=20.0,
            knee=thermal_voltage(temperature),
            kickback=0.05,
            source_follow=0.2,
            upper_knee=thermal_voltage(temperature),
            swing_common=0.8,
            slew_common=0.05,
        )
        return adjust(
            start,
            (*OF_THE_PAIR, *OF_THE_REFERENCE),
            self._residuals(records),
            difference=DIFFERENCE,
        )

    def refit(
        self,
        nominal: Model,
        records: Sequence[Record],
        baseline: Sequence[Record],  # noqa: ARG002
    ) -> dict[str, float]:
        """Refit offset, slewing and delays of one instance."""
        assert isinstance(nominal.dynamics, Dynamics)
        start = nominal.dynamics.replace(offset=SMALL_OFFSET)
        fitted, _ = adjust(start, OF_AN_INSTANCE, self._residuals(records), 30, DIFFERENCE)
        return {name: float(np.asarray(getattr(fitted, name))) for name in self.refitted}

    def noise(self, records: Sequence[Record]) -> NoiseDensity:
        """Return the noise of the held inner node over the pair's transconductance, V²/Hz."""
        slopes = [r.values["transconductance"] for r in records if r.stimulus.bench == "pair"]
        spectra = [r.arrays for r in records if r.stimulus.bench == "noise"]
        if not slopes or not spectra:
            return NoiseDensity(unit="V")
        density = (spectra[0]["input_noise"] / slopes[0]) ** 2
        return white_and_flicker(spectra[0]["frequency"], density, "V")

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:  # noqa: ARG002
        """Return standing power and energy per decision, by relative errors."""
        rows = np.array([_spent(item) for item in records])
        paid = np.array([item.values["energy"] for item in records])
        found, *_ = np.linalg.lstsq(rows / paid[:, None], np.ones(len(paid)), rcond=None)
        return Energy(per_event=float(found[1]), static_power=float(found[0]))

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Return when the output changes, and the energy."""
        assert isinstance(model.dynamics, Dynamics)
        duration = dict(stimulus.overrides)["duration"]
        found = self._decisions(model.dynamics, stimulus)
        energy = model.energy.static_power * duration + model.energy.per_event * len(found)
        return Record(stimulus, {"energy": energy}, {"decisions": found})

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors of delay, of which decisions are made, and of the energy.

        A decision that only one side makes counts in ``decision_error``, and as a whole delay in
        those of the delay.
        """
        errors, lost, decisions = [], 0, 0
        for reference, other in pairs:
            delays = self._delays(reference)
            first, second = reference.arrays["decisions"], other.arrays["decisions"]
            at, partner = matched(first, second)
            each = np.full(len(first), MISSING)
            each[at] = np.minimum(np.abs(second[partner] - first[at]) / delays[at], MISSING)
            errors.append(each)
            lost += len(first) + len(second) - 2 * len(at)
            decisions += len(first)
        every = np.concatenate(errors)
        energy = [abs(b.values["energy"] / a.values["energy"] - 1.0) for a, b in pairs]
        return {
            "decisions": float(decisions),
            "decision_error": lost / max(decisions, 1),
            "delay_error_median": float(np.median(every)),
            "delay_error_p90": float(np.quantile(every, 0.9)),
            "energy_error": max(energy),
        }

    def transfer(self, records: Sequence[Record]) -> None:
        """Return none: a decision has no curve."""

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return what the training covers."""
        return {
            "reference": (*shapes.REFERENCES, "V"),
            "overdrive": (*shapes.OVERDRIVES, "V"),
            "slope": (*shapes.SLOPES, "V/s"),
        }

    def _decisions(self, dynamics: Dynamics, stimulus: Stimulus) -> Floats:
        given = dict(stimulus.overrides)
        times, inputs = stimulus.waveform(self._cell, "in_p")
        found, _ = dynamics.decide(times, inputs, given["reference"], given["duration"])
        return found

    def _residuals(self, records: Sequence[Record]) -> Callable[[Dynamics], Floats]:
        """Return the function from a family to errors of its decisions, in delays."""
        prepared = [(item, self._delays(item)) for item in records]

        def residuals(dynamics: Dynamics) -> Floats:
            errors = []
            for item, delays in prepared:
                wanted = item.arrays["decisions"]
                found = self._decisions(dynamics, item.stimulus)
                each = np.full(len(wanted), MISSING)
                count = min(len(found), len(wanted))
                each[:count] = (found[:count] - wanted[:count]) / delays[:count]
                errors.append(np.clip(each, -MISSING, MISSING))
            return np.concatenate(errors)

        return residuals

    def _delays(self, record: Record) -> Floats:
        """Return the time from the input's last passing of the reference to each decision, s."""
        times, inputs = record.stimulus.waveform(self._cell, "in_p")
        reference = dict(record.stimulus.overrides)["reference"]
        passed = np.sort(
            np.concatenate(
                [crossings(times, inputs, reference, rising=way) for way in (True, False)]
            )
        )
        decided = record.arrays["decisions"]
        return np.asarray(decided - passed[np.searchsorted(passed, decided) - 1])


def matched(first: Floats, second: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of pairs in two sorted lists that are nearest to each other, mutually.

    At most half of the distance to the next one of the first list lies between the two.
    """
    if not len(first) or not len(second):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    distance = np.abs(first[:, None] - second[None, :])
    nearest = distance.argmin(axis=1)
    mutual = distance.argmin(axis=0)[nearest] == np.arange(len(first))
    gaps = np.diff(first, prepend=-np.inf, append=np.inf)
    close = distance[np.arange(len(first)), nearest] <= 0.5 * np.minimum(gaps[:-1], gaps[1:])
    at = np.flatnonzero(mutual & close)
    return at, nearest[at]


def _spent(record: Record) -> tuple[float, float]:
    """Return duration (s) and decisions of a record."""
    return dict(record.stimulus.overrides)["duration"], float(len(record.arrays["decisions"]))
