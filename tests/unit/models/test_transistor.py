"""The interpolated transistor in the limits that textbooks give."""

from __future__ import annotations

import math

import pytest

from neuromix.models import transistor

CURRENT, SLOPE, THERMAL = 1e-7, 1.4, 0.02585
WIDTH = 2.0 * SLOPE * THERMAL


def soft(overdrive):
    return transistor.soft_logarithm(math.exp(overdrive / WIDTH))


def saturated(overdrive, theta=0.0):
    return transistor.saturated(soft(overdrive), CURRENT, theta * WIDTH)


def triode(overdrive, drain, theta=0.0):
    far = soft(overdrive - SLOPE * drain)
    return transistor.triode(soft(overdrive), far, CURRENT, theta * WIDTH)


def turned_on(overdrive):
    return transistor.turned_on(math.exp(overdrive / WIDTH))


def test_far_below_threshold_it_is_exponential():
    low, high = (saturated(v) for v in (-0.9, -0.8))
    assert math.log(high / low) == pytest.approx(0.1 / (SLOPE * THERMAL), rel=1e-3)


def test_far_above_threshold_it_is_a_square():
    found = saturated(2.0)
    assert found == pytest.approx(CURRENT * (2.0 / (2.0 * SLOPE * THERMAL)) ** 2, rel=1e-3)


def test_a_far_drain_changes_nothing_and_none_stops_it():
    for overdrive in (-0.3, 0.0, 0.5):
        whole = saturated(overdrive, 0.1)
        assert triode(overdrive, 3.0, 0.1) == pytest.approx(whole)
        assert triode(overdrive, 0.0, 0.1) == pytest.approx(0.0, abs=1e-12 * whole)
        # Where drain and source change places the current turns round.
        assert triode(overdrive, -0.1, 0.1) < 0.0


def test_below_threshold_the_drain_saturates_within_a_few_thermal_voltages():
    ratio = triode(-0.4, 0.05) / saturated(-0.4)
    assert ratio == pytest.approx(1.0 - math.exp(-0.05 / THERMAL), rel=1e-2)


def test_a_channel_turns_on_at_its_threshold():
    assert turned_on(0.0) == 0.5
    assert turned_on(1.0) > 0.999 > 0.001 > turned_on(-1.0)
