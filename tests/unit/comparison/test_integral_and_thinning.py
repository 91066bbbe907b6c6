"""Running integrals and thinned curves, against quadrature and against the tube itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.comparison.integral import integral_of_magnitude, largest_difference
from neuromix.comparison.thinning import sampled, thinned
from neuromix.comparison.tube import largest_departure

values = st.lists(st.integers(-8, 8), min_size=2, max_size=12).map(lambda x: np.array(x) / 2.0)


def even(heights):
    return np.linspace(0.0, 1.0, len(heights)), heights


@settings(deadline=None)
@given(values, values)
def test_the_largest_difference_of_running_integrals(ours, theirs):
    reference, other = even(ours), even(theirs)
    difference, place = largest_difference(reference, other)
    fine = np.linspace(0.0, 1.0, 20_001)
    gap = np.interp(fine, *other) - np.interp(fine, *reference)
    running = np.concatenate([[0.0], np.cumsum(0.5 * (gap[1:] + gap[:-1]) * np.diff(fine))])
    assert abs(difference) == pytest.approx(np.abs(running).max(), abs=1e-4)
    assert running[np.searchsorted(fine, place).clip(0, 20_000)] == pytest.approx(
        difference, abs=1e-3
    )


def test_errors_that_cancel_in_the_end_are_found_in_the_middle():
    flat = even(np.zeros(3))
    swing = (np.array([0.0, 0.25, 0.75, 1.0]), np.array([0.0, 1.0, -1.0, 0.0]))
    difference, place = largest_difference(flat, swing)
    assert (difference, place) == (pytest.approx(0.25), pytest.approx(0.5))


@given(values)
def test_the_integral_of_the_magnitude(heights):
    fine = np.linspace(0.0, 1.0, 20_001)
    expected = np.trapezoid(np.abs(np.interp(fine, *even(heights))), fine)
    assert integral_of_magnitude(even(heights)) == pytest.approx(expected, abs=1e-3)


@settings(deadline=None)
@given(st.lists(st.integers(-20, 20), min_size=2, max_size=60), st.sampled_from([0.0, 0.01, 0.1]))
def test_a_thinned_curve_holds_the_original_in_its_tube(heights, time):
    original = even(np.array(heights, dtype=float))
    left = thinned(original, 1.5, time)
    assert set(left[0]) <= set(original[0])
    assert (left[0][0], left[0][-1]) == (0.0, 1.0)
    assert largest_departure(left, original, 1.5, time).first is None


def test_points_go_where_the_curve_bends():
    time = np.linspace(0.0, 1.0, 10_001)
    pulse = np.exp(-(((time - 0.3) / 0.01) ** 2))
    left = thinned((time, pulse), 1e-3)
    assert len(left[0]) < 80
    assert np.mean((left[0] > 0.25) & (left[0] < 0.35)) > 0.9
    assert np.abs(np.interp(time, *left) - pulse).max() <= 1e-3


def test_a_tolerance_of_time_spares_the_points_of_an_edge():
    time = np.linspace(0.0, 1.0, 100_001)
    edge = np.tanh((time - 0.5) / 1e-4)
    assert len(thinned((time, edge), 1e-3, 1e-3)[0]) < 0.5 * len(thinned((time, edge), 1e-3)[0])


def test_jumps_stay():
    jump = np.array([0.0, 1.0, 1.0, 2.0]), np.array([0.0, 0.0, 1.0, 1.0])
    np.testing.assert_array_equal(thinned(jump, 0.1), jump)


def test_samples_of_a_formula_follow_its_bends():
    knots = np.array([0.0, 0.1, 1.0])
    places, heights = sampled(lambda t: np.exp(-t / 0.01), knots, 1e-5)
    fine = np.linspace(0.0, 1.0, 200_001)
    assert np.abs(np.interp(fine, places, heights) - np.exp(-fine / 0.01)).max() < 1.2e-5
    assert np.median(places) < 0.1
