"""Two products one after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.products.layers import (
    CREST,
    BorderCells,
    convert,
    full_scale,
    stay_analog,
    two_layers,
)
from neuromix.array.products.multipliers import MultiplierDrive
from neuromix.array.products.operands import Operands

QUIET = {"mismatch": False, "noise": False}


@pytest.fixture(scope="module")
def multiplier():
    cell = nmx.model("gilbert_multiplier")
    names = ("x_offset_left", "x_offset_right", "y_offset", "offset_current")
    return replace(cell, dynamics=cell.dynamics.replace(**dict.fromkeys(names, 0.0)))


@pytest.fixture(scope="module")
def borders():
    return BorderCells(nmx.model("comparator"), nmx.model("dac_synapse"))


@pytest.fixture(scope="module")
def alike(borders):
    return BorderCells(borders.comparator.with_mismatch(0.0), borders.converter.with_mismatch(0.0))


def test_full_scale_is_a_multiple_of_the_rms():
    exact = np.concatenate([Operands.draw(200, seed).exact for seed in range(10)])
    rms = np.sqrt(np.mean(exact.astype(float) ** 2))
    # Products of one vector go together with its length: 10 of them, each 4.5 % off.
    assert full_scale(200) == pytest.approx(CREST * rms, rel=0.08)


def test_a_border_that_stays_analog_is_linear_where_it_is_small(multiplier):
    shares = np.array([-0.5, 0.0, 0.2, 2.0])
    crossing = stay_analog(shares, multiplier, 1e-3)
    assert np.allclose(crossing.volts, [-5e-4, 0.0, 2e-4, 1e-3])
    assert crossing.slope == pytest.approx(multiplier.nominal("y_slope") * 1e-3, rel=1e-3)
    large = stay_analog(shares, multiplier, 0.1).slope
    assert large < 100 * crossing.slope


def test_a_converted_border_is_as_coarse_as_its_codes(multiplier, alike):
    shares = np.linspace(-0.9, 0.9, 41)
    k = multiplier.nominal("y_slope")
    errors = []
    for bits in (4, 6):
        crossing = convert(shares, multiplier, 0.1, alike, bits, 1, calibrated=True)
        arrived = np.tanh(k * crossing.volts) / crossing.slope
        errors.append(np.abs(arrived - shares).max() * 2**bits / 2.0)
        assert crossing.duration > 0.0
        assert set(crossing.energy) == {"converters to codes", "converters back"}
    # In steps: half a one there; back, half a one that the tanh stretches in the middle.
    assert max(errors) < 2.0


def test_small_spans_and_many_bits_come_near_the_exact_product(multiplier, alike):
    drive = MultiplierDrive(settled_bits=30.0)
    found = {
        item.correction: item
        for item in two_layers(
            32, multiplier, alike, bits=(4, 6), spans=(1e-3, 0.1), drive=drive, **QUIET
        )
    }
    assert found["analog, full scale 1 mV"].relative_error < 1e-4
    assert found["analog, full scale 100 mV"].relative_error > 0.02
    fine, coarse = (found[f"{bits} bit, calibrated"].relative_error for bits in (6, 4))
    assert fine < 0.5 * coarse < 0.5
    assert all(item.layers == 2 for item in found.values())


def test_calibrated_converters_are_better_than_raw_ones(multiplier, borders):
    found = {
        item.correction: item.relative_error
        for item in two_layers(32, multiplier, borders, seed=2, bits=(6,), spans=(), **QUIET)
    }
    assert found["6 bit, calibrated"] < 0.5 * found["6 bit, as built"]


def test_both_layers_are_paid_for(multiplier, borders):
    analog, converted = two_layers(16, multiplier, borders, bits=(6,), spans=(0.03,), **QUIET)[:2]
    drive = MultiplierDrive()
    assert analog.duration == pytest.approx(4 * drive.settling)
    assert converted.duration > analog.duration
    standing = multiplier.energy.static_power * 2 * drive.settling
    assert analog.energy_per_mac == pytest.approx(standing, rel=0.1)
    assert converted.energy_by_part["converters to codes"] > 0.0
