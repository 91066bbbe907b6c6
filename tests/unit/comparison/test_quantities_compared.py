"""Waveforms, spike trains and numbers against their references: what passes, and what is said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.comparison.number import Number
from neuromix.comparison.spike_train import SpikeTrain
from neuromix.comparison.tolerance import Tolerance
from neuromix.comparison.waveform import Waveform
from neuromix.errors import BadValue

STEP = 5e-6
TIME = np.arange(0.0, 1e-3 + 0.5 * STEP, STEP)
LIMITS = Tolerance(relative=3e-3, time=1e-7)


def sine(time=TIME, gain=1.0, shift=0.0):
    return Waveform(time, 0.9 + 0.5 * gain * np.sin(2e3 * np.pi * (time - shift)), "V")


def failed(reference, other, tolerance=LIMITS, name="v_out"):
    return [item for item in reference.compare(other, tolerance, name) if not item.passed]


def train(*times, address=None):
    return SpikeTrain(np.array(times), np.zeros(len(times), int) if address is None else address)


# The four injections of R16, and the one that must pass.


@pytest.mark.promise("R16")
def test_one_per_cent_of_amplitude():
    other = sine()
    other = Waveform(other.places, other.values + 0.01 * (other.values - 0.4), "V")
    (verdict,) = failed(sine(), other)
    assert verdict.check == "tube"
    assert verdict.place == pytest.approx(0.25e-3, abs=0.03e-3)
    assert verdict.deviation == pytest.approx(0.01 / 0.003, rel=0.05)
    for words in (
        "v_out is 1.41 V at 2",
        "at most 1.403 V is allowed",
        "above the tube",
        "of its span",
    ):
        assert words in verdict.sentence


@pytest.mark.promise("R16")
def test_half_a_step_of_time():
    (verdict,) = failed(sine(), sine(shift=0.5 * STEP))
    assert verdict.check == "tube"
    # Steepest, and so farthest off, where the sine goes through its middle.
    assert min(abs(verdict.place - k * 0.5e-3) for k in range(3)) < 0.1e-3


@pytest.mark.promise("R16")
def test_not_a_number():
    other = sine()
    other.values[77] = np.nan
    (verdict,) = failed(sine(), other)
    assert (verdict.check, verdict.place) == ("finite", pytest.approx(385e-6))
    assert verdict.sentence == "v_out is nan at 385 us; 1 of 201 values are not finite"
    other.values[77] = np.inf
    assert failed(sine(), other)[0].check == "finite"


@pytest.mark.promise("R16")
def test_one_spike_missing():
    (verdict,) = failed(train(1e-3, 2e-3, 3e-3, 4e-3), train(1e-3, 2e-3, 4e-3), name="spikes")
    assert (verdict.check, verdict.place, verdict.deviation) == ("spikes", 3e-3, math.inf)
    assert verdict.sentence == "spikes: spike 3 of 4 is missing at 3 ms; 3 spikes, 4 on record"


@pytest.mark.parametrize("points", [150, 333, 1000])
@pytest.mark.promise("R16")
def test_another_grid_alone_passes(points):
    grid = np.unique(np.concatenate([np.linspace(0.0, 1e-3, points), [3.3e-4, 3.31e-4]]))
    assert failed(sine(), sine(grid)) == []
    assert failed(sine(grid), sine()) == []


# What else can be wrong with a waveform.


def test_a_record_that_stops_early_or_late():
    for time in (TIME[:-3], np.append(TIME, 1.01e-3)):
        (verdict,) = failed(sine(), sine(time))
        assert verdict.check == "range"
        assert "its reference at 1 ms" in verdict.sentence
    assert failed(sine(), sine(np.linspace(0.0, 1e-3 - 0.5e-7, 400))) == []


def test_charge_where_the_shape_is_allowed_to_differ():
    time = np.linspace(0.0, 1.0, 101)
    reference = Waveform(time, np.where(time > 0.5, 1.0, 0.0), "A")
    other = Waveform(time, np.where(time > 0.5, 1.05, 0.0), "A")
    wide = Tolerance(relative=0.1, time=0.02, integral=0.01)
    (verdict,) = failed(reference, other, wide, "i(vdd)")
    assert verdict.check == "integral"
    assert "too large at 1 s: 5 % of 495 mC, 1 % is allowed" in verdict.sentence
    assert failed(reference, other, Tolerance(relative=0.1, time=0.02)) == []


def test_noise_is_compared_on_logarithmic_axes():
    frequency = np.geomspace(1.0, 1e6, 31)
    density = 1e-12 / frequency**0.5 + 1e-15
    reference = Waveform(frequency, density, "A/Hz**0.5", "frequency", "Hz", logarithmic=True)

    def scaled(factor):
        return Waveform(
            frequency, density * factor, "A/Hz**0.5", "frequency", "Hz", logarithmic=True
        )

    assert failed(reference, scaled(1.002)) == []
    # A per cent at the smallest values, where a linear axis would not see it.
    (verdict,) = failed(reference, scaled(np.where(frequency > 1e5, 1.01, 1.0)))
    assert verdict.place > 1e5
    assert "off by 1 % of its value" in verdict.sentence
    assert "not positive" in failed(reference, scaled(-1.0))[0].sentence


def test_units_are_compared():
    (verdict,) = failed(sine(), Waveform(TIME, sine().values, "A"))
    assert verdict.sentence == "v_out: it is in A, its reference in V"


def test_a_constant_is_compared_by_its_size():
    ours, theirs = (Waveform(TIME, np.full(len(TIME), value), "V") for value in (1.8, 1.81))
    assert failed(ours, theirs)
    assert failed(ours, Waveform(TIME, np.full(len(TIME), 1.803), "V")) == []


def test_widening_to_what_another_method_needs():
    edge = Waveform(np.array([0, 5e-4, 5.01e-4, 1e-3]), np.array([0.0, 0.0, 1.0, 1.0]), "V")
    late = Waveform(np.array([0, 5.005e-4, 5.015e-4, 1e-3]), np.array([0.0, 0.0, 1.0, 1.0]), "V")
    wider = edge.widened(late, LIMITS)
    assert 5e-7 <= wider.time <= 1.1e-6
    assert wider.relative == LIMITS.relative
    assert failed(edge, late, wider) == []
    flat = Waveform(TIME, np.full(len(TIME), 1.0) + 1e-9 * np.sin(1e4 * TIME), "V")
    off = Waveform(TIME, flat.values + 1e-6, "V")
    wider = flat.widened(off, LIMITS)
    assert (wider.time, wider.absolute) == (LIMITS.time, pytest.approx(2e-6, rel=0.01))
    assert Number(1.0).widened(Number(1.01), LIMITS).absolute == pytest.approx(0.017)
    assert train(1.0, 2.0).widened(train(1.0, 2.1), LIMITS).time == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("places", "values"),
    [([], []), ([0.0, 1.0], [1.0]), ([1.0, 0.0], [1.0, 1.0]), ([0.0, np.nan], [1.0, 1.0])],
)
def test_what_is_no_waveform(places, values):
    with pytest.raises(BadValue):
        Waveform(np.array(places), np.array(values))


def test_what_cannot_be_a_reference():
    assert "finite" in Waveform(np.array([0.0, 1.0]), np.array([0.0, np.nan])).recordable
    assert "single" in Waveform(np.array([0.0]), np.array([0.0])).recordable
    log = Waveform(np.array([0.0, 1.0]), np.ones(2), axis="frequency", logarithmic=True)
    assert "positive" in log.recordable
    assert "finite" in train(np.nan).recordable
    assert Number(math.inf).recordable
    assert sine().recordable == train(1.0).recordable == Number(math.nan).recordable == ""


# Spikes and numbers.


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([1.0, 2.0, 2.6, 3.0], "spikes: a spike too many at 2.6 s; 4 spikes, 3 on record"),
        ([1.0, 2.01, 3.0], "spike 2 of 3 comes 10 ms too late at 2 s; 1 ms is allowed"),
        ([1.0, 1.99, 3.0], "too early"),
        ([], "spikes: spike 1 of 3 is missing at 1 s, and 2 more; 0 spikes, 3 on record"),
        ([1.0, np.nan, 3.0], "spikes: the time of spike 2 of 3 is not finite"),
    ],
)
def test_spikes_that_differ(others, said):
    (verdict,) = failed(train(1.0, 2.0, 3.0), train(*others), name="spikes")
    assert said in verdict.sentence


def test_spikes_within_their_tolerance():
    assert failed(train(1.0, 2.0, 3.0), train(1.0, 2.0005, 3.0)) == []
    assert failed(train(1.0, 2.0), train(1.0, 2.01), Tolerance(time=0.02)) == []
    assert failed(train(), train()) == []
    assert failed(train(), train(1.0))


def test_each_address_is_matched_by_itself():
    ours = train(1.0, 1.0001, 2.0, address=np.array([0, 7, 0]))
    swapped = train(1.0, 1.0001, 2.0, address=np.array([0, 8, 0]))
    (verdict,) = failed(ours, swapped, name="hidden")
    assert "hidden of address 7: spike 1 of 1 is missing at 1" in verdict.sentence
    assert failed(ours, ours) == []
    np.testing.assert_array_equal(ours.pairs(swapped), [[0, 0], [2, 2]])


def test_numbers():
    rate = Number(1853.0, "Hz")
    assert failed(rate, Number(1857.0, "Hz")) == []
    (verdict,) = failed(rate, Number(1871.5, "Hz"), name="rate")
    assert verdict.sentence.startswith("rate is 1.872 kHz where 1.853 kHz is on record (+0.998 %)")
    assert failed(rate, Number(math.nan, "Hz"))[0].check == "finite"
    assert failed(Number(math.nan), Number(1.0))
    assert failed(Number(math.nan), Number(math.nan)) == []
    assert failed(Number(0.0), Number(1e-30))
    assert failed(Number(0.0), Number(1e-30), Tolerance(absolute=1e-20)) == []


@pytest.mark.parametrize("field", ["relative", "absolute", "time", "interval", "integral"])
@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, "1"])
def test_tolerances_that_make_no_sense(field, value):
    with pytest.raises(BadValue, match=field):
        Tolerance(**{field: value})
