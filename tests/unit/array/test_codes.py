"""Every code comes back through its decoder, within the error that the decoder states."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.array.decoders import filtered_rates, rate_values
from neuromix.array.encoders import poisson_code, rate_code
from neuromix.array.fabric import Fabric
from neuromix.array.signed import join_signs, signed_rows, split_signs
from neuromix.array.timing_codes import (
    first_spike_code,
    first_spike_values,
    interval_code,
    interval_values,
)
from neuromix.data.events import Events
from neuromix.errors import BadValue

DURATION = 20e-3
images = st.lists(st.integers(0, 255), min_size=0, max_size=60)


@settings(deadline=None)
@given(images, st.floats(100.0, 1e5))
def test_a_regular_train_is_off_by_less_than_one_spike(image, max_rate) -> None:
    found = rate_values(
        rate_code(np.array(image, int), DURATION, max_rate), len(image), DURATION, max_rate
    )
    assert np.all(np.abs(found - image) <= 255.0 / (max_rate * DURATION) * (1.0 + 1e-9))


def test_a_poisson_train_has_the_stated_standard_error() -> None:
    """Mean and variance over 4000 trains, each within 5 standard errors: false alarm 1e-6."""
    value, max_rate, trains = 120, 20e3, 4000
    found = rate_values(
        poisson_code(np.full(trains, value), DURATION, max_rate, seed=5), trains, DURATION, max_rate
    )
    variance = value * 255.0 / (max_rate * DURATION)
    assert abs(found.mean() - value) < 5.0 * np.sqrt(variance / trains)
    assert found.var(ddof=1) == pytest.approx(variance, rel=5.0 * np.sqrt(2.0 / trains))


@settings(deadline=None)
@given(images)
def test_first_spikes_are_exact(image) -> None:
    events = first_spike_code(np.array(image, int), DURATION)
    found = first_spike_values(events, len(image), DURATION)
    assert np.array_equal(np.rint(found), image)
    assert len(events) == np.count_nonzero(image)


@settings(deadline=None)
@given(images, st.integers(0, 2**32))
def test_first_spikes_bear_the_stated_jitter(image, seed) -> None:
    events = first_spike_code(np.array(image, int), DURATION)
    random = np.random.default_rng(seed)
    jitter = random.uniform(-0.99, 0.99, len(events)) * DURATION / 510.0
    shifted = Events.sort(events.time + 3e-3 + jitter, events.address)
    found = first_spike_values(shifted, len(image), DURATION, offset=3e-3)
    # What is silent stays 0, and the brightest cannot become brighter.
    assert np.array_equal(np.rint(found), image)


@settings(deadline=None)
@given(images, st.floats(0.01, 0.4))
def test_intervals_are_exact_and_inside_the_window(image, part) -> None:
    shortest = part * DURATION
    events = interval_code(np.array(image, int), DURATION, shortest)
    assert len(events) == 2 * len(image)
    assert not len(events) or 0.0 <= events.time[0] <= events.time[-1] <= DURATION
    assert np.array_equal(np.rint(interval_values(events, len(image), DURATION, shortest)), image)


def test_a_lone_spike_is_no_interval() -> None:
    lone = Events(np.array([0.0, 1e-3]), np.array([0, 2], np.uint32))
    assert np.all(np.isnan(interval_values(lone, 3, DURATION, 1e-3)))


def test_a_link_blurs_intervals_by_no_more_than_its_waits() -> None:
    image = np.arange(256)
    link = Fabric(cycle_time=2e-6, latency=5e-6, energy_per_event=0.0, fifo_depth=64)
    delivery = link.carry(interval_code(image, DURATION, 1e-3), 256)
    assert not delivery.dropped.any()
    found = interval_values(delivery.events, 256, DURATION, 1e-3)
    worst = 255.0 * delivery.wait.max() / (DURATION - 2e-3)
    assert 0.0 < np.abs(found - image).max() <= worst + 1e-9


@settings(deadline=None)
@given(st.lists(st.integers(-255, 255), min_size=1, max_size=40))
def test_signed_values_come_back_from_their_lines(values) -> None:
    lines = split_signs(np.array(values))
    found = join_signs(first_spike_values(first_spike_code(lines, DURATION), len(lines), DURATION))
    assert np.array_equal(np.rint(found), values)


def test_signed_rows_act_as_the_sign_does() -> None:
    weights = np.array([[3, -5], [0, 7], [-63, 63]])
    values = np.array([10, -20, 30])
    assert np.array_equal(split_signs(values) @ signed_rows(weights), values @ weights)


def test_filtered_rates_are_the_sum_of_decays() -> None:
    random = np.random.default_rng(4)
    events = Events.sort(random.uniform(0.0, 1.0, 200), random.integers(0, 3, 200))
    times, tau = np.linspace(0.0, 1.2, 50), 30e-3
    found = filtered_rates(events, 3, tau, times)
    for address in range(3):
        age = times[:, None] - events.of(address)[None, :]
        expected = np.where(age >= 0.0, np.exp(-np.maximum(age, 0.0) / tau) / tau, 0.0).sum(axis=1)
        assert found[:, address] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: first_spike_code([256], DURATION),
        lambda: first_spike_code([1], 0.0),
        lambda: interval_code([1], DURATION, DURATION),
        lambda: interval_code([1.5], DURATION, 1e-3),
        lambda: rate_values(Events.empty(), 1, DURATION, -1.0),
        lambda: rate_values(Events(np.zeros(1), np.array([4], np.uint32)), 4, DURATION),
        lambda: filtered_rates(Events.empty(), 1, 1e-3, [1.0, 0.0]),
        lambda: split_signs([300]),
        lambda: split_signs([0.5]),
        lambda: join_signs([1.0, 2.0, 3.0]),
        lambda: signed_rows([1, 2]),
    ],
)
def test_what_cannot_be_coded_is_refused(wrong) -> None:
    with pytest.raises(BadValue):
        wrong()
