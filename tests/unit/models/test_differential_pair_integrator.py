"""The compiled functions of the integrator against its equations, written out by name here."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from neuromix.models.families import differential_pair_integrator as dpi

VALUES = {
    "time_constant": 5.1e-3,
    "tau_current": 1.75e-12,
    "gain_current": 15.8e-12,
    "gain_exponent": 0.9,
    "gain_exponent_slope": -0.033,
    "gain_exponent_curve": -0.006,
    "gain_curve": 0.049,
    "decay_early": -0.051,
    "floor_current": 6.7e-12,
    "floor_exponent": 1.33,
    "pulse_charge": 0.74e-15,
    "sink_gain": 1.03,
    "sink_gain_slope": -0.0026,
    "sink_lag_charge": 0.54e-15,
    "source_early": 0.0165,
    "sink_early": 0.041,
    "sink_knee": 0.0165,
}
CELL = dpi.Dynamics.from_values(VALUES)
P = tuple(CELL.matrix()[0])


def slope(x, weight=0.0, v=VALUES):
    """dx/dt as the module's text states it."""
    floor = math.log(v["floor_current"] / 1e-9)
    rate = -(1 + v["decay_early"] * x) * (1 - math.exp(-v["floor_exponent"] * (x - floor)))
    if weight > 0.0:
        y = x - math.log(v["gain_current"] / 1e-9)
        ell = math.log(weight / 1e-8)
        s = v["gain_exponent"] + v["gain_exponent_slope"] * ell + v["gain_exponent_curve"] * ell**2
        rate += weight / v["tau_current"] / (1 + math.exp(s * y + v["gain_curve"] * y**2))
    return rate / v["time_constant"]


def solved(x, duration, weight=0.0):
    run = solve_ivp(
        lambda _, y: [slope(y[0], weight)],
        (0, duration),
        [x],
        rtol=1e-10,
        atol=1e-12,
        method="LSODA",
    )
    return run.y[0, -1]


@pytest.mark.parametrize("current", [7e-12, 30e-12, 1e-9, 5e-9])
@pytest.mark.parametrize("dt", [1e-5, 1e-4, 2e-3, 30e-3])
def test_decay_follows_the_equation(current, dt):
    x = math.log(current / 1e-9)
    assert dpi.decay(x, dt, P) == pytest.approx(solved(x, dt), abs=2e-4)


@pytest.mark.parametrize("dt", [1e-5, 1e-4])
def test_decay_in_steps_of_an_array_does_not_drift(dt):
    x = 1.5
    for _ in range(round(10e-3 / dt)):
        x = dpi.decay(x, dt, P)
    assert x == pytest.approx(solved(1.5, 10e-3), abs=2e-6)


def test_decay_is_the_closed_form_without_the_early_term():
    p = tuple(CELL.replace(decay_early=0.0).matrix()[0])
    floor, m, x = math.log(6.7e-3), 1.33, -1.0
    expected = floor + math.log1p(math.expm1(m * (x - floor)) * math.exp(-m * 4e-3 / 5.1e-3)) / m
    assert dpi.decay(x, 4e-3, p) == pytest.approx(expected, abs=1e-12)


def test_rest_is_where_it_stays():
    assert dpi.source(dpi.rest(P), P) == pytest.approx(6.7e-12)
    assert dpi.decay(dpi.rest(P), 1.0, P) == pytest.approx(dpi.rest(P), abs=1e-12)


def test_from_below_the_floor_it_comes_up():
    below = dpi.rest(P) - 1.0
    assert dpi.decay(below, 1e-3, P) == pytest.approx(solved(below, 1e-3), abs=5e-4)
    assert dpi.decay(below, 0.1, P) == pytest.approx(dpi.rest(P), abs=1e-6)


@pytest.mark.parametrize("current", [6.7e-12, 50e-12, 1e-9, 5e-9])
@pytest.mark.parametrize(("weight", "width"), [(1e-9, 2e-6), (30e-9, 2e-6), (60e-9, 10e-6)])
def test_inject_follows_the_equation(current, weight, width):
    x = math.log(current / 1e-9)
    acting = width + VALUES["pulse_charge"] / weight
    assert dpi.inject(x, weight, width, P) == pytest.approx(solved(x, acting, weight), abs=1e-4)


def test_a_pulse_without_weight_is_a_decay():
    assert dpi.inject(0.0, 0.0, 1e-4, P) == dpi.decay(0.0, 1e-4, P)


def test_the_sink_follows_its_equation():
    gained = dpi.sink(-2.0, P)
    assert gained == pytest.approx(1.03e-9 * math.exp((1 - 0.0026) * -2.0))
    run = solve_ivp(
        lambda _, y: [y[0] * (gained - y[0]) / 0.54e-15], (0, 5e-6), [7e-12], rtol=1e-9, atol=1e-18
    )
    assert dpi.sink_follow(7e-12, gained, gained, 5e-6, P) == pytest.approx(run.y[0, -1], rel=1e-5)
    assert dpi.sink_follow(7e-12, gained, gained, 1.0, P) == pytest.approx(gained)


def test_the_sink_trails_a_slow_fall_by_its_lag():
    start, after, dt = 100e-12, 98e-12, 100e-6
    lag = 0.54e-15 / 99e-12
    trailing = start + (start - after) / dt * lag
    found = dpi.sink_follow(trailing, start, after, dt, P)
    assert found == pytest.approx(after + (start - after) / dt * lag, rel=1e-4)


def test_compliance_is_one_at_the_reference_and_the_sink_stops_at_ground():
    assert dpi.source_compliance(0.5, P) == 1.0
    assert dpi.sink_compliance(0.5, P) == pytest.approx(1.0, abs=1e-9)
    assert dpi.sink_compliance(0.0, P) == 0.0
    assert dpi.sink_compliance(-0.1, P) == 0.0
    assert dpi.source_compliance(0.9, P) < 1.0 < dpi.sink_compliance(0.9, P)


def test_respond_is_the_same_on_any_grid():
    onset, width = np.array([1e-3, 1.4e-3, 5e-3]), np.array([2e-6, 8e-6, 4e-6])
    weight = np.array([30e-9, 5e-9, 60e-9])
    fine = np.linspace(0, 10e-3, 10001)
    source, sink = dpi.respond(fine, onset, width, weight, 0.5, P)
    coarse, coarse_sink = dpi.respond(fine[::500], onset, width, weight, 0.5, P)
    np.testing.assert_allclose(coarse, source[::500], rtol=1e-4)
    np.testing.assert_allclose(coarse_sink, sink[::500], rtol=1e-3)
    x = dpi.inject(dpi.decay(dpi.rest(P), 1e-3, P), 30e-9, 2e-6, P)
    assert np.interp(1.2e-3, fine, source) == pytest.approx(
        dpi.source(dpi.decay(x, 1.98e-4, P), P), rel=1e-4
    )


def test_respond_inside_of_a_pulse_is_between_its_ends():
    times = np.array([1e-3, 1.005e-3, 1.010e-3])
    source, _ = dpi.respond(times, times[:1], np.array([1e-5]), np.array([60e-9]), 0.5, P)
    assert source[0] < source[1] < source[2]


def test_an_array_of_instances_has_a_row_each():
    many = CELL.replace(time_constant=np.array([4e-3, 5e-3, 6e-3]))
    decayed = [dpi.decay(0.0, 1e-3, tuple(row)) for row in many.matrix(3)]
    assert decayed == sorted(decayed)
    assert many.kernels()[1] is dpi.decay
