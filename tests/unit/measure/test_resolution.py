"""Effective bits: the ideal quantizer has its own, offset and gain are told apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.measure.resolution import (
    effective_bits,
    mismatch_errors,
    noise_in_band,
    nonlinearity,
)


@pytest.mark.parametrize("bits", [3, 8])
def test_an_ideal_quantizer_has_its_own_bits(bits):
    ramp = np.linspace(0.0, 1.0, 100_001)
    step = 2.0**-bits
    error = np.round(ramp / step) * step - ramp
    assert effective_bits(1.0, float(np.sqrt(np.mean(error**2)))) == pytest.approx(bits, abs=0.01)


def test_no_error_has_no_limit_and_no_scale_no_bits():
    assert effective_bits(1.0, 0.0) == math.inf
    assert math.isnan(effective_bits(0.0, 1.0))
    assert math.isnan(effective_bits(1.0, math.nan))


def test_a_line_is_linear_and_a_parabola_is_as_far_as_the_integral_says():
    x = np.linspace(-1e-9, 1e-9, 4001)
    assert nonlinearity(x, 3.0 + 2e9 * x) == pytest.approx(0.0, abs=1e-12)
    # x² on −1 … 1 is 1/3 + error of variance 1/5 − 1/9.
    assert nonlinearity(x, (x / 1e-9) ** 2) == pytest.approx(math.sqrt(1 / 5 - 1 / 9), rel=1e-3)


def test_trimming_takes_offsets_and_calibrating_gains():
    nominal = np.linspace(1.0, 2.0, 50)
    offsets = np.array([[0.1], [-0.1]])
    raw, trimmed, calibrated = mismatch_errors(nominal, nominal + offsets)
    assert raw == pytest.approx(0.1)
    assert trimmed == pytest.approx(0.0, abs=1e-12)
    raw, trimmed, calibrated = mismatch_errors(nominal, nominal * np.array([[1.1], [0.9]]))
    assert raw > trimmed > 0.01
    assert calibrated == pytest.approx(0.0, abs=1e-12)


def test_what_is_left_after_calibration_is_the_shape():
    nominal = np.linspace(-1.0, 1.0, 401)
    bent = nominal + 0.01 * (nominal**2 - np.mean(nominal**2))
    _, _, calibrated = mismatch_errors(nominal, 3.0 + 1.2 * nominal + (bent - nominal)[None, :])
    assert calibrated == pytest.approx(float(np.std(bent - nominal)), rel=1e-6)


@pytest.mark.parametrize("exponent", [0.8, 1.0, 1.3])
def test_noise_is_the_integral_of_its_density(exponent):
    grid = np.geomspace(1.0, 1e4, 200_001)
    density = 2e-26 + 5e-25 / grid**exponent
    expected = math.sqrt(np.trapezoid(density, grid))
    assert noise_in_band(2e-26, 5e-25, exponent, 1.0, 1e4) == pytest.approx(expected, rel=1e-5)
