"""Measures on waveforms whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix import measure
from neuromix.errors import UnknownName

UNEVEN = np.sort(np.random.default_rng(3).uniform(0.0, 1.0, 4000))
UNEVEN[[0, -1]] = 0.0, 1.0


def waves(wave, time=UNEVEN):
    return {"time": np.asarray(time, float), "x": np.asarray(wave, float)}


def test_crossings_lie_on_straight_lines():
    time, wave = np.array([0.0, 1.0, 3.0, 4.0]), np.array([0.0, 2.0, -2.0, 2.0])
    np.testing.assert_allclose(measure.crossings(time, wave, 1.0), [0.5, 3.75])
    np.testing.assert_allclose(measure.crossings(time, wave, 1.0, rising=False), [1.5])


@pytest.mark.parametrize(
    ("wave", "count"),
    [
        ([0.0, 0.0, 0.0], 0),
        ([1.0, 1.0, 1.0], 0),
        ([0.0, 1.0, 1.0], 1),
        ([0.0, 1.0, 0.0], 1),
        ([1.0, 0.0, 1.0], 1),
        ([2.0, 1.0, 2.0], 0),
    ],
)
def test_a_touch_of_the_level(wave, count):
    assert len(measure.crossings(np.arange(3.0), np.array(wave), 1.0)) == count


def test_charge_of_a_straight_line_is_exact():
    ramp = waves(2.0 * UNEVEN)
    assert measure.charge(ramp, "x") == pytest.approx(1.0, rel=1e-12)
    assert measure.charge(ramp, "x", 0.25, 0.75) == pytest.approx(0.5, rel=1e-12)
    assert measure.supply_energy(ramp, "x", 1.8, 0.5) == pytest.approx(1.8 * 0.75, rel=1e-12)


def test_final_peak_sampled():
    hump = waves(np.sin(np.pi * UNEVEN))
    assert measure.final(hump, "x") == pytest.approx(0.0, abs=1e-12)
    assert measure.peak(hump, "x") == pytest.approx(1.0, abs=1e-5)
    assert measure.peak(hump, "x", 0.75) == pytest.approx(np.sin(0.75 * np.pi), abs=1e-3)
    assert np.isnan(measure.peak(hump, "x", 2.0))
    found = measure.sampled(hump, "x", 0.0, 1.0, 5.0)
    np.testing.assert_allclose(found, np.sin(np.pi * np.linspace(0, 1, 5)), atol=1e-5)


def pulse_train(times, width=1e-2):
    """Return a spike output and a membrane: a ramp that each spike resets for twice its width."""
    time = np.linspace(0.0, 1.0, 100_001)
    spike, membrane = np.zeros_like(time), np.zeros_like(time)
    for start, stop in zip(times, [*times[1:], 1.1][: len(times)], strict=True):
        spike[(time >= start) & (time < start + width)] = 1.8
        later = (time >= start) & (time < stop)
        membrane[later] = np.maximum(0.0, time[later] - start - 2 * width)
    return {"time": time, "x": spike, "m": membrane, "i": np.full_like(time, 2e-9)}


SPIKES = (0.1, 0.35, 0.55, 0.75, 0.95)
REGULAR = pulse_train(SPIKES)
OF = {"of": "x", "level": 0.9}


def test_spikes():
    np.testing.assert_allclose(measure.spike_times(REGULAR, **OF), SPIKES, atol=1.1e-5)
    # The first interval is left out where there are three: it starts from rest.
    assert measure.inter_spike_interval(REGULAR, **OF) == pytest.approx(0.2, rel=1e-3)
    assert measure.spike_rate(REGULAR, **OF) == pytest.approx(5.0, rel=1e-3)
    assert measure.latency(REGULAR, **OF, since=0.4) == pytest.approx(0.15, rel=1e-3)


def test_membrane_and_energy():
    held = measure.refractory_time(REGULAR, **OF, membrane="m", leaving=0.01)
    assert held == pytest.approx(0.03, rel=1e-2)
    threshold = measure.spike_threshold(REGULAR, **OF, membrane="m")
    assert threshold == pytest.approx(0.18, abs=0.02)
    energy = measure.energy_per_spike(REGULAR, **OF, current="i", voltage=1.8)
    assert energy == pytest.approx(1.8 * 2e-9 * (SPIKES[-1] - SPIKES[0]) / 4, rel=1e-4)


def test_two_intervals_keep_the_first():
    few = pulse_train((0.1, 0.4, 0.6))
    assert measure.inter_spike_interval(few, **OF) == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize("times", [(), (0.5,)])
def test_too_few_spikes_are_nan_and_not_an_error(times):
    silent = pulse_train(times)
    assert len(measure.spike_times(silent, **OF)) == len(times)
    assert np.isnan(measure.inter_spike_interval(silent, **OF))
    rate = measure.spike_rate(silent, **OF)
    assert np.isnan(rate) if len(times) else rate == 0.0
    assert np.isnan(measure.latency(silent, **OF, since=0.6))
    assert np.isnan(measure.energy_per_spike(silent, **OF, current="i", voltage=1.8))
    assert np.isnan(measure.refractory_time(silent, **OF, membrane="m", leaving=5.0))
    assert np.isnan(measure.spike_threshold(silent, **OF, membrane="m")) == (not times)


def test_a_membrane_that_never_leaves_is_nan():
    assert np.isnan(measure.refractory_time(REGULAR, **OF, membrane="m", leaving=5.0))


def test_charges_in_windows():
    decaying = waves(np.exp(-UNEVEN / 0.2))
    found = measure.drawn_charges(decaying, "x", 0.1, 0.2, 4.0)
    edges = 0.1 + 0.2 * np.arange(5)
    exact = 0.2 * (np.exp(-edges[:-1] / 0.2) - np.exp(-edges[1:] / 0.2))
    np.testing.assert_allclose(found, exact, rtol=1e-3)
    np.testing.assert_array_equal(measure.pushed_charges(decaying, "x", 0.1, 0.2, 4.0), -found)
    assert measure.decay_time(decaying, "x", 0.1, 0.7) == pytest.approx(0.2, rel=1e-4)


@pytest.mark.parametrize("wave", [np.zeros(4000), -np.ones(4000), np.ones(4000)])
def test_what_does_not_decay_has_no_decay_time(wave):
    assert np.isnan(measure.decay_time(waves(wave), "x", 0.1, 0.7))


def test_pushed_is_the_opposite_of_drawn():
    ramp = waves(UNEVEN)
    assert measure.pushed_final(ramp, "x") == -1.0
    found = measure.pushed_current(ramp, "x", 0.0, 1.0, 3.0)
    np.testing.assert_allclose(found, [0.0, -0.5, -1.0], atol=1e-12)


def test_a_measure_by_name():
    assert measure.take("final", waves(UNEVEN), {"of": "x"}) == 1.0
    for name in ("finl", "take", "__import__", "os"):
        with pytest.raises(UnknownName, match="kind of measure"):
            measure.take(name, waves(UNEVEN), {})


def test_every_declared_measure_exists():
    from neuromix import library

    for cell in library.cells:
        for bench in cell.benches:
            assert {item.kind for item in bench.measures} <= set(measure.__all__)
