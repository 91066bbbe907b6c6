"""Measures of a synapse on waveforms that are known in closed form."""

import numpy as np
import pytest

from neuromix.measure import take

TIME = np.sort(np.concatenate([np.linspace(0, 1e-3, 4001), np.geomspace(1e-9, 9e-4, 500)]))


def waves(current):
    return {"time": TIME, "i(out)": current}


def test_what_is_pushed_has_the_other_sign():
    given = waves(-2e-9 * TIME / 1e-3)
    pushed = take(
        "pushed_current", given, {"of": "i(out)", "start": 0.0, "stop": 1e-3, "points": 3}
    )
    np.testing.assert_allclose(pushed, [0.0, 1e-9, 2e-9], atol=1e-18)
    assert take("pushed_final", given, {"of": "i(out)"}) == pytest.approx(2e-9)


def test_charges_of_windows_add_up():
    given = waves(1e-9 * np.sin(np.pi * TIME / 1e-3) ** 2)
    arguments = {"of": "i(out)", "start": 0.0, "window": 0.25e-3, "windows": 4}
    charges = take("drawn_charges", given, arguments)
    quarter = 1e-12 * (0.125 - 0.5 / (2 * np.pi))
    np.testing.assert_allclose(charges[[0, 3]], quarter, rtol=1e-5)
    assert charges.sum() == pytest.approx(0.5e-12, rel=1e-6)
    np.testing.assert_allclose(take("pushed_charges", given, arguments), -charges)


def test_the_time_constant_of_an_exponential():
    given = waves(1e-9 * np.exp(-TIME / 2e-4))
    arguments = {"of": "i(out)", "start": 1e-4, "stop": 6e-4}
    assert take("decay_time", given, arguments) == pytest.approx(2e-4, rel=1e-4)
    assert np.isnan(take("decay_time", waves(np.zeros_like(TIME)), arguments))
