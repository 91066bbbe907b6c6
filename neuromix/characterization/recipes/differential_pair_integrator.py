"""How a differential-pair integrator is characterized: trains of pulses, fits that run freely.

The model starts from rest and is never corrected along a train, in the fit as in the proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.adjusting import adjust
from neuromix.characterization.pulse_trains import PulseTrain, train_of
from neuromix.characterization.recipe import Record, Stimulus
from neuromix.characterization.synapse_stimuli import GRID, WEIGHTS, WIDTHS, trains
from neuromix.declare import Cell
from neuromix.models.families.differential_pair_integrator import (
    OUTPUT_VOLTAGE,
    Dynamics,
    respond,
    sink_compliance,
    source_compliance,
)
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity
from neuromix.units import thermal_voltage

Floats = NDArray[np.float64]

DYNAMICS = (
    "time_constant",
    "tau_current",
    "gain_current",
    "gain_exponent",
    "gain_exponent_slope",
    "gain_exponent_curve",
    "gain_curve",
    "decay_early",
    "floor_current",
    "floor_exponent",
    "pulse_charge",
)
MIRROR = ("sink_gain", "sink_gain_slope", "sink_lag_charge")
MIRROR_OF_AN_INSTANCE = ("sink_gain", "sink_lag_charge")
SOURCE = ("source_early",)
SINK = ("sink_early", "sink_knee")
OF_AN_INSTANCE = ("time_constant", "tau_current", "gain_current", "floor_current", "pulse_charge")

SMALL_CURRENTS = 0.003
"""Weight of relative errors beside errors over the span: it keeps small currents in sight."""

LEAST_CURRENT = 1e-18
"""What a fit may take as an output, A: keeps a logarithm finite."""

MAX_STEP = 1e-4
"""Largest step of the simulator, s; edges of pulses are always hit."""

LEAD = 60e-6
"""The weight is set this long before its pulse, s."""


STANDING_WEIGHTS = (2e-12, 5e-12, 8e-12)
"""Weight currents under which noise is taken, A: outputs of about 10 to 100 pA."""

WANDER_BAND = (60.0, 600.0)
"""Hz: above the synapse's corner, below where the white noise of the output takes over."""


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted: tuple[str, ...] = (*OF_AN_INSTANCE, *MIRROR_OF_AN_INSTANCE)
    main_error = "nrmse"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:
        self._cell = cell
        self._supply = supply
        biases = {item.port: abs(item.current) for item in cell.realisation(technology).biases}
        self._tau_bias, self._threshold_bias = biases["i_tau"], biases["i_threshold"]

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        if purpose == "noise":
            return tuple(
                Stimulus(f"{bench} at {weight:.3g} A", bench, (("i_weight", weight),))
                for bench in ("standing", "noise")
                for weight in STANDING_WEIGHTS
            )
        return tuple(
            self._stimulus("pulse" if purpose == "sweep" else "train", *item)
            for item in trains(purpose)
        )

    def _stimulus(
        self, bench: str, name: str, train: PulseTrain, duration: float, voltage: float
    ) -> Stimulus:
        return Stimulus(
            name,
            bench,
            (
                ("duration", duration),
                ("points", float(round(duration / GRID) + 1)),
                ("v_out", voltage),
            ),
            (("pre", train.gate(self._supply)), ("i_weight", train.levels(LEAD))),
            duration,
            MAX_STEP,
        )

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:
        """Fit dynamics, then the sink's mirror, then what the outputs' voltage changes."""
        at_reference = [item for item in records if _voltage(item.stimulus) == OUTPUT_VOLTAGE]
        elsewhere = [item for item in records if _voltage(item.stimulus) != OUTPUT_VOLTAGE]
        floor = float(np.min([item.arrays["out_source"][0] for item in records]))
        start = Dynamics(
            time_constant=1.1e-14 / self._tau_bias,
            tau_current=0.8 * self._tau_bias,
            gain_current=0.8 * self._threshold_bias,
            gain_exponent=0.9,
            gain_exponent_slope=-0.04,
            gain_exponent_curve=-0.005,
            gain_curve=0.04,
            decay_early=-0.05,
            floor_current=floor,
            floor_exponent=1.3,
            pulse_charge=7e-16,
            source_early=0.02,
            sink_early=0.05,
            sink_knee=thermal_voltage(temperature),
            sink_gain_slope=-0.003,
            sink_lag_charge=7e-16,
        )
        errors: dict[str, float] = {}
        fitted = start
        for names, residuals in (
            (DYNAMICS, self._residuals("out_source", at_reference)),
            (MIRROR, self._residuals("out_sink", at_reference)),
            (SOURCE, _compliance_residuals("out_source", at_reference, elsewhere)),
            (SINK, _compliance_residuals("out_sink", at_reference, elsewhere)),
        ):
            fitted, found = adjust(fitted, names, residuals)
            errors |= found
        return fitted, errors

    def refit(
        self,
        nominal: Model,
        records: Sequence[Record],
        baseline: Sequence[Record],  # noqa: ARG002
    ) -> dict[str, float]:
        """Refit dynamics and mirror of one instance."""
        assert isinstance(nominal.dynamics, Dynamics)
        fitted = nominal.dynamics
        for names, output in (
            (OF_AN_INSTANCE, "out_source"),
            (MIRROR_OF_AN_INSTANCE, "out_sink"),
        ):
            fitted, _ = adjust(fitted, names, self._residuals(output, records), evaluations=20)
        return {name: float(np.asarray(getattr(fitted, name))) for name in self.refitted}

    def noise(self, records: Sequence[Record]) -> NoiseDensity:
        """Return the shot noise of the output and the wander of its logarithm.

        At a standing output I the state's noise is white noise that is integrated, so that above
        the corner the density of ln I is ``2 wander / (2 pi f)**2``; the rest is white and
        proportional to I.
        """
        current = {
            dict(item.stimulus.overrides)["i_weight"]: item.values["source_current"]
            for item in records
            if item.stimulus.bench == "standing"
        }
        shot, wander = [], []
        for item in records:
            weight = dict(item.stimulus.overrides)["i_weight"]
            if item.stimulus.bench != "noise" or weight not in current:
                continue
            frequency = item.arrays["frequency"]
            density = item.arrays["input_noise"] ** 2
            white = float(density[-1])
            shot.append(white / current[weight])
            band = (frequency > WANDER_BAND[0]) & (frequency < WANDER_BAND[1])
            relative = (density[band] - white) / current[weight] ** 2
            wander.append(float(np.median(relative * (2.0 * np.pi * frequency[band]) ** 2 / 2.0)))
        if not shot:
            return NoiseDensity()
        return NoiseDensity(shot=float(np.mean(shot)), wander=max(0.0, float(np.mean(wander))))

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:  # noqa: ARG002
        """Return standing power, and energy per charge of the weight and of the source output."""
        rows = [self._paid_for(item.stimulus, item.arrays["out_source"]) for item in records]
        relative = np.array(rows) / np.array([[item.values["energy"]] for item in records])
        found, *_ = np.linalg.lstsq(relative, np.ones(len(rows)), rcond=None)
        return Energy(
            static_power=float(found[0]),
            per_input_charge=float(found[1]),
            per_output_charge=float(found[2]),
        )

    def _paid_for(self, stimulus: Stimulus, source: Floats) -> tuple[float, float, float]:
        """Return duration (s), charge of the weight and excess charge of the output (C)."""
        train = self._train(stimulus)
        return (
            dict(stimulus.overrides)["duration"],
            float(train.weight @ train.width),
            float(np.trapezoid(source - source[0], dx=GRID)),
        )

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Return both outputs on the grid, and the energy."""
        assert isinstance(model.dynamics, Dynamics)
        source, sink = _respond(model.dynamics, stimulus, self._train(stimulus))
        duration, given, delivered = self._paid_for(stimulus, source)
        energy = (
            model.energy.static_power * duration
            + model.energy.per_input_charge * given
            + model.energy.per_output_charge * delivered
        )
        return Record(stimulus, {"energy": energy}, {"out_source": source, "out_sink": sink})

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors over the span of each stimulus: worst and median; and of the energy."""
        source = [_nrmse(a.arrays["out_source"], b.arrays["out_source"]) for a, b in pairs]
        sink = [_nrmse(a.arrays["out_sink"], b.arrays["out_sink"]) for a, b in pairs]
        energy = [abs(b.values["energy"] / a.values["energy"] - 1.0) for a, b in pairs]
        return {
            "nrmse": max(source),
            "nrmse_median": float(np.median(source)),
            "nrmse_sink": max(sink),
            "energy_error": max(energy),
            "events": float(sum(len(self._train(a.stimulus).onset) for a, _ in pairs)),
        }

    def transfer(self, records: Sequence[Record]) -> None:
        """Return none: an integrator's answer depends on what came before."""

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return what the training covers."""
        return {
            "i_weight": (*WEIGHTS, "A"),
            "width": (*WIDTHS, "s"),
            "i_out": (6e-12, 5.5e-9, "A"),
            "v_out": (0.02, 0.9, "V"),
        }

    def _train(self, stimulus: Stimulus) -> PulseTrain:
        return train_of(stimulus, self._cell, "pre", "i_weight", self._supply)

    def _residuals(self, output: str, records: Sequence[Record]) -> Callable[[Dynamics], Floats]:
        """Return the function from a family to its errors at one output, all records joined."""
        which = ("out_source", "out_sink").index(output)
        prepared = [
            (item.stimulus, self._train(item.stimulus), item.arrays[output]) for item in records
        ]

        def residuals(dynamics: Dynamics) -> Floats:
            parts = []
            for stimulus, train, reference in prepared:
                found = _respond(dynamics, stimulus, train)[which]
                relative = np.log(np.maximum(found, LEAST_CURRENT) / reference)
                weight = 1.0 / np.sqrt(len(reference))
                parts += [
                    weight / np.ptp(reference) * (found - reference),
                    weight * SMALL_CURRENTS * relative,
                ]
            return np.concatenate(parts)

        return residuals


def _voltage(stimulus: Stimulus) -> float:
    return dict(stimulus.overrides)["v_out"]


def _respond(dynamics: Dynamics, stimulus: Stimulus, train: PulseTrain) -> tuple[Floats, Floats]:
    given = dict(stimulus.overrides)
    times = np.linspace(0.0, given["duration"], round(given["points"]))
    source, sink = respond(
        times, train.onset, train.width, train.weight, given["v_out"], tuple(dynamics.matrix()[0])
    )
    return source, sink


def _compliance_residuals(
    output: str, at_reference: Sequence[Record], elsewhere: Sequence[Record]
) -> Callable[[Dynamics], Floats]:
    """Return the errors of an output's factor, against the same trains at the reference voltage."""
    factor = {"out_source": source_compliance, "out_sink": sink_compliance}[output]
    same = {item.stimulus.drives: item.arrays[output] for item in at_reference}
    pairs = [
        (_voltage(item.stimulus), same[item.stimulus.drives], item.arrays[output])
        for item in elsewhere
    ]

    def residuals(dynamics: Dynamics) -> Floats:
        p = tuple(dynamics.matrix()[0])
        return np.concatenate(
            [
                (factor(voltage, p) * reference - found) / np.ptp(found) / np.sqrt(len(found))
                for voltage, reference, found in pairs
            ]
        )

    return residuals


def _nrmse(reference: Floats, other: Floats) -> float:
    return float(np.sqrt(np.mean((other - reference) ** 2)) / np.ptp(reference))
