"""The comparator's equations: what a step, a ramp and a small overdrive do to it."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.models.families.slewing_comparator import Dynamics, settled

# No inverter, no kick, no follower: what is left has closed forms.
PLAIN = Dynamics(
    offset=2e-3,
    input_slope=13.5,
    slew_rate=4e6,
    swing_below=0.9,
    swing_above=0.8,
    inverter_time=1e-12,
    output_delay=4e-8,
    early_voltage=1e4,
    inverter_knee=1e-3,
    knee=1e-3,
    swing_common=1.0,
    slew_common=0.1,
    kickback=1e-4,
    source_follow=0.0,
    upper_knee=1e-3,
)


def step(before, after, at=1e-6):
    return np.array([0.0, at, at + 1e-9]), 0.9 + np.array([before, before, after])


@pytest.mark.parametrize("overdrive", [5e-3, 20e-3, 0.1])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_step_is_decided_after_the_time_of_its_slewing(overdrive, sign):
    inputs = step(2e-3 - sign * 0.1, 2e-3 + sign * overdrive)
    found, high = PLAIN.decide(*inputs, reference=0.9, duration=1e-4)
    assert high == (sign < 0.0)
    swing = 0.9 if sign > 0.0 else 0.8
    wanted = swing / (4e6 * np.tanh(13.5 * overdrive)) + 4e-8
    assert len(found) == 1
    assert found[0] - 1e-6 == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize("slope", [30.0, 1e3, 3e4])
def test_a_ramp_is_decided_after_the_root_of_its_slope(slope):
    duration = 0.12 / slope
    times, inputs = np.array([0.0, duration]), 0.9 + np.array([-0.06, 0.06])
    found, _ = PLAIN.decide(times, inputs, reference=0.9, duration=duration)
    passed = (0.06 + 2e-3) / slope
    late = found[0] - passed - 4e-8
    # tanh is a straight line while the node slews, but for the fastest ramp.
    assert late == pytest.approx(np.sqrt(2.0 * 0.9 / (4e6 * 13.5 * slope)), rel=0.03)


def test_the_reference_moves_swing_and_current():
    found = []
    for reference in (0.7, 1.1):
        times, inputs = step(-0.1, 0.05)
        decided, _ = PLAIN.decide(times, inputs - 0.9 + reference, reference, 1e-4)
        found.append(decided[0] - 1e-6 - 4e-8)
    wanted = [(0.9 - c) / (4e6 * (1.0 + 0.1 * c)) for c in (-0.2, 0.2)]
    assert found[0] / found[1] == pytest.approx(wanted[0] / wanted[1], rel=0.01)


def test_below_the_gain_s_limit_nothing_is_decided():
    weak = PLAIN.replace(early_voltage=20.0, kickback=0.05, inverter_time=5e-8)
    found, high = weak.decide(*step(-0.1, 1.9e-3), reference=0.9, duration=1e-2)
    assert not high
    assert len(found) == 0


def test_an_inverter_that_kicks_back_does_not_chatter():
    kicking = PLAIN.replace(kickback=0.06, inverter_time=5e-8, inverter_knee=0.03)
    times = np.array([0.0, 2e-3, 4e-3])
    found, _ = kicking.decide(times, 0.9 + np.array([-0.03, 0.03, -0.03]), 0.9, 4e-3)
    plain, _ = PLAIN.decide(times, 0.9 + np.array([-0.03, 0.03, -0.03]), 0.9, 4e-3)
    assert len(found) == len(plain) == 2
    assert np.all(found > plain)


def test_two_step_sizes_agree():
    """A corner in the middle of a straight line changes the steps and not the result."""
    rich = PLAIN.replace(kickback=0.05, inverter_time=6e-8, knee=0.01, upper_knee=0.05)
    rich = rich.replace(early_voltage=22.0, inverter_knee=0.05, source_follow=1.0)
    times, inputs = np.array([0.0, 3e-3]), np.array([0.85, 0.95])
    finer = np.linspace(0.0, 3e-3, 100_001)
    coarse, _ = rich.decide(times, inputs, 0.9, 3e-3)
    fine, _ = rich.decide(finer, np.interp(finer, times, inputs), 0.9, 3e-3)
    passed = (0.05 + 2e-3) / (0.1 / 3e-3)
    assert coarse[0] - passed == pytest.approx(fine[0] - passed, rel=5e-3)


def test_the_node_settles_between_its_ends():
    row = PLAIN.matrix()[0]
    assert settled(-0.1, 0.9, row) == pytest.approx(-0.9, abs=0.02)
    assert settled(0.1, 0.9, row) == pytest.approx(0.8, abs=0.02)
    assert settled(0.0, 1.1, row) == pytest.approx(-0.7, abs=0.02)
