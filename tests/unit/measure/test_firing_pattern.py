"""Firing patterns, against the model and the parameters of the paper that named them."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.measure.firing_pattern import (
    adaptation_index_of,
    burst_rate_of,
    bursts_of,
    firing_pattern,
    pattern_of,
    spikes_per_burst_of,
)

PUBLISHED = {
    "regular_spiking": (0.02, 0.2, -65.0, 8.0),
    "intrinsically_bursting": (0.02, 0.2, -55.0, 4.0),
    "chattering": (0.02, 0.2, -50.0, 2.0),
    "fast_spiking": (0.1, 0.2, -65.0, 2.0),
}
"""a, b, c, d of Izhikevich (2003), figure 2."""


def izhikevich(a: float, b: float, c: float, d: float, current: float = 10.0) -> np.ndarray:
    """Return spike times of the paper's equations 1 to 3, ms, by small Euler steps."""
    v, u, step, spikes = -70.0, -14.0, 0.01, []
    for k in range(100_000):
        v, u = (
            v + step * (0.04 * v * v + 5.0 * v + 140.0 - u + current),
            u + step * a * (b * v - u),
        )
        if v >= 30.0:
            spikes.append(k * step)
            v, u = c, u + d
    return np.array(spikes)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_papers_own_neurons_fall_into_their_classes(name):
    spikes = izhikevich(*PUBLISHED[name])
    assert pattern_of(spikes) == name
    # A pattern has no clock.
    assert pattern_of(1e-7 * spikes) == name


def test_statistics_of_known_trains():
    burst = np.array([0.0, 1.0, 2.0])
    train = np.concatenate([burst + 20.0 * k for k in range(5)])
    assert list(bursts_of(train).sizes) == [3.0] * 5
    assert spikes_per_burst_of(train) == 3.0
    assert burst_rate_of(train) == pytest.approx(1.0 / 20.0)
    assert pattern_of(train) == "chattering"
    even = np.arange(9.0)
    assert spikes_per_burst_of(even) == 1.0
    assert adaptation_index_of(even) == 0.0
    assert adaptation_index_of(np.cumsum(1.2 ** np.arange(9.0))) == pytest.approx(0.2 / 2.2)


def test_a_burst_that_the_end_cuts_does_not_count():
    burst = np.array([0.0, 1.0, 2.0])
    train = np.concatenate([*(burst + 20.0 * k for k in range(4)), [80.0]])
    assert spikes_per_burst_of(train) == 3.0


@pytest.mark.parametrize("spikes", [[], [1.0], [1.0, 2.0, 3.0]])
def test_few_spikes_say_nothing(spikes):
    assert pattern_of(np.array(spikes)) == "undetermined"
    assert np.isnan(spikes_per_burst_of(np.array(spikes)))


def test_a_train_without_any_order_is_irregular():
    intervals = np.random.default_rng(3).uniform(1.0, 5.0, 60)
    assert pattern_of(np.cumsum(intervals)) == "irregular"


def test_the_measure_reads_waveforms():
    time = np.linspace(0.0, 20.0, 2001)
    waves = {"time": time, "spike": np.sin(2.0 * np.pi * time)}
    assert firing_pattern(waves, "spike", 0.5) == 2.0
