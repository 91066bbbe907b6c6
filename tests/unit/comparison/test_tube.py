"""The tolerance tube is exact: against a brute-force search, and on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.comparison.piecewise import largest_between, on_segments
from neuromix.comparison.tube import band, largest_departure

TRIANGLE = (np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0]))


def curve(points):
    return tuple(np.array(part, dtype=float) for part in zip(*points, strict=True))


@st.composite
def curves(draw, low=2, high=8):
    """Curves from 0 to 10 on a coarse raster of places, so that grids of two often coincide."""
    inner = draw(st.lists(st.integers(1, 99), min_size=low - 2, max_size=high - 2, unique=True))
    places = np.array([0, *sorted(inner), 100]) / 10.0
    values = draw(
        st.lists(st.integers(-20, 20), min_size=len(places), max_size=len(places)).map(np.array)
    )
    return places, values / 4.0


def brute_force(reference, other, time, raster=4001):
    """Largest distance beyond the reference's values within the window, by looking everywhere."""
    moments = np.union1d(np.linspace(0.0, 10.0, raster), other[0])
    window = np.union1d(np.linspace(0.0, 10.0, raster), reference[0])
    values = np.interp(window, *reference)
    first = np.searchsorted(window, moments - time - 1e-12)
    last = np.searchsorted(window, moments + time + 1e-12)
    ends = np.maximum(np.interp(moments - time, *reference), np.interp(moments + time, *reference))
    high = np.maximum(largest_between(values, first, last), ends)
    ends = np.minimum(np.interp(moments - time, *reference), np.interp(moments + time, *reference))
    low = np.minimum(-largest_between(-values, first, last), ends)
    ours = np.interp(moments, *other)
    return float(np.maximum(ours - high, low - ours).max())


@settings(max_examples=150, deadline=None)
@given(curves(), curves(), st.sampled_from([0.0, 0.1, 0.35, 2.0, 20.0]))
def test_it_finds_the_largest_distance_between_the_points_too(reference, other, time):
    exact = largest_departure(reference, other, 0.0, time)
    searched = brute_force(reference, other, time)
    steepest = max(np.abs(np.diff(c[1]) / np.diff(c[0])).max() for c in (reference, other))
    assert exact.distance >= searched - 1e-9
    assert exact.distance <= searched + 2.0 * steepest * 10.0 / 4000 + 1e-9
    assert 0.0 <= exact.place <= 10.0
    np.testing.assert_allclose(np.interp(exact.place, *other), exact.value, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(curves(), curves(), st.sampled_from([0.0, 0.35, 2.0]))
def test_a_wider_tube_lets_through_exactly_what_is_within_it(reference, other, time):
    distance = largest_departure(reference, other, 0.0, time).distance
    if distance <= 1e-9:
        return
    assert largest_departure(reference, other, 1.0001 * distance, time).first is None
    assert largest_departure(reference, other, 0.999 * distance, time).first is not None


def test_a_deviation_between_all_points_is_found():
    """Both curves agree on every point that they share; the error is in between."""
    fine = (np.array([0.0, 0.5, 1.0, 2.0]), np.array([0.0, 0.9, 1.0, 0.0]))
    found = largest_departure(TRIANGLE, fine, 0.1, 0.0)
    assert found.distance == pytest.approx(0.4)
    assert found.place == pytest.approx(0.5)
    assert (found.value, found.allowed) == (pytest.approx(0.9), pytest.approx(0.5))


def test_the_kink_between_two_points_of_the_tube():
    """A flat line across the valley of a V, which the shifted flanks cross between any points."""
    valley = (np.array([0.0, 5.0, 10.0]), np.array([5.0, 0.0, 5.0]))
    flat = (np.array([0.0, 10.0]), np.array([1.0, 1.0]))
    # Within ±0.5 the reference reaches 0.5 at the bottom, so 1.0 is 0.5 above, at the kink.
    found = largest_departure(valley, flat, 0.0, 0.5)
    below = largest_departure(flat, valley, 0.0, 0.5)
    assert found.distance == pytest.approx(3.5)
    assert below.distance == pytest.approx(4.0)
    bump = (np.array([0.0, 4.0, 5.0, 6.0, 10.0]), np.array([5.0, 1.0, 0.8, 1.0, 5.0]))
    found = largest_departure(valley, bump, 0.0, 0.5)
    assert (found.distance, found.place) == (pytest.approx(0.3), pytest.approx(5.0))


def test_a_shift_in_time_within_the_tolerance_passes_even_at_an_edge():
    edge = curve([(0, 0), (5, 0), (5.001, 1), (10, 1)])
    late = curve([(0, 0), (5.4, 0), (5.401, 1), (10, 1)])
    assert largest_departure(edge, late, 1e-9, 0.4).first is None
    found = largest_departure(edge, late, 1e-9, 0.3)
    assert found.distance == pytest.approx(1.0, rel=1e-3)
    assert found.first == pytest.approx(5.3, abs=0.01)
    assert found.outside == pytest.approx(0.01, rel=0.02)


def test_jumps_are_one_place_with_two_values():
    jump = curve([(0, 0), (5, 0), (5, 1), (10, 1)])
    assert largest_departure(jump, jump, 0.0, 0.0).first is None
    ramp = curve([(0, 0), (4.9, 0), (5.1, 1), (10, 1)])
    assert largest_departure(jump, ramp, 0.0, 0.1).first is None
    assert largest_departure(jump, ramp, 0.0, 0.09).first is not None
    assert largest_departure(ramp, jump, 0.0, 0.1).first is None
    moved = curve([(0, 0), (5, 0), (5, 1.5), (10, 1)])
    assert largest_departure(jump, moved, 0.1, 0.0).distance == pytest.approx(0.5)


def test_the_range_in_common_is_compared():
    longer = (np.array([-1.0, 0.0, 1.0, 2.0, 3.0]), np.array([9.0, 0.0, 1.0, 0.0, 9.0]))
    assert largest_departure(TRIANGLE, longer, 0.0, 0.0).first is None


@pytest.mark.parametrize("points", [7, 100, 1001])
def test_another_grid_of_the_same_curve(points):
    grid = np.union1d(np.linspace(0.0, 2.0, points), TRIANGLE[0])
    again = (grid, np.interp(grid, *TRIANGLE))
    for one, two in ((TRIANGLE, again), (again, TRIANGLE)):
        assert largest_departure(one, two, 0.0, 0.0).first is None


def test_the_drawn_band_is_the_tube():
    places, low, high = band(TRIANGLE, 0.1, 0.25)
    np.testing.assert_allclose(np.interp([0.0, 0.5, 1.0], places, high), [0.35, 0.85, 1.1])
    np.testing.assert_allclose(np.interp([0.0, 0.5, 2.0], places, low), [-0.1, 0.15, -0.1])


def test_a_long_record_takes_moments():
    rng = np.random.default_rng(1)
    time = np.linspace(0.0, 1.0, 300_001)
    wave = np.cumsum(rng.normal(size=len(time)))
    again = np.linspace(0.0, 1.0, 200_003)
    found = largest_departure((time, wave), (again, np.interp(again, time, wave)), 50.0, 1e-5)
    assert found.first is None


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40), st.data())
def test_the_largest_between(values, data):
    array = np.array(values, dtype=float)
    ends = st.integers(0, len(values))
    pairs = data.draw(st.lists(st.tuples(ends, ends), min_size=1, max_size=20))
    first, last = (np.array(part) for part in zip(*pairs, strict=True))
    expected = [max(values[a:b], default=-np.inf) for a, b in pairs]
    np.testing.assert_array_equal(largest_between(array, first, last), expected)


def test_a_curve_keeps_its_value_beyond_its_ends():
    at = np.array([-5.0, 1.0, 7.0])
    np.testing.assert_allclose(on_segments(TRIANGLE, at, at), [0.0, 1.0, 0.0])
    one = (np.array([1.0]), np.array([3.0]))
    np.testing.assert_allclose(on_segments(one, at, at), 3.0)
