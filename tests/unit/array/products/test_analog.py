"""Products of analog multipliers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.products.analog import analog_product
from neuromix.array.products.multipliers import (
    MultiplierDrive,
    reading_noise,
    spread_out,
    unit_current,
)
from neuromix.array.products.operands import Operands
from neuromix.errors import BadValue
from neuromix.models.model import NoiseDensity

QUIET = {"mismatch": False, "noise": False}


@pytest.fixture(scope="module")
def model():
    return nmx.model("gilbert_multiplier")


@pytest.fixture(scope="module")
def operands():
    return Operands.draw(24, seed=3)


def perfect(model):
    """Return the cell without the offsets of its nominal instance."""
    names = ("x_offset_left", "x_offset_right", "y_offset", "offset_current")
    return replace(model, dynamics=model.dynamics.replace(**dict.fromkeys(names, 0.0)))


def test_a_cell_without_offsets_multiplies_exactly(model, operands):
    drive = MultiplierDrive(settled_bits=40.0)
    for found in analog_product(operands, perfect(model), drive=drive, **QUIET):
        assert found.relative_error < 1e-9


def test_what_has_not_settled_is_a_gain(model, operands):
    found, _ = analog_product(
        operands, perfect(model), drive=MultiplierDrive(settled_bits=4.0), **QUIET
    )
    assert found.relative_error == pytest.approx(2.0**-5, rel=1e-6)


def test_rows_do_not_depend_on_the_others(model, operands):
    one = Operands(operands.weights, operands.vector)
    shuffled = operands.weights.copy()
    shuffled[5:] = 0
    other = Operands(shuffled, operands.vector)
    first, second = (analog_product(o, model, seed=2)[0].estimate for o in (one, other))
    assert np.array_equal(first[:5], second[:5])
    assert not np.array_equal(first[5:], second[5:])


def test_a_reading_of_zeros_takes_offsets_away(model, operands):
    built, corrected = analog_product(operands, model, seed=1, noise=False)
    assert corrected.relative_error < 0.7 * built.relative_error
    assert corrected.duration == pytest.approx(2 * built.duration)
    assert corrected.energy == pytest.approx(2 * built.energy, rel=0.02)


def test_noise_in_closed_form(model):
    drive = MultiplierDrive()
    white = replace(model, noise=NoiseDensity(white=1e-12, unit="V"))
    once, twice = reading_noise(white, drive)
    dynamics = perfect(model).dynamics
    slope = dynamics.tail_current * dynamics.x_slope * np.tanh(dynamics.y_slope * 0.02)
    assert once == pytest.approx(slope * np.sqrt(1e-12 * 0.5 * np.pi * drive.bandwidth), rel=0.01)
    assert twice == pytest.approx(once * np.sqrt(2.0 * (1.0 - 2.0**-9 / 2**9)), rel=0.01)
    # Readings so near to each other share what drifts slowly.
    flicker = replace(model, noise=NoiseDensity(flicker=1e-9, unit="V"))
    once, twice = reading_noise(flicker, drive)
    assert twice < once


def test_noise_of_readings_has_its_law(model, operands):
    weights = Operands(np.zeros((400, 400), np.int8), np.zeros(400, np.int64))
    found, _ = analog_product(weights, perfect(model), mismatch=False, seed=5)
    sigma = reading_noise(model, MultiplierDrive())[0] * 20.0
    unit = unit_current(model, MultiplierDrive())
    # 400 values: their standard deviation is off by 3.5 % rms; 5 sigma of that is 18 %.
    assert np.std(found.estimate) == pytest.approx(sigma / unit, rel=0.18)


def test_mismatch_of_a_gain_is_that_of_the_tail(model):
    # Weights and vector of one magnitude: the only error of a row is the mean of its gains.
    names = ("tail_current",)
    k = model.mismatch.names.index("tail_current")
    law = replace(
        model.mismatch,
        names=names,
        logarithmic=(True,),
        shift=(0.0,),
        covariance=((model.mismatch.covariance[k][k],),),
    )
    cells = replace(perfect(model), mismatch=law)
    size = 300
    operands = Operands(np.full((size, size), 63, np.int8), np.full(size, 127))
    drive = MultiplierDrive(settled_bits=40.0)
    found, _ = analog_product(operands, cells, noise=False, seed=1, drive=drive)
    sigma = np.sqrt(law.covariance[0][0] / size)
    # 300 values: standard deviation off by 4.1 % rms, tested to 5 sigma; so is the mean.
    gains = found.estimate / operands.exact
    assert np.std(gains) == pytest.approx(sigma, rel=0.2)
    assert np.mean(gains) == pytest.approx(np.exp(0.5 * sigma**2 * size), abs=5 * sigma / 17)


def test_errors_of_dies_follow_from_the_spread_of_their_cells(model):
    # What is left without offsets, to first order in each parameter, for y = 1 a full vector:
    # tail: w y dI/I; mean offset of the upper pairs: y k_x dx (1 - (w T_x)²) / T_x; offset of the
    # lower pair: w k_y dy T_y y².
    size, dies = 60, 20
    operands = Operands.draw(size, seed=6)
    names, covariance = model.mismatch.names, np.array(model.mismatch.covariance)
    tail, left, right, lower = (
        names.index(name)
        for name in ("tail_current", "x_offset_left", "x_offset_right", "y_offset")
    )
    upper = 0.25 * (
        covariance[left, left] + covariance[right, right] + 2.0 * covariance[left, right]
    )
    k_x, k_y = model.nominal("x_slope"), model.nominal("y_slope")
    t_x, t_y = np.tanh(0.1 * k_x), np.tanh(0.1 * k_y)
    w, y = operands.weights / 63.0, operands.vector / 127.0
    variance = (
        (w * y) ** 2 * covariance[tail, tail]
        + (y * k_x * (1.0 - (w * t_x) ** 2) / t_x) ** 2 * upper
        + (w * k_y * t_y * y**2) ** 2 * covariance[lower, lower]
    ).sum(axis=1)
    drive = MultiplierDrive(settled_bits=40.0)
    errors = [
        (analog_product(operands, model, seed=die, noise=False, drive=drive)[1].estimate)
        - operands.exact
        for die in range(dies)
    ]
    found = np.concatenate(errors) / np.tile(63.0 * 127.0 * np.sqrt(variance), dies)
    # 1200 values: their rms is off by 2 %, 5 sigma are 10 %; second order adds a few percent.
    assert np.sqrt(np.mean(found**2)) == pytest.approx(1.0, abs=0.14)
    assert abs(np.mean(found)) < 0.3


def test_energy_is_power_times_settling(model, operands):
    found, _ = analog_product(operands, model, seed=1)
    standing = model.energy.static_power * found.duration
    assert found.energy_per_mac == pytest.approx(standing, rel=0.05)
    assert found.instances == {"gilbert_multiplier": 24**2}


def test_voltages_undo_the_tanh():
    shares = np.linspace(-1.0, 1.0, 9)
    volts = spread_out(shares, 0.1, 13.0)
    assert np.allclose(np.tanh(13.0 * volts), shares * np.tanh(1.3))
    assert volts[-1] == pytest.approx(0.1)


def test_a_memory_of_capacitors_is_counted(model, operands):
    memory = AnalogMemory(nmx.model("analog_memory"))
    fresh, _ = analog_product(operands, model, memory=memory, noise=False)
    held, _ = analog_product(operands, model, memory=memory, hold=0.1, noise=False)
    assert held.instances["analog_memory"] == 2 * 24**2
    assert held.correction == "as built, held for 100 ms"
    assert 0.0 < held.energy_by_part["refresh"] < 1e-3 * held.energy
    assert not np.array_equal(fresh.estimate, held.estimate)


@pytest.mark.parametrize(
    "wrong",
    [{"weight_span": 0.2}, {"vector_span": 0.0}, {"bandwidth": 1e5}, {"settled_bits": 0.0}],
)
def test_drives_outside_the_fit_are_refused(model, operands, wrong):
    with pytest.raises(BadValue, match="product"):
        analog_product(operands, model, drive=MultiplierDrive(**wrong))


def test_another_cell_is_refused(operands):
    with pytest.raises(BadValue, match="multiplier"):
        analog_product(operands, nmx.model("lif_neuron"))
