"""How a transconductor on a capacitor is characterized: sweeps of its current, then free runs.

The static current is fitted to sweeps of the held output, the poles and knees to outputs that run
freely from their start; the proof runs freely too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.adjusting import adjust
from neuromix.characterization.integrator_stimuli import AMPLITUDES, COMMON, Wave, waves
from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.characterization.spectra import white_and_flicker
from neuromix.declare import Cell
from neuromix.models.families.transconductor_capacitor import (
    REFERENCE_VOLTAGE,
    Dynamics,
    respond,
    static_currents,
)
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity
from neuromix.units import thermal_voltage

Floats = NDArray[np.float64]

STATIC = (
    "bias_current",
    "tail_early",
    "input_scale",
    "input_scale_slope",
    "inversion",
    "offset",
    "mirror_gain",
    "mirror_early",
    "mirror_softness",
    "pair_early",
    "pair_softness",
)
DYNAMIC = (
    "capacitance",
    "mirror_charge",
    "mirror_inversion_current",
    "mirror_knee",
    "pair_knee",
    "pair_drop",
    "tail_capacitance",
    # A picoampere that the sweeps leave open is a drift of a volt a second.
    "offset",
    "mirror_gain",
)
OF_AN_INSTANCE = ("bias_current", "input_scale", "offset", "mirror_gain", "pair_early")

OUTPUTS = (0.6, 0.75, 0.9, 1.05, 1.2, 1.35, 1.5)
"""Held outputs of the sweeps of the training, V."""

OUTPUTS_OF_AN_INSTANCE = (0.7, 1.1)

FOLLOWED = 0.75
"""About the share of the input that the tail's node follows, where the search starts."""

ABOVE_LOWEST = 0.03
"""About how far the tail's node stands above an output that it has bottomed, V."""

SATURATED = 0.01
"""Change of a current by which a pair counts as saturated."""

SMALL = 0.1
"""Share of the bias current below which errors of a static current count absolutely."""

POINTS = 401
"""Even times of a free run."""

STEPS = 200.0
"""At least so many steps of the simulator in a free run."""

TRAINING, PROOF = 7, 10
"""Free runs of each kind."""

FREQUENCIES = (1.0, 2e4)
"""Band in which noise is fitted, Hz: above it the mirror's pole halves the gain of the signal."""


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted: tuple[str, ...] = OF_AN_INSTANCE
    main_error = "nrmse"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:
        realisation = cell.realisation(technology)
        self._cell = cell
        self._supply = supply
        self._middle = 0.5 * supply
        self._bias = abs(realisation.biases[0].current)
        self._capacitance = dict(realisation.sizes)["c_integration"]

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        if purpose == "sweep":
            return self._sheet()
        if purpose == "mismatch":
            return (
                *(self._transfer(self._middle, held) for held in OUTPUTS_OF_AN_INSTANCE),
                Stimulus("small signal", "linear_range"),
                Stimulus("response", "response"),
            )
        if purpose == "noise":
            return (Stimulus("noise", "noise"),)
        runs = self._runs(purpose, TRAINING if purpose == "training" else PROOF)
        if purpose == "proof":
            return runs
        commons = self._middle + COMMON * np.linspace(-1.0, 1.0, 5)
        return (*(self._transfer(float(c), held) for c in commons for held in OUTPUTS), *runs)

    def _sheet(self) -> tuple[Stimulus, ...]:
        """Return what a datasheet states."""
        low, high = self._middle - 0.1, self._middle + 0.1
        return (
            Stimulus("small signal", "linear_range"),
            Stimulus("response", "response"),
            Stimulus("noise", "noise"),
            Stimulus("at rest", "rest"),
            Stimulus("highest output", "rest", (("v_in", self._middle + 0.05),)),
            Stimulus("lowest output", "rest", (("v_in", self._middle - 0.05),)),
            Stimulus(
                "slew up", "step", (("v_in", high), ("v_start", low), ("low", 0.95), ("high", 1.2))
            ),
            Stimulus(
                "slew down", "step", (("v_in", low), ("v_start", 1.3), ("low", 0.8), ("high", 1.2))
            ),
        )

    def _transfer(self, common: float, held: float) -> Stimulus:
        return Stimulus(
            f"transfer from {common:.3g} V to {held:.3g} V",
            "transfer",
            (("v_common", common), ("v_held", held)),
        )

    def _runs(self, purpose: str, count: int) -> tuple[Stimulus, ...]:
        unity_gain = self._bias / (2.0 * 0.0377 * self._capacitance) / (2.0 * np.pi)
        return tuple(self._run(w) for w in waves(purpose, count, unity_gain, self._supply))

    def _run(self, wave: Wave) -> Stimulus:
        return Stimulus(
            wave.name,
            "waveform",
            (("v_start", wave.start), ("duration", wave.duration), ("points", POINTS)),
            wave.drives(),
            wave.duration,
            wave.duration / STEPS,
        )

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:
        """Fit the static current to the sweeps, then poles and knees to the free runs."""
        thermal = thermal_voltage(temperature)
        runs = [item for item in records if item.stimulus.bench == "waveform"]
        start = Dynamics(
            capacitance=self._capacitance,
            bias_current=self._bias,
            tail_early=0.03,
            tail_capacitance=0.05 * self._capacitance,
            thermal_voltage=thermal,
            input_scale=1.4 * thermal,
            input_scale_slope=-0.002,
            inversion=0.1,
            offset=-1e-3,
            mirror_gain=1.0,
            mirror_early=0.01,
            mirror_charge=3e-3 * thermal * 5e-12,
            mirror_inversion_current=0.5 * self._bias,
            mirror_knee=0.6 * thermal,
            ceiling=self._supply,
            pair_early=0.06,
            pair_knee=0.85 * thermal,
            pair_drop=self._lowest(runs),
            pair_softness=0.01,
            mirror_softness=0.01,
        )
        sweeps = self._saturated([item for item in records if item.stimulus.bench == "transfer"])
        fitted, errors = adjust(start, STATIC, lambda d: self._static_errors(d, sweeps))
        fitted, found = adjust(fitted, DYNAMIC, lambda d: self._run_errors(d, runs), 15)
        return fitted, errors | found

    def _lowest(self, runs: Sequence[Record]) -> float:
        """Return about the voltage of the tail's node, from where the outputs bottom, V."""
        found = []
        for item in runs:
            output = item.arrays["output"]
            at = float(np.argmin(output)) / (len(output) - 1) * item.stimulus.duration
            negative = np.interp(at, *item.stimulus.waveform(self._cell, "in_n"))
            found.append(float(output.min()) - FOLLOWED * (negative - REFERENCE_VOLTAGE))
        return min(found) + ABOVE_LOWEST

    def _saturated(self, sweeps: Sequence[Record]) -> list[Record]:
        """Return the sweeps at outputs that leave the pair saturated.

        There the current at the most negative input is, within a percent, that of the same common
        mode with the output in the middle.
        """
        given = [self._swept(item.stimulus)[0] for item in sweeps]
        middle = {
            values["v_common"]: float(item.arrays["i_out"][0])
            for values, item in zip(given, sweeps, strict=True)
            if values["v_held"] == REFERENCE_VOLTAGE
        }
        return [
            item
            for values, item in zip(given, sweeps, strict=True)
            if abs(item.arrays["i_out"][0] / middle[values["v_common"]] - 1.0) < SATURATED
        ]

    def refit(
        self, nominal: Model, records: Sequence[Record], baseline: Sequence[Record]
    ) -> dict[str, float]:
        """Refit the static current of one instance, less what the nominal model misses."""
        assert isinstance(nominal.dynamics, Dynamics)
        sweeps = [item for item in records if item.stimulus.bench == "transfer"]
        form = self._static_errors(
            nominal.dynamics, [item for item in baseline if item.stimulus.bench == "transfer"]
        )
        fitted, _ = adjust(
            nominal.dynamics, OF_AN_INSTANCE, lambda d: self._static_errors(d, sweeps) - form, 20
        )
        return {name: float(np.asarray(getattr(fitted, name))) for name in OF_AN_INSTANCE}

    def _static_errors(self, dynamics: Dynamics, records: Sequence[Record]) -> Floats:
        p = tuple(dynamics.matrix()[0])
        parts = []
        for item in records:
            given, difference = self._swept(item.stimulus)
            current = item.arrays["i_out"]
            found = static_currents(
                given["v_common"] + 0.5 * difference,
                given["v_common"] - 0.5 * difference,
                np.full_like(difference, given["v_held"]),
                p,
            )
            parts.append((found - current) / (SMALL * self._bias + np.abs(current)))
        errors = np.concatenate(parts)
        return np.asarray(errors / np.sqrt(len(errors)))

    def _swept(self, stimulus: Stimulus) -> tuple[dict[str, float], Floats]:
        given = stimulus.bench_of(self._cell).values(dict(stimulus.overrides))
        return given, np.linspace(given["low"], given["high"], round(given["points"]))

    def _run_errors(self, dynamics: Dynamics, records: Sequence[Record]) -> Floats:
        parts = []
        for item in records:
            reference = item.arrays["output"]
            found = self._respond(dynamics, item.stimulus)
            parts.append((found - reference) / np.ptp(reference) / np.sqrt(len(reference)))
        return np.concatenate(parts)

    def _respond(self, dynamics: Dynamics, stimulus: Stimulus) -> Floats:
        given = dict(stimulus.overrides)
        corners, positive = stimulus.waveform(self._cell, "in_p")
        _, negative = stimulus.waveform(self._cell, "in_n")
        times = np.linspace(0.0, given["duration"], round(given["points"]))
        return np.asarray(
            respond(
                times, corners, positive, negative, given["v_start"], tuple(dynamics.matrix()[0])
            )
        )

    def noise(self, records: Sequence[Record]) -> NoiseDensity:
        """Return white noise and 1/f noise of the input voltage."""
        (record,) = records
        frequency = record.arrays["frequency"]
        band = (frequency >= FREQUENCIES[0]) & (frequency <= FREQUENCIES[1])
        return white_and_flicker(frequency[band], record.arrays["input_noise"][band] ** 2, "V")

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:
        """Return the standing power and the energy per charge of the capacitor.

        What charges the capacitor by way of the mirror, the supply pays beside the standing
        currents; what discharges it, the mirror's other half saves.
        """
        assert isinstance(dynamics, Dynamics)
        runs = [item for item in records if item.stimulus.bench == "waveform"]
        rows = [
            (dict(item.stimulus.overrides)["duration"], _charge(dynamics, item.arrays["output"]))
            for item in runs
        ]
        paid = np.array([[item.values["energy"]] for item in runs])
        scale = np.array([1.0, 1.0 / self._bias])
        found, *_ = np.linalg.lstsq(np.array(rows) * scale / paid, np.ones(len(rows)), rcond=None)
        power, per_charge = found * scale
        return Energy(static_power=float(power), per_output_charge=float(per_charge))

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Return the output of a free run and its energy."""
        assert isinstance(model.dynamics, Dynamics)
        output = self._respond(model.dynamics, stimulus)
        energy = model.energy.static_power * dict(stimulus.overrides)[
            "duration"
        ] + model.energy.per_output_charge * _charge(model.dynamics, output)
        return Record(stimulus, {"energy": energy}, {"output": output})

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors of the output over its span in each run, and of the energy."""
        each = [_nrmse(a.arrays["output"], b.arrays["output"]) for a, b in pairs]
        energy = [abs(b.values["energy"] / a.values["energy"] - 1.0) for a, b in pairs]
        return {
            "nrmse": float(np.max(each)),
            "nrmse_median": float(np.median(each)),
            "energy_error": float(np.max(energy)),
            "runs": float(len(pairs)),
        }

    def transfer(self, records: Sequence[Record]) -> Transfer | None:
        """Return the output current over the input difference."""
        for item in records:
            if item.stimulus.bench == "transfer":
                _, difference = self._swept(item.stimulus)
                current = item.arrays["i_out"]
                return Transfer(difference, current, "input difference", "V", "output current", "A")
        return None

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return what the training covers."""
        return {
            "v_difference": (-AMPLITUDES[1], AMPLITUDES[1], "V"),
            "v_common": (self._middle - COMMON, self._middle + COMMON, "V"),
            "v_out": (0.25, self._supply, "V"),
        }


def _charge(dynamics: Dynamics, output: Floats) -> float:
    """Return what the capacitor has gained, C."""
    return float(np.asarray(dynamics.capacitance)) * float(output[-1] - output[0])


def _nrmse(reference: Floats, other: Floats) -> float:
    return float(np.sqrt(np.mean((other - reference) ** 2)) / np.ptp(reference))
