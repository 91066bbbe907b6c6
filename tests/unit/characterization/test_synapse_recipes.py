"""Fits of the synapses' recipes on answers that a known model has given: it is found again."""

import dataclasses

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.adjusting import adjust
from neuromix.characterization.recipe import recipe_for
from neuromix.models.families import binary_weighted_dac, differential_pair_integrator
from neuromix.models.model import Energy, Model

INTEGRATOR = differential_pair_integrator.Dynamics(
    time_constant=5.1e-3, tau_current=1.75e-12, gain_current=15.8e-12, gain_exponent=0.9,
    gain_exponent_slope=-0.033, gain_exponent_curve=-0.006, gain_curve=0.049, decay_early=-0.051,
    floor_current=6.7e-12, floor_exponent=1.33, pulse_charge=0.74e-15, sink_gain=1.001,
    sink_gain_slope=-0.0026, sink_lag_charge=0.54e-15, source_early=0.0165, sink_early=0.041,
    sink_knee=0.0165,
)  # fmt: skip
CONVERTER = binary_weighted_dac.Dynamics.from_values(
    {
        **{f"source_current_{k}": 1e-9 * 2**k * (1 + 0.01 * k) for k in range(6)},
        **{f"sink_current_{k}": 1.02e-9 * 2**k for k in range(6)},
        **{f"source_charge_{k}": -1.2e-17 * 2**k for k in range(6)},
        "source_leak": 0.3e-9,
        "sink_leak": 0.31e-9,
        "source_offset_charge": 5e-17,
    }
)


def synapse(dynamics, energy=Energy()):  # noqa: B008 - frozen
    name = {"differential_pair_integrator": "dpi_synapse"}.get(dynamics.name(), "dac_synapse")
    return (
        recipe_for(library.cell(name), "gf180mcu"),
        Model(name, "gf180mcu", {}, dynamics, energy=energy),
    )


def test_an_instance_of_the_integrator_is_found_again():
    recipe, nominal = synapse(INTEGRATOR)
    changed = {
        "time_constant": 5.6e-3, "tau_current": 1.5e-12, "gain_current": 19e-12,
        "floor_current": 5.5e-12, "pulse_charge": 0.6e-15, "sink_gain": 0.85,
        "sink_lag_charge": 0.7e-15,
    }  # fmt: skip
    instance = dataclasses.replace(nominal, dynamics=INTEGRATOR.replace(**changed))
    records = [recipe.predict(instance, item) for item in recipe.stimuli("mismatch")]
    found = recipe.refit(nominal, records, [])
    assert set(found) == set(recipe.refitted) == set(changed)
    for name, value in changed.items():
        assert found[name] == pytest.approx(value, rel=1e-3), name


def test_the_energy_of_the_integrator_is_found_again():
    paid = Energy(static_power=1.3e-10, per_input_charge=1.7, per_output_charge=3.6)
    recipe, model = synapse(INTEGRATOR, paid)
    records = [recipe.predict(model, item) for item in recipe.stimuli("training")[:12]]
    found = recipe.energy(INTEGRATOR, records)
    assert found.static_power == pytest.approx(1.3e-10, rel=1e-6)
    assert found.per_input_charge == pytest.approx(1.7, rel=1e-6)
    assert found.per_output_charge == pytest.approx(3.6, rel=1e-6)


def test_what_is_wrong_is_seen_by_the_comparison_of_the_integrator():
    recipe, model = synapse(INTEGRATOR)
    other = dataclasses.replace(model, dynamics=INTEGRATOR.replace(time_constant=5.3e-3))
    paid = dataclasses.replace(model, energy=Energy(static_power=1e-10))
    stimuli = recipe.stimuli("proof")[:2]
    truth = [recipe.predict(paid, item) for item in stimuli]
    same = recipe.compare([(a, a) for a in truth])
    assert same["nrmse"] == same["nrmse_sink"] == same["energy_error"] == 0.0
    assert same["events"] == sum(
        len(np.unique(item.stimulus.drives[0][1].times)) // 4 for item in truth
    )
    wrong = [recipe.predict(other, item) for item in stimuli]
    assert recipe.compare(list(zip(truth, wrong, strict=True)))["nrmse"] > 0.005


def test_the_converter_is_found_again():
    paid = Energy(static_power=1.1e-7, per_event=6e-14, per_output_charge=3.7)
    recipe, model = synapse(CONVERTER, paid)
    records = [recipe.predict(model, item) for item in recipe.stimuli("training")]
    static = [
        dataclasses.replace(item, values={**item.values, "supply_current": 1.1e-7 / 1.8})
        if not item.arrays
        else item
        for item in records
    ]
    found, errors = recipe.fit(static, 300.15)
    for name, value in CONVERTER.values().items():
        assert found.values()[name] == pytest.approx(value, rel=1e-5, abs=1e-20), name
    assert set(errors) == set(CONVERTER.values())
    energy = recipe.energy(found, static)
    assert energy.per_event == pytest.approx(6e-14, rel=1e-4)
    assert energy.per_output_charge == pytest.approx(3.7, rel=1e-4)
    assert recipe.refit(model, static, [])["sink_current_5"] == pytest.approx(32 * 1.02e-9)


def test_codes_of_a_train_are_read_back_from_its_bits():
    recipe, model = synapse(CONVERTER)
    (stimulus, *_) = recipe.stimuli("proof")
    windows, codes, widths = recipe._events(stimulus)
    assert np.all(np.diff(windows) >= 1)
    assert codes.min() >= 1
    assert codes.max() <= 63
    assert len(set(codes)) > 5
    assert widths.min() >= 0.99e-6
    charges = recipe.predict(model, stimulus).arrays["source_charge"]
    np.testing.assert_allclose(charges[0], 0.3e-9 * 40e-6)


def test_adjusting_stays_inside_of_the_ranges():
    def wants_more(dynamics):
        return np.array([dynamics.time_constant - 100.0, dynamics.decay_early - 5.0])

    found, errors = adjust(INTEGRATOR, ("time_constant", "decay_early"), wants_more)
    assert found.time_constant <= 10.0
    assert found.decay_early <= 0.2
    assert set(errors) == {"time_constant", "decay_early"}
