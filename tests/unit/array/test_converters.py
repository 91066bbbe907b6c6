"""Converters at the borders of layers.

Statistical checks use fixed seeds; their bounds are 5 sigma, a false alarm in 1.7 million.
"""

from __future__ import annotations

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.converters import AnalogToDigital, DigitalToAnalog
from neuromix.errors import BadValue


@pytest.fixture(scope="module")
def cells():
    return nmx.model("comparator"), nmx.model("dac_synapse")


def sine_bits(converter, points=4096, periods=31):
    """Return the effective bits of a full-scale sine, fitted in four parameters less frequency."""
    phase = 2.0 * np.pi * periods * np.arange(points) / points
    half = 0.5 * converter.full_scale
    found = converter.values(converter.convert(half * (1.0 + np.sin(phase)), 3)).astype(float)
    design = np.column_stack([np.ones(points), np.sin(phase), np.cos(phase)])
    error = found - design @ np.linalg.lstsq(design, found, rcond=None)[0]
    amplitude = half / np.sqrt(2.0)
    ratio = 20.0 * np.log10(amplitude / np.sqrt(np.mean(error**2)))
    return (ratio - 1.76) / 6.02


@pytest.mark.parametrize("bits", [1, 3, 6, 10])
def test_an_ideal_transfer(bits):
    adc = AnalogToDigital.typed_in(bits, 2.0)
    assert adc.bits == bits
    assert "typed in" in adc.origin
    codes = np.arange(2**bits)
    assert np.array_equal(adc.convert(adc.values(codes)), codes)
    # A level belongs to the code above it, and what is beyond the ends to these.
    assert np.array_equal(adc.convert(adc.thresholds), codes[1:])
    assert np.array_equal(adc.convert([-1.0, 5.0]), [0, 2**bits - 1])
    dac = DigitalToAnalog.typed_in(bits, 2.0)
    assert np.allclose(dac.convert(codes), codes * 2.0 / 2**bits)
    for item in (adc, dac):
        assert np.allclose(item.inl(), 0.0, atol=1e-9)
        assert np.allclose(item.dnl(), 0.0, atol=1e-9)


@pytest.mark.parametrize("kind", [AnalogToDigital, DigitalToAnalog])
def test_typed_in_nonlinearity_has_its_height_and_ends(kind):
    found = kind.typed_in(8, 1.0, inl=0.8)
    inl = found.inl()
    assert inl[0] == pytest.approx(0.0, abs=1e-9)
    assert inl[-1] == pytest.approx(0.0, abs=1e-9)
    assert inl.max() == pytest.approx(0.8, rel=1e-3)
    assert np.allclose(np.cumsum(found.dnl()), inl[1:], atol=1e-9)


@pytest.mark.parametrize(("bits", "noise"), [(6, 0.0), (8, 0.0), (8, 0.2), (8, 0.3)])
def test_effective_bits_of_a_sine(bits, noise):
    # Rounding of Q²/12 and noise of σ² add up: bits are lost as log2(1 + 12 σ²/Q²)/2. That holds
    # while only the last decision is near its level: of larger noise each decides anew.
    adc = AnalogToDigital.typed_in(bits, 1.0, noise=noise / 2**bits)
    wanted = bits - 0.5 * np.log2(1.0 + 12.0 * noise**2)
    assert sine_bits(adc) == pytest.approx(wanted, abs=0.1)


def test_noise_has_its_size():
    step = 1.0 / 16
    adc = AnalogToDigital.typed_in(4, 1.0, noise=0.1 * step)
    # At a level a decision is right as often as not; one sigma above it in 84.13 %.
    n = 20000
    level = adc.thresholds[7]
    for above, share in ((0.0, 0.5), (0.1 * step, 0.8413)):
        codes = adc.convert(np.full(n, level + above), 1, "noise", round(above * 1e6))
        bound = 5.0 * np.sqrt(share * (1.0 - share) / n)
        assert np.mean(codes >= 8) == pytest.approx(share, abs=bound)
    dac = DigitalToAnalog.typed_in(4, 1.0, noise=0.01)
    out = dac.convert(np.full(n, 5), 1)
    assert np.std(out) == pytest.approx(0.01, rel=5.0 / np.sqrt(2 * n))
    assert np.mean(out) == pytest.approx(5 / 16, abs=5.0 * 0.01 / np.sqrt(n))


@pytest.mark.parametrize("bits", [1, 5])
def test_two_points_take_offset_and_gain_away(bits):
    ideal = AnalogToDigital.typed_in(bits, 1.0)
    thresholds = 0.2 + 0.7 * ideal.thresholds
    off = AnalogToDigital(thresholds, 1.0, 0.0, 0.0, 1.0, "")
    codes = np.arange(2**bits)
    step = 0.7 if bits > 1 else 1.0
    middles = thresholds[0] + (codes - 0.5) * step / 2**bits
    assert np.allclose(off.calibrated_values(codes), middles)
    assert np.allclose(ideal.calibrated_values(codes), ideal.values(codes))


def test_noise_belongs_to_its_owner():
    adc = AnalogToDigital.typed_in(6, 1.0, noise=0.05)
    given = np.linspace(0.0, 1.0, 50)
    assert np.array_equal(adc.convert(given, 1, "a"), adc.convert(given, 1, "a"))
    assert not np.array_equal(adc.convert(given, 1, "a"), adc.convert(given, 1, "b"))


def test_cells_without_mismatch_make_a_straight_converter(cells):
    comparator, converter = (model.with_mismatch(0.0) for model in cells)
    adc = AnalogToDigital.from_cells(comparator, converter, 6)
    # 63 steps of the nominal sink, and a decision that comes a step late.
    assert np.abs(adc.inl()).max() < 0.2
    assert adc.full_scale == pytest.approx(64 * 1e-9, rel=0.02)
    assert adc.thresholds[0] == pytest.approx(2.0 * adc.step, rel=0.03)
    assert comparator.cell in adc.origin
    assert 1e3 < adc.rate < 1e5
    assert adc.energy(10) == pytest.approx(10 * adc.energy_per_conversion)
    standing = (comparator.energy.static_power + converter.energy.static_power) / adc.rate
    assert adc.energy_per_conversion > standing
    dac = DigitalToAnalog.from_cells(converter, 6)
    assert np.allclose(dac.levels[1:] - dac.levels[0] + adc.step, adc.thresholds, rtol=0.02)


def test_dies_differ_as_their_cells_do(cells):
    comparator, converter = cells
    dies = [AnalogToDigital.from_cells(comparator, converter, 6, seed) for seed in range(200)]
    resistor = 0.4 / dies[0].full_scale
    first = np.array([die.thresholds[0] for die in dies])
    names = comparator.mismatch.names
    variance = comparator.mismatch.covariance[names.index("offset")][names.index("offset")]
    # The unit current of the first level is small beside offsets; 200 dies: 5 sigma are 25 %.
    assert np.std(first) == pytest.approx(np.sqrt(variance) / resistor, rel=0.3)
    assert np.median([np.abs(die.inl()).max() for die in dies]) > 0.2
    same = AnalogToDigital.from_cells(comparator, converter, 6, 7)
    assert np.array_equal(same.thresholds, dies[7].thresholds)
    assert len(AnalogToDigital.from_cells(comparator, converter, 4).thresholds) == 15


@pytest.mark.parametrize(
    "make",
    [
        lambda _: AnalogToDigital.typed_in(0, 1.0),
        lambda _: AnalogToDigital.typed_in(True, 1.0),
        lambda _: AnalogToDigital.typed_in(4, -1.0),
        lambda _: AnalogToDigital.typed_in(4, 1.0, noise=-1.0),
        lambda _: DigitalToAnalog.typed_in(4, 1.0, rate=0.0),
        lambda _: DigitalToAnalog.typed_in(4, 1.0).convert([16]),
        lambda _: DigitalToAnalog.typed_in(4, 1.0).convert([1.5]),
        lambda _: DigitalToAnalog(np.zeros(3), np.zeros(3), 0.0, 0.0, 1.0, ""),
        lambda _: DigitalToAnalog(np.arange(4), np.arange(8), 0.0, 0.0, 1.0, ""),
        lambda cells: AnalogToDigital.from_cells(cells[1], cells[1], 6),
        lambda cells: AnalogToDigital.from_cells(cells[0], cells[0], 6),
        lambda cells: DigitalToAnalog.from_cells(cells[1], 7),
    ],
)
def test_what_is_no_converter_is_refused(cells, make):
    with pytest.raises(BadValue, match="converter"):
        make(cells)
