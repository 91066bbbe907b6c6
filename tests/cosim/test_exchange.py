"""What stands between spikes and synapses serves events as the array does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.cosim.exchange import EDGE, Clocking, Exchange
from neuromix.data.events import Events
from neuromix.errors import SimulationFailed

CLOCKING = Clocking(cycle_time=50e-9, latency=20e-9, setup=5e-6, pulse_width=2e-6, unit=1e-9)


def onsets(exchange: Exchange, neuron: int) -> np.ndarray:
    """Return when the gate of a neuron passes half of its height, rising."""
    corners = np.array(exchange.gates[neuron].corners())
    rising = np.flatnonzero(np.diff(corners[:, 1]) > 0.0)
    return 0.5 * (corners[rising, 0] + corners[rising + 1, 0])


def test_a_pulse_follows_its_event_after_latency_and_setup_and_lasts_its_width():
    exchange = Exchange(CLOCKING, np.array([[7]]), Events([1e-4], [0]), 1)
    exchange.serve(math.inf)
    corners = np.array(exchange.gates[0].corners())[1:]
    assert onsets(exchange, 0) == pytest.approx([1e-4 + 20e-9 + 5e-6], abs=1e-15)
    assert corners[2, 0] - corners[0, 0] == pytest.approx(2e-6)
    assert corners[1, 0] - corners[0, 0] == pytest.approx(EDGE)
    assert exchange.weights[0].last == pytest.approx(7e-9)


def test_events_that_meet_are_served_one_after_the_other():
    given = Events([1e-4, 1.001e-4, 1.002e-4], [0, 1, 0])
    exchange = Exchange(CLOCKING, np.array([[7, 0], [5, 3]]), given, 2)
    exchange.serve(math.inf)
    expected = 1e-4 + 20e-9 + 5e-6 + CLOCKING.busy * np.arange(3)
    assert onsets(exchange, 0) == pytest.approx(expected, abs=1e-15)
    assert onsets(exchange, 1) == pytest.approx(expected[1:2], abs=1e-15)


def test_how_time_is_cut_into_steps_changes_no_pulse():
    random = np.random.default_rng(3)
    codes = random.integers(0, 5, (6, 4))
    given = Events(np.sort(random.uniform(1e-5, 1e-3, 60)), random.integers(0, 6, 60))
    whole, cut = (Exchange(CLOCKING, codes, given, 6) for _ in range(2))
    whole.serve(math.inf)
    for until in np.arange(2e-6, 2e-3, 2e-6):
        cut.serve(float(until))
    assert all(
        np.array_equal(one.corners(), other.corners())
        for one, other in zip(whole.gates, cut.gates, strict=True)
    )


def test_a_spike_is_where_the_output_passes_half_of_the_supply():
    exchange = Exchange(CLOCKING, np.array([[0, 0], [0, 4], [0, 0]]), Events.empty(), 1)
    for time, output in ((1e-6, 0.0), (2e-6, 1.8), (3e-6, 1.8), (4e-6, 0.0), (5e-6, 0.3)):
        exchange.accept(time, np.array([output, 0.0]))
    assert exchange.spikes == [(pytest.approx(1.5e-6), 0)]
    assert onsets(exchange, 1) == pytest.approx([1.5e-6 + 20e-9 + 5e-6], abs=1e-15)


def test_an_event_that_is_known_too_late_is_refused():
    exchange = Exchange(CLOCKING, np.array([[1], [1]]), Events.empty(), 1)
    exchange.accept(1e-6, np.array([0.0]))
    with pytest.raises(SimulationFailed, match="too late for its pulse"):
        exchange.accept(11e-6, np.array([1.8]))
