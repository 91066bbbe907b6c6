"""Spikes as address events."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.data.events import Events
from neuromix.errors import BadValue

FEW = Events(np.array([1.0, 2.0, 2.0, 5.0]), np.array([3, 0, 3, 1]))


def test_kinds_and_order():
    assert FEW.time.dtype == np.float64
    assert FEW.address.dtype == np.uint32
    assert len(FEW) == 4
    found = Events.sort([2.0, 1.0, 2.0], [7, 8, 9])
    np.testing.assert_array_equal(found.address, [8, 7, 9])


@pytest.mark.parametrize(
    ("time", "address", "said"),
    [
        ([2.0, 1.0], [0, 0], "not sorted"),
        ([1.0, np.nan], [0, 0], "not finite"),
        ([1.0, np.inf], [0, 0], "not finite"),
        ([1.0], [0, 0], "one length"),
        ([[1.0]], [[0]], "one-dimensional"),
        ([1.0], [-1], "32 bits"),
        ([1.0], [2**32], "32 bits"),
        ([1.0], [0.5], "whole"),
        ([1.0], [np.nan], "whole"),
        ([1.0], ["a"], "numbers"),
        ([1.0], [True], "whole"),
        ([1.0j], [0], "numbers"),
        (["2020-01-01"], [0], "numbers"),
        (["soon"], [0], "numbers"),
    ],
)
def test_events_that_are_none(time, address, said):
    with pytest.raises(BadValue, match=said):
        Events(np.array(time), np.array(address))


def test_whole_numbers_of_any_kind_are_addresses():
    for kind in (np.int8, np.uint64, np.int64):
        assert Events(np.array([1.0]), np.array([1], dtype=kind)).address[0] == 1
    assert len(Events(np.empty(0), np.empty(0))) == 0


def test_events_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        FEW.time[0] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        FEW.address[0] = 0


def test_the_arrays_of_the_caller_stay_his_own():
    time, address = np.array([1.0, 2.0]), np.array([0, 1], dtype=np.uint32)
    events = Events(time, address)
    time[0], address[0] = 1.5, 9
    np.testing.assert_array_equal(events.time, [1.0, 2.0])
    np.testing.assert_array_equal(events.address, [0, 1])


def test_equality():
    assert Events(FEW.time, FEW.address) == FEW
    assert Events(FEW.time, [0, 0, 0, 0]) != FEW
    assert Events.empty() != FEW
    assert FEW != "events"
    with pytest.raises(TypeError):
        hash(FEW)


def test_parts():
    inside = FEW.between(2.0, 5.0)
    np.testing.assert_array_equal(inside.time, [2.0, 2.0])
    assert FEW.between(0.0, 9.0) == FEW
    assert len(FEW.between(3.0, 3.0)) == 0
    np.testing.assert_array_equal(FEW.of(3), [1.0, 2.0])
    np.testing.assert_array_equal(FEW.counts(5), [1, 1, 0, 2, 0])
    assert Events.empty().counts(2).tolist() == [0, 0]


def test_counts_of_too_few_addresses():
    with pytest.raises(BadValue, match="address 3"):
        FEW.counts(3)


def test_words():
    assert repr(FEW) == "Events(4 from 3 addresses, 1 … 5 s)"
    assert repr(Events.empty()) == "Events(none)"


def test_masked_values_are_refused():
    with pytest.raises(BadValue, match="masked"):
        Events(np.ma.array([0.1, 0.2], mask=[False, True]), [1, 2])


def test_a_view_of_what_can_be_changed_is_copied():
    owner = np.array([0.0, 1.0])
    view = owner.view()
    view.setflags(write=False)
    events = Events(view, [0, 1])
    owner[0] = -5.0
    assert events.time[0] == 0.0


def test_frozen_arrays_are_not_copied():
    time = np.array([0.0, 1.0])
    time.setflags(write=False)
    assert Events(time, [0, 1]).time is time


def test_events_are_indexed_and_iterated():
    events = Events([0.0, 0.1, 0.2], [0, 1, 0])
    assert events[0] == (0.0, 0)
    assert list(events) == [(0.0, 0), (0.1, 1), (0.2, 0)]
    assert list(events[:2]) == [(0.0, 0), (0.1, 1)]
    assert list(events[events.address == 0]) == [(0.0, 0), (0.2, 0)]
    with pytest.raises(BadValue, match="sorted"):
        events[[2, 0]]
    with pytest.raises(IndexError):
        events[3]
