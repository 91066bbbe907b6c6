"""Matching spikes one to one, in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuromix.comparison.spikes import UNMATCHED, match_spikes

REFERENCE = np.arange(1.0, 11.0)


def test_the_same_spikes():
    found = match_spikes(REFERENCE, REFERENCE)
    np.testing.assert_array_equal(found.error, np.zeros(10))
    assert found.count_difference == 0


@pytest.mark.parametrize("shift", [0.1, -0.1, 0.49])
def test_a_shift(shift):
    found = match_spikes(REFERENCE, REFERENCE + shift)
    np.testing.assert_allclose(found.error, abs(shift), rtol=1e-9)


def test_the_local_interval_is_the_shorter_one():
    found = match_spikes(np.array([1.0, 2.0, 2.5, 4.0]), np.array([1.0, 2.1, 2.5, 4.15]))
    np.testing.assert_allclose(found.error, [0.0, 0.2, 0.0, 0.1])


def test_a_missing_spike():
    found = match_spikes(REFERENCE, np.delete(REFERENCE, 4))
    assert sorted(found.error) == [0.0] * 9 + [UNMATCHED]
    assert (found.reference, found.other, found.count_difference) == (10, 9, 1)


def test_an_extra_spike():
    found = match_spikes(REFERENCE, np.sort(np.append(REFERENCE, 4.5001)))
    assert sorted(found.error) == [0.0] * 10 + [UNMATCHED]
    assert found.count_difference == 1


def test_an_extra_spike_just_before_does_not_take_its_place():
    found = match_spikes(REFERENCE, np.sort(np.append(REFERENCE, 3.7)))
    assert sorted(found.error) == [0.0] * 10 + [UNMATCHED]


def test_a_shift_beyond_half_an_interval_matches_nobody_at_the_ends():
    found = match_spikes(np.array([5.0, 6.0]), np.array([5.6, 9.0]))
    assert sorted(found.error) == pytest.approx([0.4, UNMATCHED, UNMATCHED])


@pytest.mark.parametrize(
    ("reference", "other", "error"),
    [
        ([], [], []),
        ([], [1.0, 2.0], [0.5, 0.5]),
        ([1.0, 2.0], [], [0.5, 0.5]),
        ([1.0], [1.2], [0.2]),
        ([1.0, 1.0], [1.0, 1.0], [0.0, 0.0]),
    ],
)
def test_few_spikes(reference, other, error):
    found = match_spikes(np.array(reference), np.array(other))
    np.testing.assert_allclose(found.error, error)


def test_the_first_interval_begins_with_the_drive():
    found = match_spikes(np.array([1.1]), np.array([1.2]), start=0.1)
    np.testing.assert_allclose(found.error, [0.1])
    late = match_spikes(np.array([1.1, 2.1]), np.array([1.1, 2.1]), start=5.0)
    np.testing.assert_allclose(late.error, [0.0, 0.0])


trains = st.lists(st.floats(0.001, 100.0), max_size=30).map(lambda x: np.array(sorted(x)))


@given(trains, trains)
def test_every_spike_is_counted_once(reference, other):
    found = match_spikes(reference, other)
    matched = len(reference) + len(other) - len(found.error)
    assert 0 <= matched <= min(len(reference), len(other))
    assert np.all((found.error >= 0.0) & (found.error <= UNMATCHED))


@given(trains)
def test_a_train_matches_itself(train):
    np.testing.assert_array_equal(match_spikes(train, train).error, np.zeros(len(train)))
