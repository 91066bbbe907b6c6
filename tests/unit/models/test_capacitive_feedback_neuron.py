"""The capacitive-feedback neuron against its closed form: straight lines between two thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.models.families.capacitive_feedback_neuron import Dynamics, advance
from neuromix.models.running import spikes_of

CELL = Dynamics(
    capacitance=0.5e-12,
    leak_current=0.0,
    threshold=0.77,
    threshold_lag=0.0,
    feedback_step=0.36,
    fall=0.75,
    fall_lag=0.0,
    reset=0.40,
    reset_current=20e-9,
    delay=10e-9,
)
RISE, DROP = 0.5e-12 * 0.37, 0.5e-12 * 0.38  # C


@pytest.mark.parametrize("current", [1e-10, 1e-9, 9e-9])
def test_intervals_are_charges_over_currents(current: float) -> None:
    interval = RISE / current + DROP / (20e-9 - current)
    spikes = spikes_of(CELL, np.array([0.0, 1.0]), np.array([current] * 2), 12.0 * interval)
    assert spikes[0] == pytest.approx(0.5e-12 * 0.77 / current + 10e-9)
    assert np.diff(spikes) == pytest.approx(interval)


@pytest.mark.parametrize("current", np.linspace(1e-9, 19e-9, 7))
def test_no_interval_is_shorter_than_the_shortest(current: float) -> None:
    interval = RISE / current + DROP / (20e-9 - current)
    assert CELL.shortest_interval() <= interval * (1.0 + 1e-12)
    best = 20e-9 * np.sqrt(RISE) / (np.sqrt(RISE) + np.sqrt(DROP))
    assert RISE / best + DROP / (20e-9 - best) == pytest.approx(CELL.shortest_interval())


def test_the_step_of_the_simulation_changes_nothing() -> None:
    p = tuple(CELL.matrix()[0])
    for dt in (1e-6, 7e-6, 90e-6):
        v, hold, times = 0.0, -1.0, []
        for k in range(round(2e-3 / dt)):
            v, hold, spike = advance(v, hold, 1e-9, dt, p)
            if spike >= 0.0:
                times.append(k * dt + spike)
        interval = RISE / 1e-9 + DROP / 19e-9
        assert np.diff(times) == pytest.approx(interval, rel=1e-9)


def test_an_input_as_strong_as_the_reset_keeps_the_output_high() -> None:
    spikes = spikes_of(CELL, np.array([0.0, 1.0]), np.array([21e-9] * 2), 1e-3)
    assert len(spikes) == 1


def test_a_fast_ramp_leaves_the_threshold_later() -> None:
    lagging = CELL.replace(threshold_lag=1e-3)
    late = []
    for current in (0.5e-9, 4e-9):  # 1 V/ms and 8 V/ms: the lag is 1 mV and 4 mV
        given = (np.array([0.0, 1.0]), np.array([current] * 2), 1.5e-12 / current)
        late.append((spikes_of(lagging, *given)[0] - spikes_of(CELL, *given)[0]) * current)
    assert late == pytest.approx([0.5e-15, 2e-15], rel=1e-6)
