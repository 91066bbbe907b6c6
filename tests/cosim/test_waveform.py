"""Waveforms that grow while they are played."""

from __future__ import annotations

import math

import pytest

from neuromix.cosim.waveform import GrowingWaveform
from neuromix.errors import SimulationFailed


def ramp() -> GrowingWaveform:
    waveform = GrowingWaveform(1.0)
    waveform.append([2.0, 4.0], [1.0, 3.0])
    return waveform


def test_flanks_lead_from_corner_to_corner_and_the_last_value_is_held():
    waveform = ramp()
    assert [waveform.value(t) for t in (0.0, 2.0, 3.0, 4.0, 9.0)] == [1.0, 1.0, 2.0, 3.0, 3.0]


def test_a_flank_is_level_at_its_corners_and_has_the_mean_of_a_straight_line():
    waveform = ramp()
    assert waveform.value(2.01) == pytest.approx(1.0, abs=2e-4)
    assert waveform.value(3.99) == pytest.approx(3.0, abs=2e-4)
    values = [waveform.value(2.0 + (k + 0.5) / 500.0) for k in range(1000)]
    assert sum(values) / 1000 == pytest.approx(2.0)


def test_the_next_corner_is_the_first_that_was_not_played():
    waveform = ramp()
    assert waveform.corner == 2.0
    waveform.play(2.5)
    assert waveform.corner == 4.0
    waveform.play(4.0)
    assert waveform.corner == math.inf


def test_values_after_what_was_played_do_not_depend_on_it():
    played, whole = ramp(), ramp()
    played.play(2.5)
    assert played.value(3.3) == whole.value(3.3)


def test_a_corner_in_the_past_is_refused():
    with pytest.raises(SimulationFailed, match="does not come after"):
        ramp().append([3.9], [0.0])


def test_each_corner_is_new_once():
    waveform = ramp()
    assert waveform.new_corners() == [2.0, 4.0]
    waveform.append([5.0], [0.0])
    assert waveform.new_corners() == [5.0]
    assert waveform.new_corners() == []
