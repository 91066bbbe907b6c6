"""The comparator's recipe on records that a known cell made."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.recipe import Record, recipe_for
from neuromix.characterization.recipes.slewing_comparator import matched
from neuromix.models.families.slewing_comparator import Dynamics
from neuromix.models.model import Energy, Model

TRUE = Dynamics(
    offset=1.3e-3,
    input_slope=13.5,
    slew_rate=4.4e6,
    swing_below=0.9,
    swing_above=0.78,
    inverter_time=6e-8,
    output_delay=4e-8,
    early_voltage=22.0,
    inverter_knee=0.05,
    knee=0.01,
    swing_common=1.0,
    slew_common=0.1,
    kickback=0.056,
    source_follow=1.06,
    upper_knee=0.055,
)
ENERGY = Energy(per_event=0.26e-12, static_power=0.36e-6)


@pytest.fixture(scope="module")
def recipe():
    return recipe_for(library.cell("comparator"), "gf180mcu")


@pytest.fixture(scope="module")
def true():
    return Model("comparator", "gf180mcu", {}, TRUE, energy=ENERGY)


def test_an_instance_is_found_from_the_nominal_cell(recipe, true):
    changed = TRUE.replace(offset=-6e-6, slew_rate=4.1e6, swing_above=0.81, output_delay=3.6e-8)
    nominal = dataclasses.replace(true, dynamics=changed)
    records = [recipe.predict(true, item) for item in recipe.stimuli("mismatch")]
    found = recipe.refit(nominal, records, [])
    assert found["offset"] == pytest.approx(TRUE.offset, abs=2e-6)
    for name in ("slew_rate", "swing_above", "output_delay"):
        assert found[name] == pytest.approx(getattr(TRUE, name), rel=0.02), name


def test_energy_is_split_into_decisions_and_time(recipe, true):
    records = [recipe.predict(true, item) for item in recipe.stimuli("training")]
    found = recipe.energy(TRUE, records)
    assert found.per_event == pytest.approx(0.26e-12, rel=1e-6)
    assert found.static_power == pytest.approx(0.36e-6, rel=1e-6)


def test_a_model_agrees_with_itself_and_not_with_another(recipe, true):
    stimuli = recipe.stimuli("proof")[:6]
    own = [recipe.predict(true, item) for item in stimuli]
    same = recipe.compare([(record, record) for record in own])
    assert same["decision_error"] == same["delay_error_p90"] == same["energy_error"] == 0.0
    slower = dataclasses.replace(true, dynamics=TRUE.replace(slew_rate=4.0e6))
    other = [recipe.predict(slower, item) for item in stimuli]
    errors = recipe.compare(list(zip(own, other, strict=True)))
    assert 0.03 < errors["delay_error_median"] < 0.12
    assert errors["decisions"] == sum(len(record.arrays["decisions"]) for record in own)


def test_a_decision_that_one_side_lacks_is_counted(recipe, true):
    whole = recipe.predict(true, recipe.stimuli("proof")[0])
    decided = whole.arrays["decisions"]
    fewer = Record(whole.stimulus, whole.values, {"decisions": np.delete(decided, 3)})
    errors = recipe.compare([(whole, fewer)])
    assert errors["decision_error"] == pytest.approx(1.0 / len(decided))
    assert errors["delay_error_median"] == 0.0
    more = recipe.compare([(fewer, whole)])
    assert more["decision_error"] == pytest.approx(1.0 / (len(decided) - 1))


def test_pairs_are_nearest_to_each_other():
    first, second = np.array([1.0, 2.0, 3.0]), np.array([1.1, 1.2, 3.4, 9.0])
    at, partner = matched(first, second)
    np.testing.assert_array_equal(at, [0, 2])
    np.testing.assert_array_equal(partner, [0, 2])
    assert len(matched(first, np.empty(0))[0]) == 0


def test_no_stimulus_of_the_proof_is_one_of_the_training(recipe):
    training = {item.drives for item in recipe.stimuli("training")}
    assert training.isdisjoint({item.drives for item in recipe.stimuli("proof")})


def test_noise_is_that_of_the_node_over_the_transconductance(recipe):
    frequency = np.logspace(0, 6, 31)
    current = np.sqrt(7e-26 + 1e-22 / frequency)
    slope, spectrum = recipe.stimuli("noise")
    found = recipe.noise(
        [
            Record(slope, {"transconductance": 1.3e-6}),
            Record(spectrum, {}, {"frequency": frequency, "input_noise": current}),
        ]
    )
    assert found.unit == "V"
    assert found.white == pytest.approx(7e-26 / 1.3e-6**2, rel=1e-3)
    assert found.flicker == pytest.approx(1e-22 / 1.3e-6**2, rel=1e-3)
