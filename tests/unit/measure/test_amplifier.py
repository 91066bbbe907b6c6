"""Rates, powers and noise of amplifiers against formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.measure import take


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_rate_of_a_ramp_that_starts_late(sign):
    time = np.array([0.0, 1e-3, 3e-3, 4e-3])
    wave = np.array([0.5, 0.5, 1.5, 1.5]) if sign > 0.0 else np.array([1.5, 1.5, 0.5, 0.5])
    waves = {"time": time, "v": wave}
    found = take("rate_between", waves, {"of": "v", "low": 0.7, "high": 1.3})
    assert found == pytest.approx(sign * 500.0)
    assert math.isnan(take("rate_between", waves, {"of": "v", "low": 0.3, "high": 1.0}))


def test_the_power_of_a_supply():
    waves = {"i(vdd)": np.array([2e-8])}
    assert take("supply_power", waves, {"current": "i(vdd)", "voltage": 2.0}) == 4e-8


def test_white_noise_of_a_follower():
    """Noise of density S behind a follower of one pole at f_1 is S f_1 pi/2."""
    frequency = np.geomspace(1e-1, 1e9, 2001)
    gain = 400.0 / np.abs(1.0 + 1j * frequency / 50.0)
    density = np.full_like(frequency, 7e-7)
    waves = {
        "frequency": frequency,
        "input_noise": density,
        "output_noise": density * gain,
    }
    unity = 50.0 * math.sqrt(400.0**2 - 1.0)
    found = take("follower_noise", waves, {})
    assert found == pytest.approx(7e-7 * math.sqrt(unity * math.pi / 2.0), rel=0.005)
    assert take("input_noise_density", waves, {"frequency": 1e4}) == pytest.approx(7e-7)
    assert math.isnan(take("input_noise_density", waves, {"frequency": 1e-2}))
