"""The mirrored-feedback neuron without a simulator: columns, steps, physics."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.measure.firing_pattern import pattern_of
from neuromix.models import mirrored_feedback as parts
from neuromix.models.bursting import advancing, free_run, next_spike_errors
from neuromix.models.families.mirrored_feedback_neuron import Dynamics, rest, stride

EXAMPLE = Dynamics(
    membrane_capacitance=1.11e-13,
    coupling_capacitance=1.6e-15,
    mirror_capacitance=1.9e-14,
    mirror_gate=2.9e-14,
    slow_capacitance=1.6e-12,
    slow_gate=1.1e-13,
    square_current=9.1e-7,
    square_threshold=0.667,
    square_slope=1.42,
    square_mobility=0.44,
    mirror_current=3.0e-7,
    mirror_threshold=0.772,
    mirror_slope=1.45,
    mirror_mobility=0.21,
    feedback_gain=1.0,
    feedback_early=0.06,
    slow_current=1.4e-8,
    slow_threshold=0.75,
    slow_pulse=1.1e-6,
    leak_current=2.4e-8,
    leak_threshold=0.636,
    leak_slope=1.54,
    leak_mobility=0.19,
    leak_early=-0.05,
    discharge_current=5.3e-8,
    discharge_threshold=0.615,
    discharge_slope=1.36,
    discharge_mobility=-0.05,
    lift_current=1.2e-7,
    lift_threshold=0.88,
    lift_mobility=-0.43,
    threshold=1.3,
    delay=2.35e-8,
    head_start=7.3e-9,
    recovery_time=1e-8,
    reset_delay=-2e-10,
    reset_growth=2.2e-9,
    turn=3e-9,
    switching=1.455,
    fall=3.16e7,
    fall_curve=2.2e14,
    rise=4.7e7,
    rise_curve=9.6e14,
    pull=0.22,
    pull_growth=0.065,
    release=1.632,
    release_slope=0.046,
    release_step=0.025,
    mirror_low=0.26,
    supply=3.3,
    thermal_voltage=0.02586,
    reset_voltage=0.1,
    lift_voltage=3.2,
)
"""Rounded from a fit to the cell in gf180mcu; only its order of magnitude matters here."""


def under_a_step(dynamics: Dynamics, current: float = 1e-7, duration: float = 1.5e-5):
    times, currents = np.array([0.0, 1e-6, 1.001e-6, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])
    return times, current * currents, duration


def test_columns_are_the_fields_in_their_order():
    names = [item.name for item in Dynamics.parameters()]
    assert [getattr(parts, name.upper()) for name in names] == list(range(len(names)))
    assert EXAMPLE.matrix().shape == (1, len(names) + len(parts.DERIVED))


@pytest.mark.parametrize(
    ("pattern", "reset", "lift"),
    [
        ("regular_spiking", 0.1, 3.2),
        ("fast_spiking", 0.1, 2.7),
        ("intrinsically_bursting", 0.6, 3.2),
        ("chattering", 0.7, 3.0),
    ],
)
def test_two_voltages_select_the_pattern(pattern, reset, lift):
    dynamics = EXAMPLE.replace(reset_voltage=reset, lift_voltage=lift)
    spikes, _ = free_run(dynamics, *under_a_step(dynamics))
    assert pattern_of(spikes) == pattern


def test_spikes_do_not_hang_on_the_callers_step():
    p, advance = EXAMPLE.matrix()[0], advancing(stride)
    trains = []
    for step in (1e-9, 1.7e-7, 4e-6):
        state, spikes = rest(p), []
        for k in range(round(4e-6 / step)):
            left = step
            while left > 0.0:
                state, left, spiked = advance(state, 1e-7, left, p)
                if spiked:
                    spikes.append((k + 1) * step - left)
        trains.append(spikes)
    shared = min(map(len, trains))
    assert shared >= 3
    for train in trains[1:]:
        assert train[:shared] == pytest.approx(trains[0][:shared], rel=2e-4)


def test_a_stride_of_no_time_changes_nothing():
    p = tuple(EXAMPLE.matrix()[0])
    for clock in (0.0, 2.4e-8, 1.0):
        state = (0.2, 0.5, 2.0, clock)
        assert stride(state, 1e-7, 0.0, p) == (state, 0.0, False)


def test_no_interval_is_shorter_than_the_bound():
    for reset in (0.1, 0.7):
        dynamics = EXAMPLE.replace(reset_voltage=reset, lift_voltage=3.0)
        spikes, _ = free_run(dynamics, *under_a_step(dynamics, current=3e-7))
        assert float(dynamics.shortest_interval()) < np.diff(spikes).min()


def test_a_model_predicts_its_own_next_spikes():
    times, currents, duration = under_a_step(EXAMPLE)
    spikes, lifted = free_run(EXAMPLE, times, currents, duration)
    chosen = np.arange(1, len(spikes))
    errors = next_spike_errors(EXAMPLE, times, currents, spikes, lifted, chosen, 1e-6)
    # The head start and the rest of the last spike are all that a new start forgets.
    assert np.abs(errors).max() < 5e-3


def test_without_a_current_it_is_silent():
    spikes, _ = free_run(EXAMPLE, *under_a_step(EXAMPLE, current=0.0))
    assert len(spikes) == 0


def test_a_spike_lifts_the_slow_variable_further_towards_a_higher_voltage():
    lifts = []
    for lift in (2.8, 3.0, 3.2):
        dynamics = EXAMPLE.replace(lift_voltage=lift)
        _, lifted = free_run(dynamics, *under_a_step(dynamics))
        lifts.append(lifted[1] - lifted[0])
    assert lifts == sorted(lifts)
    assert lifts[0] > 0.0
