"""The multiplier's equations: signs, limits, the lag of its mirror."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.models.families.gilbert_cell import Dynamics, Inputs, follow

IDEAL = Dynamics(
    tail_current=10e-9,
    x_slope=13.5,
    y_slope=13.1,
    x_offset_left=0.0,
    x_offset_right=0.0,
    y_offset=0.0,
    offset_current=0.0,
)


def test_small_inputs_are_multiplied():
    x, y = np.meshgrid(np.linspace(-1e-3, 1e-3, 5), np.linspace(-1e-3, 1e-3, 5))
    wanted = 10e-9 * 13.5 * 13.1 * x * y
    np.testing.assert_allclose(IDEAL.output(Inputs(x, y)), wanted, atol=1e-3 * wanted.max())


def test_four_quadrants_and_the_tail_as_the_limit():
    for sign_x in (-1.0, 1.0):
        for sign_y in (-1.0, 1.0):
            at = Inputs(np.array(sign_x), np.array(sign_y))
            assert float(IDEAL.output(at)) == pytest.approx(sign_x * sign_y * 10e-9, rel=1e-6)


def test_offsets_of_the_upper_pairs_pass_y_through():
    cell = IDEAL.replace(x_offset_left=2e-3, x_offset_right=-2e-3)
    found = cell.output(Inputs(np.zeros(2), np.array([-0.1, 0.1])))
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx(-10e-9 * 13.5 * 2e-3, rel=0.01)


def test_the_output_voltage_moves_offsets_and_the_mirror():
    cell = IDEAL.replace(drain_offset=2e-3, mirror_early=5e-3)
    at_reference, higher = (
        float(cell.output(Inputs(np.array(0.0), np.array(0.0), v_out=v))) for v in (1.2, 1.4)
    )
    assert at_reference == pytest.approx(0.0, abs=1e-20)
    wanted = -10e-9 * 13.5 * 2e-3 * 0.2 - 5e-9 * 5e-3 * 0.2
    assert higher == pytest.approx(wanted, rel=1e-3)


def test_many_instances_at_once():
    cells = IDEAL.replace(tail_current=np.array([9e-9, 10e-9, 11e-9]))
    found = cells.output(Inputs(np.linspace(-0.1, 0.1, 6)[:, None], np.array(0.05)))
    assert found.shape == (6, 3)
    np.testing.assert_allclose(found[:, 0] / found[:, 1], 0.9)


def test_a_mirror_follows_a_step_as_the_logistic_curve():
    charge, step = 4e-15, 2e-8
    settled = np.full(500, 8e-9)
    settled[0] = 2e-9
    # The step is over by the second sample; from there on its target is constant.
    found = follow(settled, step, charge)
    after = np.arange(499) * step
    wanted = 8e-9 / (1.0 + (8e-9 / found[1] - 1.0) * np.exp(-after * 8e-9 / charge))
    np.testing.assert_allclose(found[1:], wanted, rtol=1e-9)


def test_a_mirror_trails_a_slow_ramp_by_its_lag():
    charge, rate = 4e-15, 1e-9 / 1e-4
    for step in (1e-7, 1e-6, 1e-5):
        times = np.arange(0.0, 2e-4, step)
        settled = 5e-9 + rate * times
        found = follow(settled, step, charge)
        lag = (settled - found)[-1] / rate
        assert lag == pytest.approx(charge / settled[-1], rel=0.02)


def test_a_mirror_without_charge_is_at_once_where_it_should_be():
    settled = np.linspace(1e-9, 9e-9, 50)
    np.testing.assert_allclose(follow(settled, 1e-5, 1e-22), settled, rtol=1e-6)


def test_a_response_ends_at_the_settled_output():
    x = np.concatenate([[-0.05], np.full(400, 0.05)])
    at = Inputs(x, np.full(len(x), 0.08))
    found = IDEAL.replace(mirror_charge=4e-15).respond(at, 1e-7)
    np.testing.assert_allclose(found[[0, -1]], IDEAL.output(at)[[0, -1]], rtol=1e-6)
    assert np.all(np.diff(found[1:]) >= 0.0)
