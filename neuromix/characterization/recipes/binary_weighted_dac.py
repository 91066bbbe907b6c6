"""How a binary-weighted converter is characterized: settled currents, and charges of pulses.

The currents of the bits come from operating points at a few codes, the same for the nominal cell
and for each instance; what switching adds comes from pulses, each in a window of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.converter_stimuli import CODES, PERIOD, WIDTHS, trains
from neuromix.characterization.pulse_trains import PulseTrain, edges
from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.declare import Cell, Constant, OperatingPoint
from neuromix.declare.drive import Waveform
from neuromix.models.families.binary_weighted_dac import BITS, OUTPUTS, Dynamics, bits_of
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity

Floats = NDArray[np.float64]

MAX_STEP = 5e-6
"""Largest step of the simulator, s; edges of pulses are always hit."""

PORTS = tuple(f"b{k}" for k in range(BITS))


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted: tuple[str, ...] = tuple(
        name
        for output in OUTPUTS
        for name in (f"{output}_leak", *(f"{output}_current_{k}" for k in range(BITS)))
    )
    main_error = "nrmse"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:  # noqa: ARG002
        self._cell = cell
        self._supply = supply

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose; there are none for noise."""
        settled = {"sweep": (0, 1, 32, 63), "training": CODES, "mismatch": CODES}
        return (
            *(self._static(code) for code in settled.get(purpose, ())),
            *(self._pulses(name, train) for name, train in trains(purpose)),
        )

    def _static(self, code: int) -> Stimulus:
        levels = self._supply * bits_of(np.array(code))
        given = tuple(zip(PORTS, map(float, levels), strict=True))
        return Stimulus(f"settled at {code}", "static", given)

    def _pulses(self, name: str, train: PulseTrain) -> Stimulus:
        windows = int(train.onset[-1] / PERIOD) + 1
        bits = bits_of(train.weight.astype(np.int64)).astype(bool)

        def gate(bit: int) -> Waveform:
            chosen = bits[:, bit]
            if not chosen.any():
                return Constant(0.0)
            return PulseTrain(train.onset[chosen], train.width[chosen], train.weight[chosen]).gate(
                self._supply
            )

        return Stimulus(
            name,
            "pulse",
            (("period", PERIOD), ("count", float(windows)), ("duration", windows * PERIOD)),
            tuple((port, gate(bit)) for bit, port in enumerate(PORTS)),
            windows * PERIOD,
            MAX_STEP,
        )

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:  # noqa: ARG002
        """Fit currents to operating points, then charges to pulses, both by relative errors."""
        values, errors = self._currents(records)
        pulses = [item for item in records if not self._is_static(item.stimulus)]
        settled = Dynamics(**values)
        for output in OUTPUTS:
            names = (f"{output}_offset_charge", *(f"{output}_charge_{k}" for k in range(BITS)))
            rows, missing = [], []
            for item in pulses:
                windows, codes, widths = self._events(item.stimulus)
                found = item.arrays[f"{output}_charge"][windows]
                standing = values[f"{output}_leak"] * PERIOD
                scale = 1.0 / found
                rows.append(scale[:, None] * np.column_stack([codes > 0, bits_of(codes)]))
                charge = standing + settled.charge(codes, widths, output)[0]
                missing.append(scale * (found - charge))
            fitted, deviation = _linear(np.concatenate(rows), np.concatenate(missing))
            values |= dict(zip(names, fitted, strict=True))
            errors |= dict(zip(names, deviation, strict=True))
        return Dynamics(**values), errors

    def refit(
        self,
        nominal: Model,  # noqa: ARG002
        records: Sequence[Record],
        baseline: Sequence[Record],  # noqa: ARG002
    ) -> dict[str, float]:
        """Return the currents of one instance; charges are taken as those of the nominal cell."""
        return self._currents(records)[0]

    def _currents(self, records: Sequence[Record]) -> tuple[dict[str, float], dict[str, float]]:
        """Fit leak and bits to the settled currents by least squares of relative errors."""
        static = [item for item in records if self._is_static(item.stimulus)]
        bits = np.array([self._levels(item.stimulus) for item in static])
        values: dict[str, float] = {}
        errors: dict[str, float] = {}
        for output in OUTPUTS:
            names = (f"{output}_leak", *(f"{output}_current_{k}" for k in range(BITS)))
            current = np.array([item.values[f"{output}_current"] for item in static])
            design = np.column_stack([np.ones(len(static)), bits]) / current[:, None]
            fitted, deviation = _linear(design, np.ones(len(static)))
            values |= dict(zip(names, fitted, strict=True))
            errors |= dict(zip(names, deviation, strict=True))
        return values, errors

    def noise(self, records: Sequence[Record]) -> NoiseDensity:  # noqa: ARG002
        """Return no noise: arrays take converters as noiseless."""
        return NoiseDensity()

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:
        """Return standing power, energy per event, and per charge of the source output."""
        assert isinstance(dynamics, Dynamics)
        (standing,) = {
            item.values["supply_current"]
            for item in records
            if self._is_static(item.stimulus) and not any(self._levels(item.stimulus))
        }
        rows, supplied = [], []
        for item in records:
            if not self._is_static(item.stimulus):
                windows, codes, widths = self._events(item.stimulus)
                rows.append(np.column_stack([codes > 0, dynamics.charge(codes, widths)[0]]))
                supplied.append(item.arrays["supply_charge"][windows] - standing * PERIOD)
        (event, charge), _ = _linear(np.concatenate(rows), np.concatenate(supplied))
        return Energy(
            static_power=self._supply * standing,
            per_event=self._supply * event,
            per_output_charge=self._supply * charge,
        )

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Return settled currents at a code, or the charges of each window of a train."""
        dynamics = model.dynamics
        assert isinstance(dynamics, Dynamics)
        if self._is_static(stimulus):
            code = round(float(self._levels(stimulus) @ 2 ** np.arange(BITS)))
            currents = {f"{o}_current": float(dynamics.table(o)[0, code]) for o in OUTPUTS}
            return Record(stimulus, currents)
        windows, codes, widths = self._events(stimulus)
        count = round(dict(stimulus.overrides)["count"])
        charges = {}
        for output in OUTPUTS:
            standing = float(dynamics.table(output)[0, 0]) * PERIOD
            charges[f"{output}_charge"] = np.full(count, standing)
            charges[f"{output}_charge"][windows] += dynamics.charge(codes, widths, output)[0]
        energy = np.full(count, model.energy.static_power * PERIOD)
        delivered = dynamics.charge(codes, widths)[0]
        energy[windows] += model.energy.per_event + model.energy.per_output_charge * delivered
        return Record(
            stimulus,
            {"energy": float(energy.sum())},
            {**charges, "supply_charge": energy / self._supply},
        )

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors of the charge per event over its span: worst train and median.

        The energy is that of the worst train: with the standing power, and of its events alone.
        """
        source, sink, energy, of_events = [], [], [], []
        events = 0
        for reference, other in pairs:
            if self._is_static(reference.stimulus):
                continue
            windows, _, _ = self._events(reference.stimulus)
            events += len(windows)
            source.append(_nrmse("source_charge", reference, other, windows))
            sink.append(_nrmse("sink_charge", reference, other, windows))
            spent = [_of_events("supply_charge", item, windows) for item in (reference, other)]
            of_events.append(abs(spent[1] / spent[0] - 1.0))
            energy.append(abs(other.values["energy"] / reference.values["energy"] - 1.0))
        return {
            "nrmse": max(source),
            "nrmse_median": float(np.median(source)),
            "nrmse_sink": max(sink),
            "energy_error": max(energy),
            "energy_error_of_events": max(of_events),
            "events": float(events),
        }

    def transfer(self, records: Sequence[Record]) -> Transfer:
        """Return the settled current of the source output against the code."""
        settled = self._currents(records)[0]
        codes = np.arange(2**BITS)
        currents = Dynamics(**settled).table()[0]
        return Transfer(codes.astype(np.float64), currents, "code", "1", "output current", "A")

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return what the training covers."""
        return {"code": (0.0, 63.0, "1"), "width": (*WIDTHS, "s")}

    def _is_static(self, stimulus: Stimulus) -> bool:
        return isinstance(self._cell.bench(stimulus.bench).analysis, OperatingPoint)

    def _levels(self, stimulus: Stimulus) -> Floats:
        """Return the bits of an operating point, 0 or 1."""
        given = dict(stimulus.overrides)
        return np.array([given[port] for port in PORTS]) / self._supply

    def _events(self, stimulus: Stimulus) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Return window, code and width (s) of each event of a train."""
        codes: dict[float, int] = {}
        widths: dict[float, float] = {}
        for bit, port in enumerate(PORTS):
            onset, width = edges(*stimulus.waveform(self._cell, port), 0.5 * self._supply)
            for at, lasting in zip(onset.tolist(), width.tolist(), strict=True):
                codes[at] = codes.get(at, 0) + (1 << bit)
                widths[at] = lasting
        order = sorted(codes)
        return (
            np.array([int(at / PERIOD) for at in order]),
            np.array([codes[at] for at in order]),
            np.array([widths[at] for at in order]),
        )


def _linear(design: Floats, target: Floats) -> tuple[list[float], list[float]]:
    """Return least-squares coefficients and their standard errors."""
    found, *_ = np.linalg.lstsq(design, target, rcond=None)
    rest = target - design @ found
    variance = float(rest @ rest) / max(len(target) - len(found), 1)
    errors = np.sqrt(np.diag(np.linalg.pinv(design.T @ design)) * variance)
    return found.tolist(), errors.tolist()


def _nrmse(name: str, reference: Record, other: Record, windows: NDArray[np.int64]) -> float:
    wanted = reference.arrays[name][windows]
    error = other.arrays[name][windows] - wanted
    return float(np.sqrt(np.mean(error**2)) / np.ptp(wanted))


def _of_events(name: str, record: Record, windows: NDArray[np.int64]) -> float:
    """Return the sum over windows with an event, less what the first, empty window has in each."""
    charges = record.arrays[name]
    return float(np.sum(charges[windows] - charges[0]))
