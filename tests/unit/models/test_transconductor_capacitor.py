"""The transconductor's model against closed forms of its limits."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.models.families.transconductor_capacitor import (
    Dynamics,
    respond,
    static_currents,
)

IDEAL = Dynamics(
    capacitance=1e-12,
    bias_current=10e-9,
    tail_early=0.0,
    tail_capacitance=1e-18,
    thermal_voltage=0.0259,
    input_scale=0.036,
    input_scale_slope=0.0,
    inversion=0.0,
    offset=0.0,
    mirror_gain=1.0,
    mirror_early=0.0,
    mirror_softness=0.0,
    mirror_charge=1e-17,
    mirror_inversion_current=1e-3,
    mirror_knee=0.0259,
    ceiling=1.8,
    pair_early=0.0,
    pair_softness=0.0,
    pair_knee=0.0259,
    pair_drop=0.3,
)
DIFFERENCE = np.linspace(-0.1, 0.1, 21)


def static(dynamics: Dynamics, difference=DIFFERENCE, output=0.9):
    held = np.full_like(difference, output)
    p = tuple(dynamics.matrix()[0])
    return static_currents(0.9 + 0.5 * difference, 0.9 - 0.5 * difference, held, p)


def test_the_static_current_is_a_hyperbolic_tangent():
    exact = 10e-9 * np.tanh(DIFFERENCE / 0.072)
    np.testing.assert_allclose(static(IDEAL), exact, atol=1e-17)
    assert IDEAL.transconductance() == pytest.approx(10e-9 / 0.072)


def test_the_offset_is_the_input_at_which_nothing_flows():
    (current,) = static(IDEAL.replace(offset=0.003), np.array([0.003]))
    assert abs(current) < 1e-17


def test_moderate_inversion_flattens_the_curve():
    found = static(IDEAL.replace(inversion=0.4))
    # y + 0.4 tanh(y/2) = x is met by the share that the model returns.
    y = 2.0 * np.arctanh(found / 10e-9)
    np.testing.assert_allclose(y + 0.4 * np.tanh(y / 2.0), DIFFERENCE / 0.036, atol=1e-6)


def test_the_pair_of_physics_in_triode():
    """With K_p = U both halves follow from exponentials alone (see the family's text)."""
    output, share = 0.25, 1.0 / (1.0 + np.exp(0.05 / 0.036))
    follower = 0.925 - 0.9 + 0.036 * np.log1p(np.exp(-0.05 / 0.036))
    closing = np.exp((0.3 + follower * 0.0259 / 0.036 - output) / 0.0259)
    right = 10e-9 * (1.0 - share) * (1.0 - share * closing)
    (found,) = static(IDEAL, np.array([-0.05]), output)
    assert found == pytest.approx(10e-9 - 2.0 * right, rel=1e-9)


def test_a_step_is_integrated():
    times = np.linspace(0.0, 1e-4, 101)
    corners = np.array([0.0, 1e-4])
    p = tuple(IDEAL.matrix()[0])
    found = respond(times, corners, np.full(2, 0.905), np.full(2, 0.895), 0.6, p)
    np.testing.assert_allclose(found, 0.6 + times * 1e4 * np.tanh(0.01 / 0.072), rtol=1e-5)


def test_the_mirror_lags_by_its_charge():
    """A ramp of the mirror's input arrives late by about q_m/I."""
    lagging = IDEAL.replace(mirror_charge=5e-15)
    times = np.linspace(0.0, 4e-5, 401)
    corners = np.array([0.0, 1e-5, 1e-5 + 1e-9, 4e-5])
    positive = np.array([0.9, 0.9, 1.0, 1.0])
    runs = [
        respond(times, corners, positive, np.full(4, 0.9), 0.5, tuple(d.matrix()[0]))
        for d in (IDEAL, lagging)
    ]
    # The mirror goes from half the tail's current to I_1 ≈ I: ∫(I_1 − I_m) dt = q_m ln(I_1/I_m(0)).
    share = 1.0 / (1.0 + np.exp(-0.1 / 0.036))
    lost = 5e-15 * np.log(share / 0.5) / 1e-12
    assert runs[0][-1] - runs[1][-1] == pytest.approx(lost, rel=0.01)


def test_the_output_stays_below_the_ceiling():
    times = np.linspace(0.0, 1e-3, 11)
    p = tuple(IDEAL.matrix()[0])
    found = respond(times, np.array([0.0, 1e-3]), np.full(2, 1.0), np.full(2, 0.9), 0.9, p)
    assert 1.7 < found[-1] < 1.8
    assert found[-1] == pytest.approx(found[-2], abs=1e-9)


def test_a_step_finds_the_output_far_below_the_tail():
    """The pair then conducts backwards and lifts the output at once; nothing runs away."""
    times = np.linspace(0.0, 2e-5, 21)
    corners = np.array([0.0, 1e-5, 1.01e-5, 2e-5])
    soft = IDEAL.replace(pair_softness=0.1, pair_knee=0.017, mirror_charge=3e-15)
    p = tuple(soft.matrix()[0])
    both = np.array([0.7, 0.7, 1.1, 1.1])
    found = respond(times, corners, both - 0.05, both, 0.2, p)
    # The tail's node rises by 0.4 V over the slope factor, and the output is lifted after it.
    assert np.all(np.isfinite(found))
    assert found[9] == pytest.approx(0.135, abs=0.05)
    assert found[11] - found[9] > 0.2
