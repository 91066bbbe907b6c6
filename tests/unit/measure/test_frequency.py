"""Measures of a frequency response against poles that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.measure import take

FREQUENCY = np.geomspace(1e-4, 1e7, 1101)


def response(gain: float, *poles: float) -> dict[str, np.ndarray]:
    transfer = gain / np.prod([1.0 + 1j * FREQUENCY / pole for pole in poles], axis=0)
    phase = np.degrees(np.unwrap(np.angle(transfer)))
    return {"frequency": FREQUENCY, "v_out": np.abs(transfer), "phase(v_out)": phase}


def test_one_pole():
    waves = response(100.0, 1e3)
    of = {"of": "v_out"}
    assert take("low_frequency_gain", waves, of) == pytest.approx(100.0, rel=1e-6)
    assert take("low_frequency_gain_in_decibels", waves, of) == pytest.approx(40.0, rel=1e-6)
    assert take("bandwidth", waves, of) == pytest.approx(1e3, rel=2e-5)
    assert take("unity_gain_frequency", waves, of) == pytest.approx(
        1e3 * math.sqrt(1e4 - 1.0), rel=2e-5
    )


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_phase_margin_of_two_poles_does_not_depend_on_the_sign(sign):
    waves = response(sign * 1000.0, 10.0, 1e4)
    unity = take("unity_gain_frequency", waves, {"of": "v_out"})
    exact = 180.0 - math.degrees(math.atan(unity / 10.0) + math.atan(unity / 1e4))
    assert take("phase_margin", waves, {"of": "v_out"}) == pytest.approx(exact, abs=0.02)


def test_what_never_falls_has_no_corner():
    waves = response(0.5, 1e9)
    for kind in ("bandwidth", "unity_gain_frequency", "phase_margin"):
        assert math.isnan(take(kind, waves, {"of": "v_out"}))
