"""How a switched memory is characterized: currents of the held node, then what sampling adds.

Leakage is fitted to sweeps of the held voltage in which nothing has to be told from a capacitor's
current; the proof is made of holds in the time domain, at temperatures of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.adjusting import adjust
from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.data.randomness import generator
from neuromix.declare import Cell
from neuromix.models.families.switched_memory import (
    REFERENCE_TEMPERATURE,
    Dynamics,
    droop,
    leakages,
    sampled,
)
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity
from neuromix.units import BOLTZMANN, thermal_voltage

Floats = NDArray[np.float64]

TEMPERATURES = (273.15, 285.15, 300.15, 313.15, 328.15, 343.15, 358.15)
"""Of the training, K."""

LEVELS = (0.2, 1.6)
"""Held voltages, V."""

HOLDS = (1e-3, 1.0)
"""Times of a hold, s."""

START = 3e-6
"""From when a hold counts, s: ``FROM`` of the cell."""

LONGEST = 1.0
"""s: a leakage matters in so far as it is seen beside kT/C after the longest hold."""

STEPS = 50.0
"""Of the simulator in a hold, at least."""

PROOF = 40

LEAKAGE = (
    "n_leakage",
    "n_knee",
    "n_drain",
    "n_activation",
    "p_leakage",
    "p_knee",
    "p_drain",
    "p_activation",
    "drain_leakage",
    "drain_exponent",
    "drain_heating",
    "junction_slope",
    "junction_leakage",
    "junction_activation",
)
OF_AN_INSTANCE = ("n_leakage", "p_leakage")


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted: tuple[str, ...] = OF_AN_INSTANCE
    main_error = "droop_error"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:
        self._cell = cell
        self._supply = supply
        self._capacitance = dict(cell.realisation(technology).sizes)["c_hold"]

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        middle, supply = 0.5 * self._supply, self._supply
        if purpose == "sweep":
            return tuple(
                _hold(f"{level:.3g} V, input {given:.3g} V", level, given, 0.1)
                for level, given in ((middle, 0.0), (middle, middle), (middle, supply), (1.5, 0.0))
            )
        if purpose == "mismatch":
            return (
                self._currents(0.0, 0.0),
                self._currents(supply, 0.0),
                _hold("low input", middle, 0.0, 0.1),
            )
        if purpose == "training":
            inputs = supply * np.array([0.0, 0.03, 0.06, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 1.0])
            return (
                *(self._currents(float(given), t) for t in TEMPERATURES for given in inputs),
                *(
                    _hold(f"sampled {level:.3g} V at {t:g} K", level, level, HOLDS[0], t)
                    for t in (TEMPERATURES[0], REFERENCE_TEMPERATURE, TEMPERATURES[-1])
                    for level in np.linspace(*LEVELS, 8).tolist()
                ),
            )
        if purpose == "proof":
            return tuple(self._held_out(number) for number in range(PROOF))
        return ()

    def _currents(self, given: float, temperature: float) -> Stimulus:
        where = f" at {temperature:g} K" if temperature else ""
        return Stimulus(
            f"leakage to {given:.3g} V{where}",
            "leakage",
            (("v_in", given),),
            temperature=temperature,
        )

    def _held_out(self, number: int) -> Stimulus:
        """Return a hold whose level, input, time and temperature are drawn from the whole box."""
        random = generator(1, "memory", "proof", number)
        level = random.uniform(*LEVELS)
        # One input in two stands at a rail, where the leak is largest.
        given = random.uniform(0.0, self._supply)
        given = (0.0, self._supply, given, given)[number % 4]
        duration = math.exp(random.uniform(*np.log(HOLDS)))
        temperature = random.uniform(TEMPERATURES[0], TEMPERATURES[-1])
        return _hold(f"hold {number}", level, given, duration, temperature)

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:
        """Fit the leakage to the sweeps, and a polynomial to what sampling adds."""
        warmth = thermal_voltage(REFERENCE_TEMPERATURE)
        start = Dynamics(
            capacitance=self._capacitance,
            ceiling=self._supply,
            n_leakage=self._first(records, 0.0),
            n_knee=0.95 * warmth,
            n_drain=0.1,
            n_activation=7900.0,
            p_leakage=self._first(records, self._supply),
            p_knee=0.95 * warmth,
            p_drain=0.1,
            p_activation=9000.0,
            drain_leakage=5e-17,
            drain_exponent=2.5,
            drain_heating=3e-3,
            junction_slope=4e-17,
            junction_leakage=5e-20,
            junction_activation=13000.0,
            **_pedestal(records, self._supply),
        )
        sweeps = [item for item in records if item.stimulus.bench == "leakage"]
        del temperature  # each stimulus has its own
        return adjust(start, LEAKAGE, lambda d: self._errors(d, sweeps), 200)

    def _first(self, records: Sequence[Record], given: float) -> float:
        """Return the size of the leakage to an input in mid-range at room temperature, A."""
        for item in records:
            values = dict(item.stimulus.overrides)
            if item.stimulus.temperature == REFERENCE_TEMPERATURE and values["v_in"] == given:
                current = item.arrays["leakage"]
                return float(abs(current[len(current) // 2]))
        return 1e-15

    def refit(
        self, nominal: Model, records: Sequence[Record], baseline: Sequence[Record]
    ) -> dict[str, float]:
        """Refit what both channels of one instance leak, less what the nominal model misses."""
        assert isinstance(nominal.dynamics, Dynamics)
        sweeps = [item for item in records if item.stimulus.bench == "leakage"]
        form = self._errors(
            nominal.dynamics, [item for item in baseline if item.stimulus.bench == "leakage"]
        )
        fitted, _ = adjust(
            nominal.dynamics, OF_AN_INSTANCE, lambda d: self._errors(d, sweeps) - form, 40
        )
        return {name: float(np.asarray(getattr(fitted, name))) for name in OF_AN_INSTANCE}

    def _errors(self, dynamics: Dynamics, records: Sequence[Record]) -> Floats:
        p = tuple(dynamics.matrix()[0])
        least = self._capacitance * self._noise(REFERENCE_TEMPERATURE) / LONGEST
        parts = []
        for item in records:
            held, given, temperature = self._swept(item.stimulus)
            current = item.arrays["leakage"]
            found = leakages(held, given, temperature, p)
            parts.append((found - current) / (np.abs(current) + least))
        errors = np.concatenate(parts)
        return np.asarray(errors / np.sqrt(len(errors)))

    def _swept(self, stimulus: Stimulus) -> tuple[Floats, float, float]:
        given = stimulus.bench_of(self._cell).values(dict(stimulus.overrides))
        held = np.linspace(given["low"], given["high"], round(given["points"]))
        return held, given["v_in"], stimulus.temperature or REFERENCE_TEMPERATURE

    def _noise(self, temperature: float) -> float:
        """Return the noise of a sample, root of kT/C, V."""
        return math.sqrt(BOLTZMANN * temperature / self._capacitance)

    def noise(self, records: Sequence[Record]) -> NoiseDensity:  # noqa: ARG002
        """Return none: the noise of a sample is kT/C, whatever the switch."""
        return NoiseDensity(unit="V")

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:  # noqa: ARG002
        """Return none: the supply only feeds leakage, and whoever drives the gate pays for it."""
        return Energy()

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Return what is held after sampling, and by how much it falls."""
        assert isinstance(model.dynamics, Dynamics)
        p = tuple(model.dynamics.matrix()[0])
        given = dict(stimulus.overrides)
        temperature = stimulus.temperature or float(model.condition["temperature"])
        start = sampled(given["level"], temperature, p)
        fall = droop(start, given["v_in"], temperature, given["duration"] - START, p)
        return Record(stimulus, {"pedestal": start - given["level"], "start": start, "droop": fall})

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors of the droop and of the pedestal.

        The droop's is over the droop, or over the noise of a sample (kT/C) where the droop is
        smaller than what anybody can see of it.
        """
        fall = np.array([[a.values["droop"], b.values["droop"]] for a, b in pairs])
        noise = np.array(
            [self._noise(a.stimulus.temperature or REFERENCE_TEMPERATURE) for a, _ in pairs]
        )
        errors = np.abs(fall[:, 1] - fall[:, 0])
        relative = errors / np.maximum(np.abs(fall[:, 0]), noise)
        added = [abs(b.values["pedestal"] - a.values["pedestal"]) for a, b in pairs]
        return {
            "droop_error": float(relative.max()),
            "droop_error_median": float(np.median(relative)),
            "pedestal_error_volts": float(np.max(added)),
            "holds": float(len(pairs)),
        }

    def transfer(self, records: Sequence[Record]) -> Transfer | None:
        """Return the leakage over the held voltage with the input at ground."""
        for item in records:
            if item.stimulus.bench == "leakage":
                held, _, _ = self._swept(item.stimulus)
                current = item.arrays["leakage"]
                return Transfer(held, current, "held voltage", "V", "leakage", "A")
        return None

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return what the training covers; the temperature is an input of this model."""
        return {
            "level": (*LEVELS, "V"),
            "v_in": (0.0, self._supply, "V"),
            "hold": (*HOLDS, "s"),
            "temperature": (TEMPERATURES[0], TEMPERATURES[-1], "K"),
        }


def _hold(
    name: str, level: float, given: float, duration: float, temperature: float = 0.0
) -> Stimulus:
    return Stimulus(
        name,
        "hold",
        (
            ("level", level),
            ("v_in", given),
            ("duration", START + duration),
            ("max_step", duration / STEPS),
        ),
        temperature=temperature,
    )


def _pedestal(records: Sequence[Record], supply: float) -> dict[str, float]:
    """Return the cubic polynomial of what sampling adds, and its change with temperature."""
    holds = [item for item in records if item.stimulus.bench == "hold"]
    level = np.array([dict(item.stimulus.overrides)["level"] for item in holds])
    warmer = np.array([item.stimulus.temperature - REFERENCE_TEMPERATURE for item in holds])
    added = np.array([item.values["pedestal"] for item in holds])
    polynomial = np.polynomial.polynomial
    at_reference = warmer == 0.0
    found = polynomial.polyfit(level[at_reference] - 0.5 * supply, added[at_reference], 3)
    known = polynomial.polyval(level - 0.5 * supply, found)
    heating = float((added - known) @ (known * warmer) / np.sum((known * warmer) ** 2))
    names = ("pedestal", "pedestal_slope", "pedestal_curve", "pedestal_bend")
    return dict(zip(names, map(float, found), strict=True)) | {"pedestal_heating": heating}
