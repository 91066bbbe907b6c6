"""The interpolated transistor in the limits that textbooks give."""

from __future__ import annotations

import math

import pytest

from neuromix.models.transistor import saturated, triode, turned_on

CURRENT, SLOPE, THERMAL = 1e-7, 1.4, 0.02585


def test_far_below_threshold_it_is_exponential():
    low, high = (saturated(v, CURRENT, SLOPE, 0.0, THERMAL) for v in (-0.9, -0.8))
    assert math.log(high / low) == pytest.approx(0.1 / (SLOPE * THERMAL), rel=1e-3)


def test_far_above_threshold_it_is_a_square():
    found = saturated(2.0, CURRENT, SLOPE, 0.0, THERMAL)
    assert found == pytest.approx(CURRENT * (2.0 / (2.0 * SLOPE * THERMAL)) ** 2, rel=1e-3)


def test_a_far_drain_changes_nothing_and_none_stops_it():
    for overdrive in (-0.3, 0.0, 0.5):
        whole = saturated(overdrive, CURRENT, SLOPE, 0.1, THERMAL)
        assert triode(overdrive, 3.0, CURRENT, SLOPE, 0.1, THERMAL) == pytest.approx(whole)
        assert triode(overdrive, 0.0, CURRENT, SLOPE, 0.1, THERMAL) == 0.0
        # Where drain and source change places the current turns round.
        assert triode(overdrive, -0.1, CURRENT, SLOPE, 0.1, THERMAL) < 0.0


def test_below_threshold_the_drain_saturates_within_a_few_thermal_voltages():
    ratio = triode(-0.4, 0.05, CURRENT, SLOPE, 0.0, THERMAL) / saturated(
        -0.4, CURRENT, SLOPE, 0.0, THERMAL
    )
    assert ratio == pytest.approx(1.0 - math.exp(-0.05 / THERMAL), rel=1e-2)


def test_a_channel_turns_on_at_its_threshold():
    assert turned_on(0.0, SLOPE, THERMAL) == 0.5
    assert turned_on(1.0, SLOPE, THERMAL) > 0.999 > 0.001 > turned_on(-1.0, SLOPE, THERMAL)
