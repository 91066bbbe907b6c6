"""How a handshake stage is characterized: loads, receivers, spacings.

Spikes have the edges of a stage with the same wire, so that a model is that of one hop among many.
They last a little longer than the handshake, as a neuron's do; shorter ones give back a node's
charge and make the cycle 4 % shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.adjusting import adjust
from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.data.randomness import generator
from neuromix.declare import Cell, Points
from neuromix.errors import FitFailed
from neuromix.models.families.four_phase_stage import Dynamics
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity

Floats = NDArray[np.float64]

LOADS = (2e-15, 200e-15)
"""Loads that the training covers, F."""

DELAYS = (0.3e-9, 10e-9)
"""Waits of the receiver that the training covers, s."""

OF_AN_INSTANCE = ("latency", "latency_resistance", "return_time", "return_resistance")

TIMES = (
    "latency",
    "latency_resistance",
    "latency_overlap",
    "latency_overlap_load",
    "warm_loss",
    "warm_time",
    "return_time",
    "return_resistance",
    "return_overlap",
    "return_overlap_load",
)
SWING = ("swing_loss", "swing_resistance")

USUAL_PACE = 2.0
PACES = (1.3, 1.4, 1.7, 2.5, 4.0)
"""Spacings, in rough cycles: the usual one, and others of the training."""

EVENTS = 3
"""Spikes of a regular stimulus."""

IDLE = 2e-6
"""For which nothing happens where static power is taken, s."""

START = 1e-9
"""Of the first spike, s."""

SETTLED = 3e-9
"""s: a receiver that waits this long sees the whole swing."""

_SEED = 20261123


def _rise(load: float) -> float:
    """Return the edge of a spike that a stage with the same wire makes, s."""
    return 0.2e-9 + 8e3 * load


def _rough_cycle(load: float, delay: float) -> float:
    """Return a little more than a cycle takes, s; chooses widths and durations only."""
    return 1.5e-9 + 9.5e3 * load + 2.0 * delay


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted: tuple[str, ...] = (*OF_AN_INSTANCE, "energy_per_event")
    main_error = "cycle_error"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:  # noqa: ARG002
        self._cell = cell
        self._supply = supply

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose; a digital stage has none for noise."""
        if purpose == "sweep":
            found = [_regular(load, 1e-9) for load in (10e-15, 50e-15, 200e-15)]
            return (*found, _idle())
        if purpose == "training":
            found = [_regular(load, SETTLED) for load in (LOADS[0], 6e-15, 15e-15, *TENS)]
            found += [_regular(load, d) for load in TENS for d in (DELAYS[0], 0.6e-9, 1.2e-9)]
            found += [_regular(50e-15, SETTLED, pace) for pace in PACES]
            return (*found, _regular(50e-15, DELAYS[1]), _idle())
        if purpose == "mismatch":
            return tuple(_regular(load, SETTLED) for load in (20e-15, 60e-15, 150e-15))
        if purpose == "proof":
            return tuple(self._irregular(number) for number in range(16))
        return ()

    def _irregular(self, number: int) -> Stimulus:
        """Return spikes at drawn times under a drawn load and receiver."""
        random = generator(_SEED, "address_event_stage", "proof", number)
        load = float(np.exp(random.uniform(*np.log([4e-15, 190e-15]))))
        delay = float(np.exp(random.uniform(*np.log([0.35e-9, 8e-9]))))
        gaps = _rough_cycle(load, delay) * (1.4 + random.exponential(0.5, 6))
        edge, width, times, volts = _rise(load), _rough_cycle(load, delay), [0.0], [0.0]
        for at in (START + np.cumsum(gaps) - gaps[0]).tolist():
            times += [at, at + edge, at + width, at + width + edge]
            volts += [0.0, self._supply, self._supply, 0.0]
        duration = times[-1] + _rough_cycle(load, delay)
        stimulus = replace(_regular(load, delay), name=f"irregular {number}", duration=duration)
        drive = Points(tuple(times), tuple(volts))
        return replace(
            stimulus,
            overrides=(("load", load), ("receiver_delay", delay), ("count", len(gaps))),
            drives=(("spike", drive),),
            max_step=1e-10,
        )

    def fit(
        self,
        records: Sequence[Record],
        temperature: float,  # noqa: ARG002
    ) -> tuple[Family, dict[str, float]]:
        """Fit times to loads and receivers."""
        start = Dynamics(
            latency=0.2e-9,
            latency_resistance=4e3,
            latency_overlap=0.02e-9,
            latency_overlap_load=10e-15,
            warm_loss=0.02e-9,
            warm_time=3e-9,
            return_time=0.6e-9,
            return_resistance=6e3,
            return_overlap=0.1e-9,
            return_overlap_load=30e-15,
            swing_loss=0.2,
            swing_resistance=3e3,
            swing_speedup=1.0,
        )
        timed = _answered(self._cell.name, records)
        settled = [item for item in timed if _load_and_delay(item.stimulus)[1] >= SETTLED]
        hurried = [item for item in timed if _load_and_delay(item.stimulus)[1] < SETTLED]
        fitted, errors = adjust(start, TIMES, lambda dynamics: _time_errors(dynamics, settled))
        missing = self._missing_swings(settled, hurried)
        fitted, found = adjust(fitted, SWING, lambda dynamics: _swing_errors(dynamics, missing))
        errors |= found
        fitted, found = adjust(
            fitted, ("swing_speedup",), lambda dynamics: _time_errors(dynamics, hurried)
        )
        return fitted, errors | found

    def _missing_swings(self, settled: Sequence[Record], hurried: Sequence[Record]) -> Floats:
        """Return load (F), wait (s) and missing swing of each record with a hasty receiver.

        The swing is taken from the energy: what is missing against a patient receiver, over that
        of the whole charge of the wire.
        """
        whole = {_load_and_delay(item.stimulus)[0]: item.values["energy"] for item in settled}
        rows = []
        for item in hurried:
            load, delay = _load_and_delay(item.stimulus)
            if load in whole:
                of_the_wire = _count(item.stimulus) * load * self._supply**2
                rows.append((load, delay, (whole[load] - item.values["energy"]) / of_the_wire))
        return np.array(rows).T

    def refit(
        self, nominal: Model, records: Sequence[Record], baseline: Sequence[Record]
    ) -> dict[str, float]:
        """Refit times to the instance, and give it the energy by which it differs."""
        assert isinstance(nominal.dynamics, Dynamics)
        timed = _answered(self._cell.name, records)
        fitted, _ = adjust(
            nominal.dynamics, OF_AN_INSTANCE, lambda dynamics: _time_errors(dynamics, timed)
        )
        usual = {item.stimulus.name: item.values["energy"] for item in baseline}
        excess = [
            (item.values["energy"] - usual[item.stimulus.name]) / _count(item.stimulus)
            for item in timed
        ]
        return {
            **{name: float(np.asarray(getattr(fitted, name))) for name in OF_AN_INSTANCE},
            "energy_per_event": nominal.energy.per_event + float(np.mean(excess)),
        }

    def noise(self, records: Sequence[Record]) -> NoiseDensity:  # noqa: ARG002
        """Return none: a static gate restores its levels."""
        return NoiseDensity()

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:
        """Return static power, energy per event, and energy per charge of the wire."""
        assert isinstance(dynamics, Dynamics)
        idle = [item for item in records if _count(item.stimulus) == 0]
        static = float(np.mean([item.values["energy"] / _duration(item.stimulus) for item in idle]))
        busy = [item for item in records if _count(item.stimulus)]
        each = np.array(
            [
                (item.values["energy"] - static * _duration(item.stimulus)) / _count(item.stimulus)
                for item in busy
            ]
        )
        charge = np.array([self._charge(dynamics, item.stimulus) for item in busy])
        design = np.stack([np.ones_like(charge), charge], axis=1) / each[:, None]
        found, *_ = np.linalg.lstsq(design, np.ones_like(each), rcond=None)
        return Energy(
            per_event=float(found[0]),
            static_power=max(0.0, static),
            per_output_charge=float(found[1]),
        )

    def _charge(self, dynamics: Dynamics, stimulus: Stimulus) -> float:
        """Return what an event puts on the wire, C."""
        load, delay = _load_and_delay(stimulus)
        missing = float(dynamics.missing_swing(load, delay))
        return load * self._supply * (1.0 - missing)

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Return times, number of requests and energy."""
        assert isinstance(model.dynamics, Dynamics)
        count = _count(stimulus)
        per_event = model.energy.per_event + model.energy.per_output_charge * self._charge(
            model.dynamics, stimulus
        )
        energy = model.energy.static_power * _duration(stimulus) + count * per_event
        latency, cycle = _usual_times(model.dynamics, stimulus)
        return Record(
            stimulus,
            {
                "latency": latency,
                "cycle_time": cycle,
                "requests": float(count),
                "energy": energy,
            },
        )

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors of times and energy, and of the number of requests; worst and median."""
        found: dict[str, float] = {}
        for measure, name in (
            ("cycle_time", "cycle"),
            ("latency", "latency"),
            ("energy", "energy"),
        ):
            errors = [abs(b.values[measure] / a.values[measure] - 1.0) for a, b in pairs]
            found[f"{name}_error"] = max(errors)
            found[f"{name}_error_median"] = float(np.median(errors))
        events = sum(a.values["requests"] for a, _ in pairs)
        wrong = sum(abs(b.values["requests"] - a.values["requests"]) for a, b in pairs)
        return found | {"events": events, "event_count_error": wrong / max(events, 1.0)}

    def transfer(self, records: Sequence[Record]) -> Transfer:
        """Return the cycle time against the load, a receiver that waits 3 ns."""
        loads = np.array([_load_and_delay(record.stimulus)[0] for record in records])
        cycles = np.array([record.values["cycle_time"] for record in records])
        return Transfer(loads, cycles, "load", "F", "cycle time", "s")

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return what the training covers."""
        return {"load": (*LOADS, "F"), "receiver_delay": (*DELAYS, "s")}


TENS = (30e-15, 60e-15, 100e-15, 150e-15, LOADS[1])
"""Loads at which the receiver's wait is varied in the training, F."""


def _regular(load: float, delay: float, pace: float = USUAL_PACE) -> Stimulus:
    spacing = pace * _rough_cycle(load, delay)
    name = f"{load * 1e15:g} fF, receiver {delay * 1e9:g} ns"
    return Stimulus(
        name if pace == USUAL_PACE else f"{name}, every {spacing * 1e9:.3g} ns",
        "handshake",
        (
            ("load", load),
            ("receiver_delay", delay),
            ("width", _rough_cycle(load, delay)),
            ("rise", _rise(load)),
            ("spacing", spacing),
            ("count", EVENTS),
            ("duration", START + EVENTS * spacing),
        ),
    )


def _idle() -> Stimulus:
    given = (("count", 0), ("duration", IDLE), ("max_step", 0.02 * IDLE))
    return Stimulus("idle", "handshake", given)


def _count(stimulus: Stimulus) -> int:
    return round(dict(stimulus.overrides)["count"])


def _duration(stimulus: Stimulus) -> float:
    return stimulus.duration or dict(stimulus.overrides)["duration"]


def _load_and_delay(stimulus: Stimulus) -> tuple[float, float]:
    given = dict(stimulus.overrides)
    return given["load"], given["receiver_delay"]


def _answered(cell: str, records: Sequence[Record]) -> list[Record]:
    """Return the records with spikes.

    Raises
    ------
    FitFailed
        Where a spike was not answered by one request.
    """
    found = [record for record in records if _count(record.stimulus)]
    for record in found:
        if record.values["requests"] != _count(record.stimulus):
            raise FitFailed(
                f"{cell}: {record.values['requests']:g} requests for "
                f"{_count(record.stimulus)} spikes under {record.stimulus.name!r}",
                cure="look at `neuromix simulate` of this cell; a larger w_join or w_release",
            )
    return found


def _gaps(stimulus: Stimulus) -> Floats:
    """Return the time from the spike before to each spike, s; the first has none before it."""
    for _, drive in stimulus.drives:
        if isinstance(drive, Points):
            return np.asarray(np.diff(drive.times[1::4], prepend=-np.inf))
    given = dict(stimulus.overrides)
    return np.array([np.inf, *[given["spacing"]] * (_count(stimulus) - 1)])


def _usual_times(dynamics: Dynamics, stimulus: Stimulus) -> tuple[float, float]:
    """Return latency and cycle time, s; medians over the spikes, as they are measured."""
    load, delay = _load_and_delay(stimulus)
    rest = np.maximum(_gaps(stimulus) - dynamics.cycle_at(load, delay), 0.0)
    latency = np.median(dynamics.latency_at(load, rest))
    return float(latency), float(np.median(dynamics.cycle_at(load, delay, rest)))


def _time_errors(dynamics: Dynamics, records: Sequence[Record]) -> Floats:
    """Return relative errors of latency and of the cycle without what the receiver waits."""
    errors = []
    for record in records:
        latency, cycle = _usual_times(dynamics, record.stimulus)
        waits = 2.0 * _load_and_delay(record.stimulus)[1]
        errors += [
            latency / record.values["latency"] - 1.0,
            (cycle - waits) / (record.values["cycle_time"] - waits) - 1.0,
        ]
    return np.array(errors)


def _swing_errors(dynamics: Dynamics, missing: Floats) -> Floats:
    """Return errors of the missing swing, of the whole one."""
    load, delay, found = missing
    return np.asarray(dynamics.missing_swing(load, delay) - found, dtype=np.float64)
