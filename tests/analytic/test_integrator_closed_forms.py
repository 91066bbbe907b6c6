"""The integrator where its equation has a closed form: eq. 6 of Bartolozzi and Indiveri 2007.

Far above I_g, with a slope of 1, no curvature and no Early term, the output is a linear first-order
filter of the weight current: tau dI/dt = I_w I_g / I_tau − I.
"""

import math

import numpy as np
import pytest

from neuromix.models.families import differential_pair_integrator as dpi

TAU, I_TAU, I_GAIN = 5e-3, 2e-12, 1e-15
P = tuple(
    dpi.Dynamics(
        time_constant=TAU, tau_current=I_TAU, gain_current=I_GAIN, gain_exponent=1.0,
        floor_current=1e-18, floor_exponent=1.0,
    ).matrix()[0]
)  # fmt: skip
WEIGHT = 20e-9
SETTLED = WEIGHT * I_GAIN / I_TAU


def log(current):
    return math.log(current / dpi.REFERENCE_CURRENT)


@pytest.mark.parametrize("duration", [1e-4, 1e-3, 5e-3, 20e-3])
def test_a_step_of_the_weight_rises_exponentially(duration):
    start = 1e-12
    expected = SETTLED + (start - SETTLED) * math.exp(-duration / TAU)
    found = dpi.source(dpi.inject(log(start), WEIGHT, duration, P), P)
    assert found == pytest.approx(expected, rel=2e-3)


def test_between_pulses_it_falls_exponentially():
    found = dpi.source(dpi.decay(log(1e-9), 3 * TAU, P), P)
    assert found == pytest.approx(1e-9 * math.exp(-3), rel=1e-6)


def test_the_charge_of_a_pulse_is_the_filters_gain():
    """∫ I dt = I_w width I_g / I_tau, whatever the filter's time constant."""
    times = np.linspace(0, 60e-3, 60001)
    one = np.array([1.0])
    source, _ = dpi.respond(times, 1e-3 * one, 1e-4 * one, WEIGHT * one, 0.5, P)
    assert np.trapezoid(source, times) == pytest.approx(WEIGHT * 1e-4 * I_GAIN / I_TAU, rel=0.02)


def test_a_regular_train_settles_at_its_mean():
    x = log(1e-12)
    mean = 0.0
    for k in range(400):
        x = dpi.inject(dpi.decay(x, 198e-6, P), WEIGHT, 2e-6, P)
        mean += dpi.source(x, P) / 100 if k >= 300 else 0.0
    assert mean == pytest.approx(SETTLED * 2e-6 / 200e-6, rel=0.03)
