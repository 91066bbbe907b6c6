"""The branch-free table: the spline that it says, from a tuple as from an array."""

import numpy as np
import pytest
from numba import njit
from scipy.interpolate import CubicSpline

from neuromix.models.spline import FEWEST, coefficients, knots, lookup

FIRST = 2


@pytest.mark.parametrize("points", [FEWEST, 6, 25])
def test_it_is_the_spline_without_knots_at_the_ends(points):
    values = np.exp(np.linspace(0.0, 4.0, points)) * np.sin(np.arange(points))
    found = coefficients(values)
    assert len(found) == points == 4 + len(knots(points))
    row = np.array([7.0, 8.0, *found])
    looked_up = lookup(FIRST, points)

    @njit
    def at(p, u):
        return looked_up(p, u)

    reference = CubicSpline(np.arange(points), values)
    scale = np.abs(values).max()
    for u in np.linspace(0.0, points - 1.0, 61):
        value, slope = at(row, u)
        assert value == pytest.approx(reference(u), abs=1e-12 * scale)
        assert slope == pytest.approx(reference(u, 1), abs=1e-11 * scale)
        assert at(tuple(row), u) == (value, slope)
    # Below the first point it is a straight line.
    value, slope = at(row, -3.0)
    assert value == pytest.approx(values[0] - 3.0 * slope)
    assert slope == pytest.approx(float(reference(0.0, 1)))
