"""The memory's model against closed forms of its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.models.families.switched_memory import (
    REFERENCE_TEMPERATURE,
    Dynamics,
    droop,
    leakage,
    sampled,
)

QUIET = Dynamics(
    capacitance=0.5e-12,
    ceiling=1.8,
    pedestal=-2e-5,
    pedestal_slope=2e-3,
    pedestal_curve=0.0,
    pedestal_bend=0.0,
    pedestal_heating=1e-3,
    n_leakage=3e-15,
    n_knee=0.0259,
    n_drain=0.0,
    n_activation=7900.0,
    p_leakage=1e-20,
    p_knee=0.0259,
    p_drain=0.0,
    p_activation=9000.0,
    drain_leakage=1e-22,
    drain_exponent=2.0,
    drain_heating=0.0,
    junction_slope=0.0,
    junction_leakage=1e-26,
    junction_activation=13000.0,
)


def parameters(**changes: float) -> tuple[float, ...]:
    return tuple(QUIET.replace(**changes).matrix()[0])


def test_a_constant_leak_is_a_straight_fall():
    fall = droop(1.0, 0.0, REFERENCE_TEMPERATURE, 1e-2, parameters())
    assert fall == pytest.approx(3e-15 * 1e-2 / 0.5e-12, rel=1e-4)


def test_arrhenius():
    hot = 358.15
    ratio = leakage(1.0, 0.0, hot, parameters()) / leakage(
        1.0, 0.0, REFERENCE_TEMPERATURE, parameters()
    )
    exact = math.exp(7900.0 * (1.0 / REFERENCE_TEMPERATURE - 1.0 / hot))
    assert ratio == pytest.approx(exact, rel=1e-4)


def test_an_input_at_the_held_voltage_takes_nothing_through_the_channels():
    p = parameters(p_leakage=3e-15, drain_leakage=1e-22)
    assert abs(leakage(0.9, 0.9, REFERENCE_TEMPERATURE, p)) < 1e-21


def test_each_channel_leaks_towards_its_rail():
    p = parameters(p_leakage=3e-15)
    assert leakage(0.9, 0.0, REFERENCE_TEMPERATURE, p) == pytest.approx(3e-15, rel=1e-3)
    assert leakage(0.9, 1.8, REFERENCE_TEMPERATURE, p) == pytest.approx(-3e-15, rel=1e-3)


def test_a_resistive_junction_is_an_exponential_approach():
    p = parameters(n_leakage=1e-21, junction_slope=1e-12)
    fall = droop(0.3, 0.9, REFERENCE_TEMPERATURE, 0.4, p)
    assert -fall == pytest.approx(1.5 * (1.0 - math.exp(-0.4 * 1e-12 / 0.5e-12)), rel=1e-6)


def test_what_sampling_adds():
    p = parameters()
    np.testing.assert_allclose(sampled(0.9, REFERENCE_TEMPERATURE, p), 0.9 - 2e-5, rtol=1e-12)
    warm = sampled(1.4, REFERENCE_TEMPERATURE + 50.0, p)
    np.testing.assert_allclose(warm, 1.4 + (1e-3 - 2e-5) * 1.05, rtol=1e-12)
