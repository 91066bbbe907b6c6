"""Measures of a swept curve and of a step's answer, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.measure import take

AXIS = np.linspace(-0.02, 0.02, 81)
GAIN, CURVE = 3.0, 500.0


def waves(wave, axis=AXIS):
    return {"sweep": axis, "out": wave}


CUBIC = waves(GAIN * AXIS - CURVE * AXIS**3 + 1e-3)


def test_the_whole_curve_with_its_sign():
    found = take("swept", CUBIC, {"of": "out", "sign": -1.0})
    np.testing.assert_array_equal(found, -CUBIC["out"])


def test_slope_where_it_is_asked():
    assert take("slope", CUBIC, {"of": "out"}) == pytest.approx(GAIN, rel=1e-4)
    wanted = GAIN - 3 * CURVE * 0.01**2
    assert take("slope", CUBIC, {"of": "out", "at": 0.01}) == pytest.approx(wanted, rel=1e-4)
    assert take("slope", CUBIC, {"of": "out", "sign": -1.0}) == pytest.approx(-GAIN, rel=1e-4)
    assert math.isnan(take("slope", CUBIC, {"of": "out", "at": 0.03}))


def test_the_crossing_nearest_to_the_middle():
    assert take("swept_crossing", CUBIC, {"of": "out"}) == pytest.approx(-3.34e-4, rel=1e-2)
    falling = waves(-CUBIC["out"])
    assert take("swept_crossing", falling, {"of": "out"}) == pytest.approx(-3.34e-4, rel=1e-2)
    several = waves(np.sin(2 * np.pi * (AXIS - 0.002) / 0.02))
    assert take("swept_crossing", several, {"of": "out"}) == pytest.approx(0.002, rel=1e-6)
    assert math.isnan(take("swept_crossing", CUBIC, {"of": "out", "level": 1.0}))


def test_linearity_of_a_cubic():
    # The least-squares line through x³ over ±a has the slope 3a²/5; it is farthest off at the ends.
    a = AXIS[-1]
    wanted = CURVE * a**3 * (1 - 3 / 5) / np.ptp(CUBIC["out"])
    assert take("linearity_error", CUBIC, {"of": "out"}) == pytest.approx(wanted, rel=0.05)
    straight = take("linearity_error", waves(2.0 - AXIS), {"of": "out"})
    assert straight == pytest.approx(0.0, abs=1e-12)
    assert math.isnan(take("linearity_error", waves(np.ones_like(AXIS)), {"of": "out"}))


def test_an_ideal_square_has_no_product_error():
    square = waves(1e-9 * (4.0 * AXIS**2 - 0.3))
    assert take("product_error", square, {"of": "out"}) == pytest.approx(0.0, abs=1e-12)
    compressed = waves(np.tanh(13 * AXIS) ** 2)
    assert 0.001 < take("product_error", compressed, {"of": "out"}) < 0.05


def test_distortion_of_a_cubic():
    # sin³ is (3 sin − sin 3)/4.
    a = AXIS[-1]
    wanted = 0.25 * CURVE * a**3 / (GAIN * a - 0.75 * CURVE * a**3)
    found = take("harmonic_distortion", CUBIC, {"of": "out"})
    assert found == pytest.approx(wanted, rel=0.01)


def test_settling_of_an_exponential():
    time = np.linspace(0.0, 20e-6, 20001)
    late = np.maximum(time - 1e-6, 0.0)
    step = {"time": time, "out": 2.0 - np.exp(-late / 1e-6)}
    for within in (0.1, 0.01):
        found = take("settling_time", step, {"of": "out", "since": 1e-6, "within": within})
        assert found == pytest.approx(-1e-6 * math.log(within), rel=1e-3)
    steady = {"time": time, "out": np.ones_like(time)}
    assert math.isnan(take("settling_time", steady, {"of": "out", "since": 0.0, "within": 0.1}))
