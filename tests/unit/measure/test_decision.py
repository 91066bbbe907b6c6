"""Measures of a comparator's decisions, on waveforms that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.measure import take

TIME = np.linspace(0.0, 10.0, 1001)
GIVEN = {"of": "out", "supply": 1.8}


def waves(*edges):
    """Return a square wave that changes at ``edges``, s, and a triangle under it."""
    level = np.zeros_like(TIME)
    for edge in edges:
        level += np.where(edge > TIME, 0.0, 1.0)
    triangle = 0.9 - 0.1 + 0.2 * (1.0 - np.abs(TIME - 5.0) / 5.0)
    return {
        "time": TIME,
        "out": 1.8 * (level % 2),
        "in_p": triangle,
        "in_n": np.full_like(TIME, 0.9),
    }


def test_both_directions_are_decisions():
    found = take("decisions", waves(2.505, 7.505), GIVEN)
    np.testing.assert_allclose(found, [2.505, 7.505], atol=1e-9)
    assert len(take("decisions", waves(), GIVEN)) == 0


def test_the_delay_is_to_the_next_decision():
    two = waves(2.505, 7.505)
    assert take("decision_delay", two, {**GIVEN, "since": 2.0}) == pytest.approx(0.505)
    assert take("decision_delay", two, {**GIVEN, "since": 3.0}) == pytest.approx(4.505)
    assert math.isnan(take("decision_delay", two, {**GIVEN, "since": 8.0}))


def test_lateness_on_both_sides_is_no_offset():
    """The triangle passes the reference at 2.5 s and 7.5 s; both decisions are 0.2 s late."""
    inputs = {"positive": "in_p", "negative": "in_n"}
    late = take("trip_voltage", waves(2.705, 7.705), {**GIVEN, **inputs})
    assert late == pytest.approx(0.0, abs=1e-3)
    early = take("trip_voltage", waves(2.505 + 0.5, 7.505 - 0.5), {**GIVEN, **inputs})
    assert early == pytest.approx(0.5 * 0.04, rel=0.02)
    assert math.isnan(take("trip_voltage", waves(3.0), {**GIVEN, **inputs}))
