"""The neuron of sixteen transistors in SPICE: figures, tolerances, biases, and its model."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import neuromix as nmx
from neuromix.characterization.floor import floor_of, require_above_floor, rerun
from neuromix.characterization.recipe import Stimulus
from neuromix.characterization.requests import Request, run_requests
from neuromix.declare import Condition, Settings
from neuromix.declare.analysis import NGSPICE_DEFAULTS
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BelowNumericalFloor

pytestmark = pytest.mark.ngspice

CELL = nmx.cell("lif_neuron")
ISI_TOLERANCE = 0.005
"""What the issue asks of a model's intervals, so of the simulator far less."""

RATES = {2e-10: 417.65, 1e-9: 1853.44, 4e-9: 5508.1}
"""Hz at 27 °C, tt, replicas; measured with neuromix 0.1 at its own settings, ngspice 39."""


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(2) as found:
        yield found


def step(current: float, spikes: float, rate: float) -> dict[str, float]:
    duration = (spikes + 0.8) / rate
    return {"i_in": current, "duration": duration, "max_step": duration / 200.0}


def train(current, spikes, settings, engine):
    """Return the record of a step and its floor, both under the given settings."""
    given = step(current, spikes, RATES[current])
    stimulus = Stimulus("step", "step", tuple(given.items()))
    request = Request(stimulus, Condition(), settings=settings)
    technology = nmx.technology("gf180mcu")
    (base,) = run_requests(CELL, technology, engine, [request])
    (tight,), (other,) = (row[0] for row in rerun(CELL, technology, engine, [request]))
    assert not any(answer.failed for answer in (base[0], tight, other))
    return base[0].record, floor_of(base[0].record, tight.record, other.record)


def jitter(record) -> float:
    """Return the spread of the intervals over their mean, the first one left out."""
    intervals = np.diff(record.arrays["spikes"])[1:]
    return float(intervals.std() / intervals.mean())


def test_the_trap_of_the_default_tolerances(engine):
    """A constant current gives a constant interval; what varies is the simulator's."""
    record, floors = train(1e-9, 10, NGSPICE_DEFAULTS, engine)
    relative = floors["inter_spike_interval"] / record.values["inter_spike_interval"]
    assert jitter(record) > ISI_TOLERANCE, "the defaults have become true: drop this trap"
    assert relative > ISI_TOLERANCE
    # A mismatch of 3 % would not be believed at these settings.
    with pytest.raises(BelowNumericalFloor):
        require_above_floor("interval", 0.03, relative)


def test_our_tolerances_pass(engine):
    record, floors = train(1e-9, 10, Settings(), engine)
    relative = floors["inter_spike_interval"] / record.values["inter_spike_interval"]
    assert jitter(record) < ISI_TOLERANCE / 5.0
    assert relative < ISI_TOLERANCE / 5.0
    require_above_floor("interval", 0.03, relative)
    energy = floors["energy_per_spike"] / record.values["energy_per_spike"]
    assert energy < 0.01


@pytest.mark.parametrize("current", RATES)
def test_rates_are_those_on_record(current, engine):
    given = step(current, 4, RATES[current])
    data = nmx.simulate(CELL, "step", engine=engine, **given)
    assert float(data["rate"]) == pytest.approx(RATES[current], rel=0.01)
    assert data["spikes"].size == 4 or math.isclose(data["spikes"].size, 4, abs_tol=1)
    assert data["rate"].attrs["units"] == "Hz"
    assert float(data["latency"]) < 1.5 / RATES[current]
    assert 0.8 < float(data["threshold"]) < 1.1


def test_ideal_biases_and_replicas_agree(engine):
    given = step(1e-9, 4, RATES[1e-9])
    rates = [
        float(nmx.simulate(CELL, "step", None, condition, engine=engine, **given)["rate"])
        for condition in (Condition(), Condition(ideal_bias=True))
    ]
    assert rates[1] == pytest.approx(rates[0], rel=0.01)


def test_without_a_current_it_is_silent_and_measurable(engine):
    data = nmx.simulate(CELL, "step", engine=engine, i_in=0.0, duration=1e-3)
    assert data["spikes"].size == 0
    assert float(data["rate"]) == 0.0
    assert np.isnan(float(data["latency"]))
    assert np.isnan(float(data["refractory_time"]))
    assert float(data["energy"]) > 0.0


def test_corners_and_temperatures_move_it_where_physics_says(engine):
    given = step(1e-9, 3, RATES[1e-9])

    def energy(**changes):
        condition = dataclasses.replace(Condition(), **changes)
        return float(nmx.simulate(CELL, "step", None, condition, engine=engine, **given)["energy"])

    # Slow transistors leak less, and so does a lower supply.
    assert energy(corner="ss") < energy(corner="ff")
    assert energy(supply=1.7) < energy(supply=1.9)


@pytest.mark.slow
def test_a_small_campaign_gives_a_model_that_spikes_alike(engine, tmp_path):
    data = nmx.characterize(CELL, nmx.Plan(samples=8), engine=engine)
    model = nmx.fit(CELL, data)
    nmx.save(model, tmp_path / "lif_neuron.gf180mcu.model.json")
    again = nmx.load(tmp_path / "lif_neuron.gf180mcu.model.json")
    assert again.mismatch.samples + again.mismatch.failures == 8
    assert again.dynamics.values() == pytest.approx(model.dynamics.values())
    from neuromix.models.running import spikes_of

    current, duration = 1e-9, 6.8 / RATES[1e-9]
    times, currents = np.array([0.0, 1e-6, 1.001e-6, duration]), np.array([0.0, 0.0, 1.0, 1.0])
    spikes = spikes_of(again.dynamics, times, current * currents, duration)
    assert 1.0 / np.diff(spikes)[1:].mean() == pytest.approx(RATES[current], rel=0.01)
