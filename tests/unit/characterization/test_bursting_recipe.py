"""Parts of the bursting neuron's recipe: stimuli, comparison, tables and energy, without SPICE."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.characterization.recipe import PURPOSES, Record, Stimulus
from neuromix.characterization.recipes import mirrored_feedback_energy as consumption
from neuromix.characterization.recipes.bursting_comparison import errors_of
from neuromix.characterization.recipes.bursting_stimuli import (
    CURRENTS,
    HIGH_SUPPLY,
    LOW_SUPPLY,
    setting_for,
)
from neuromix.characterization.recipes.mirrored_feedback_tables import currents_of
from neuromix.errors import FitFailed
from neuromix.models import transistor

THERMAL, SUPPLY = 0.02585, 3.3


def triode(overdrive, drain, current, slope, theta):
    width = 2.0 * slope * THERMAL
    soft = transistor.soft_logarithm(np.exp(overdrive / width))
    far = transistor.soft_logarithm(np.exp((overdrive - slope * drain) / width))
    return transistor.triode(soft, far, current, theta * width)


def saturated(overdrive, current, slope, theta):
    return triode(overdrive, 10.0, current, slope, theta)


def spiking(spikes, energy=1.0, drives=()):
    stimulus = Stimulus("s", "step", (), drives, 1.0)
    return Record(stimulus, {"energy": energy}, {"spikes": np.asarray(spikes, dtype=float)})


@pytest.mark.parametrize("setting", [HIGH_SUPPLY, LOW_SUPPLY])
def test_stimuli_stay_in_the_box_and_the_proof_apart(setting):
    for purpose in PURPOSES:
        names = [stimulus.name for stimulus in setting.stimuli(purpose)]
        assert len(set(names)) == len(names)
    drawn = {purpose: set(setting.stimuli(purpose)) for purpose in ("training", "proof")}
    assert not drawn["training"] & drawn["proof"]
    for stimulus in setting.stimuli("proof"):
        given = dict(stimulus.overrides)
        assert setting.resets[0] <= given["v_reset"] <= setting.resets[1]
        assert setting.lifts[0] <= given["v_lift"] <= setting.lifts[1]
        assert CURRENTS[0] <= given.get("i_in", CURRENTS[0]) <= CURRENTS[1]


def test_the_supply_chooses_the_voltages():
    assert setting_for(3.3) is HIGH_SUPPLY
    assert setting_for(1.8) is LOW_SUPPLY


def test_a_train_compared_with_itself_has_no_error():
    train = spiking(np.arange(1.0, 10.0))
    errors = errors_of([(train, train)])
    assert errors["patterns"] == 1.0
    assert all(value == 0.0 for name, value in errors.items() if "error" in name)


def test_a_wrong_pattern_and_a_wrong_interval_are_counted():
    even = spiking(np.arange(1.0, 21.0))
    burst = np.array([0.0, 1.0, 2.0])
    bursts = spiking(np.concatenate([burst + 20.0 * k for k in range(1, 7)]))
    errors = errors_of([(bursts, even)])
    assert errors["pattern_error"] == 1.0
    assert errors["spikes_per_burst_error"] == 2.0
    slower = spiking(1.0 + 1.02 * np.arange(20.0), energy=1.1)
    errors = errors_of([(even, slower)])
    assert errors["pattern_error"] == 0.0
    assert errors["interval_error_median"] == pytest.approx(0.02)
    assert errors["energy_error"] == pytest.approx(0.1)


def test_the_energy_law_is_recovered():
    records, resets = [], []
    for count in (3, 10, 30):
        for reset in (0.1, 0.7):
            energy = count * (1.5e-11 + 2e-12 * reset) + 7e-6
            records.append(spiking(np.arange(count), energy))
            resets.append(reset)
    assert consumption.law(records, resets) == pytest.approx((1.5e-11, 7e-6, 2e-12))


def tables(current_scale=1.0):
    v, u = np.linspace(0.0, 1.3, 53), np.linspace(0.0, 1.4, 57)
    gate = 3.3 - 0.6 - 0.8 * v

    def many(function, *columns):
        return current_scale * np.array([function(*row) for row in zip(*columns, strict=True)])

    feedback = many(lambda x: saturated(x - 0.65, 9e-7, 1.4, 0.3), v)
    charging = many(lambda x: saturated(x - 0.75, 3e-9, 1.45, 0.0), SUPPLY - gate)
    discharging = many(lambda x: saturated(x - 0.62, 4e-8, 1.42, 0.1), u)
    records = [
        Record(
            Stimulus("u", "membrane_currents", (("u", 0.0),)),
            {},
            {
                "membrane_current": -feedback,
                "slow_current": -charging,
                "mirror_voltage": gate,
            },
        )
    ]
    for held in (0.0, 0.1, 0.8):
        leak = many(lambda x, h=held: triode(x - 0.61, h, 2e-8, 1.43, 0.1), u)
        records.append(
            Record(
                Stimulus("v", "slow_currents", (("v_mem", held),)),
                {},
                {"membrane_current": leak, "slow_current": discharging, "mirror_voltage": u},
            )
        )
    return records, {"membrane_currents": v, "slow_currents": u}


def test_transistors_are_told_from_their_direct_currents():
    found = currents_of(*tables(), 1.3, SUPPLY, THERMAL)
    assert found["square_threshold"] == pytest.approx(0.65, abs=2e-3)
    assert found["square_current"] == pytest.approx(9e-7, rel=0.05)
    assert found["leak_threshold"] == pytest.approx(0.61, abs=2e-3)
    assert found["leak_slope"] == pytest.approx(1.43, rel=0.01)
    assert found["discharge_mobility"] == pytest.approx(0.1, abs=0.02)


def test_a_transistor_without_current_is_named():
    with pytest.raises(FitFailed, match="carries no current"):
        currents_of(*tables(current_scale=1e-9), 1.3, SUPPLY, THERMAL)
