"""The multiplier's recipe on records that a known cell made: its fit finds that cell again."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization import multiplier_stimuli as shapes
from neuromix.characterization.recipe import Record, recipe_for
from neuromix.characterization.spectra import white_and_flicker
from neuromix.models.families.gilbert_cell import Dynamics
from neuromix.models.model import Energy, Model

TRUE = Dynamics(
    tail_current=9.6e-9,
    x_slope=13.4,
    y_slope=13.1,
    x_offset_left=1.7e-3,
    x_offset_right=-2.3e-3,
    y_offset=0.8e-3,
    offset_current=4e-11,
    tail_early=0.04,
    x_slope_common=0.05,
    y_slope_common=0.07,
    drain_offset=2e-3,
    mirror_early=5e-3,
    mirror_charge=3.9e-15,
)
ENERGY = Energy(static_power=36e-9, per_output_charge=1.8)
TEMPERATURE = 300.15


@pytest.fixture(scope="module")
def recipe():
    return recipe_for(library.cell("gilbert_multiplier"), "gf180mcu")


@pytest.fixture(scope="module")
def true():
    return Model("gilbert_multiplier", "gf180mcu", {}, TRUE, energy=ENERGY)


def test_the_fit_finds_the_cell_again(recipe, true):
    records = [recipe.predict(true, item) for item in recipe.stimuli("training")]
    fitted, errors = recipe.fit(records, TEMPERATURE)
    for name, wanted in TRUE.values().items():
        assert getattr(fitted, name) == pytest.approx(wanted, rel=1e-4), name
        assert errors[name] < 1e-3 * abs(wanted)
    energy = recipe.energy(fitted, records)
    assert energy.static_power == pytest.approx(36e-9, rel=1e-6)
    assert energy.per_output_charge == pytest.approx(1.8, rel=1e-6)


def test_an_instance_is_found_from_the_nominal_cell(recipe, true):
    nominal = dataclasses.replace(
        true,
        dynamics=TRUE.replace(tail_current=1e-8, x_offset_left=1e-5, y_offset=0.0, x_slope=13.6),
    )
    records = [recipe.predict(true, item) for item in recipe.stimuli("mismatch")]
    found = recipe.refit(nominal, records, [])
    assert set(found) == set(recipe.refitted)
    for name, value in found.items():
        assert value == pytest.approx(getattr(TRUE, name), rel=1e-4), name


def test_a_model_has_no_error_against_itself_and_some_against_another(recipe, true):
    stimuli = recipe.stimuli("proof")
    own = [recipe.predict(true, item) for item in stimuli]
    same = recipe.compare([(record, record) for record in own])
    assert same["nrmse"] == same["nrmse_sweeps"] == same["energy_error"] == 0.0
    changed = dataclasses.replace(true, dynamics=TRUE.replace(y_offset=3e-3))
    other = [recipe.predict(changed, item) for item in stimuli]
    errors = recipe.compare(list(zip(own, other, strict=True)))
    assert errors["nrmse"] >= errors["nrmse_median"] > 0.005
    assert errors["points"] == sum(len(record.arrays["out"]) for record in own)


def test_the_proof_covers_the_box_and_repeats_no_training(recipe):
    proof = recipe.stimuli("proof")
    assert {item.drives or item.overrides for item in proof}.isdisjoint(
        item.drives or item.overrides for item in recipe.stimuli("training")
    )
    cell = library.cell("gilbert_multiplier")
    box = recipe.validity()
    seen = {name: [] for name in ("x", "y", "x_common", "y_common", "v_out")}
    for item in proof:
        if item.bench != "product":
            continue
        x1, x2, y1, y2 = (item.waveform(cell, port)[1] for port in ("x1", "x2", "y1", "y2"))
        for name, values in (
            ("x", x1 - x2),
            ("y", y1 - y2),
            ("x_common", 0.5 * (x1 + x2)),
            ("y_common", 0.5 * (y1 + y2)),
            ("v_out", [dict(item.overrides)["v_out"]]),
        ):
            seen[name] += [float(np.min(values)), float(np.max(values))]
    for name, values in seen.items():
        low, high, _ = box[name]
        assert low - 1e-9 <= min(values)
        assert max(values) <= high + 1e-9
        assert max(values) - min(values) > 0.6 * (high - low)


def test_a_product_is_made_of_its_sinusoids():
    at = np.array([1.1, 0.75, 1.2])
    stimulus = shapes.product("p", (0.05, 2e3, 0.0), (0.1, 1e3, 0.0), at)
    assert stimulus.duration == pytest.approx(shapes.PERIODS / 2e3)
    x1 = stimulus.waveform(library.cell("gilbert_multiplier"), "x1")
    quarter = np.interp(0.25 / 2e3, *x1)
    assert quarter == pytest.approx(1.1 + 0.025, abs=1e-6)


def test_noise_is_that_of_the_output_over_the_transconductance(recipe):
    frequency = np.logspace(-1, 5, 31)
    current = np.sqrt(9e-27 + 4e-25 / frequency)
    slope, spectrum = recipe.stimuli("noise")
    found = recipe.noise(
        [
            Record(slope, {"transconductance": 35e-9}),
            Record(spectrum, {}, {"frequency": frequency, "input_noise": current}),
        ]
    )
    assert found.unit == "V"
    assert found.white == pytest.approx(9e-27 / 35e-9**2, rel=1e-4)
    assert found.flicker == pytest.approx(4e-25 / 35e-9**2, rel=1e-4)
    assert found.exponent == pytest.approx(1.0, abs=1e-4)


def test_a_spectrum_with_another_exponent():
    frequency = np.logspace(0, 6, 61)
    found = white_and_flicker(frequency, 1e-26 + 3e-24 / frequency**1.2, "A")
    assert (found.white, found.flicker, found.exponent) == pytest.approx(
        (1e-26, 3e-24, 1.2), rel=1e-3
    )


def test_the_transfer_curve_is_that_of_the_linear_range(recipe, true):
    records = [recipe.predict(true, item) for item in recipe.stimuli("mismatch")]
    curve = recipe.transfer(records)
    assert (curve.x[0], curve.x[-1]) == (-0.02, 0.02)
    assert np.all(np.diff(curve.y) > 0.0)
    assert recipe.transfer(records[:2]) is None
