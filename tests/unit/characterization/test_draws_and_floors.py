"""Mismatch draws, numerical floors and what a campaign sums up; no simulator."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from neuromix import library
from neuromix.characterization.draws import mismatch_draws
from neuromix.characterization.floor import floor_of, floor_of_spread, require_above_floor
from neuromix.characterization.recipe import Record, Stimulus
from neuromix.characterization.summary import spreads, summarize
from neuromix.declare import Plan
from neuromix.errors import BelowNumericalFloor, TechnologyError
from neuromix.netlist.deck import Transistor

GF = library.technology("gf180mcu")
SMALL = Transistor("m.xcell.x1.m0", "nfet", 1e-6, 1e-6)
LARGE = Transistor("m.xcell.x2.m0", "nfet", 4e-6, 4e-6)
PAIR = (SMALL, dataclasses.replace(SMALL, path="m.xcell.x3.m0"))


def table(transistors, samples, seed=1, cell="c", instance="campaign"):
    """Return draws by (device, parameter)."""
    rows = mismatch_draws(GF, transistors, samples, seed, cell, instance)
    assert len(rows) == samples
    found = {}
    for row in rows:
        for item in row:
            found.setdefault((item.device, item.parameter), []).append(item.value)
    return {key: np.array(values) for key, values in found.items()}


def test_the_sigma_is_that_of_the_law():
    """False alarm of each interval: 1e-6, two-sided chi-square of the variance."""
    samples = 2000
    for device in (SMALL, LARGE):
        drawn = table((device,), samples)
        law = GF.device("nfet").mismatch
        for parameter, centre, sigma in zip(
            ("delvto", "mulu0"), (0.0, 1.0), law.sigmas(device.width, device.length), strict=True
        ):
            values = drawn[device.path, parameter]
            low, high = stats.chi2.interval(1.0 - 1e-6, samples - 1) / np.array(samples - 1)
            assert low < values.var(ddof=1) / sigma**2 < high
            assert abs(values.mean() - centre) < 5.0 * sigma / math.sqrt(samples)


def test_a_sixteenth_of_the_area_has_four_times_the_sigma():
    law = GF.device("pfet").mismatch
    offsets = dataclasses.replace(law, length_offset=0.0, width_offset=0.0)
    small, large = offsets.sigmas(1e-6, 1e-6), offsets.sigmas(4e-6, 4e-6)
    np.testing.assert_allclose(np.divide(small, large), 4.0, rtol=1e-12)


def test_sample_k_is_the_same_whatever_the_count():
    few, many = table(PAIR, 5), table(PAIR, 50)
    for key, values in few.items():
        np.testing.assert_array_equal(values, many[key][:5])


def test_devices_in_any_order_and_company_have_their_own():
    both, turned, alone = table(PAIR, 9), table(PAIR[::-1], 9), table(PAIR[:1], 9)
    for key, values in both.items():
        np.testing.assert_array_equal(values, turned[key])
    np.testing.assert_array_equal(both[SMALL.path, "delvto"], alone[SMALL.path, "delvto"])


def test_equal_devices_differ_and_are_independent():
    drawn = table(PAIR, 2000)
    values = np.stack(list(drawn.values()))
    correlation = np.corrcoef(values) - np.eye(len(values))
    # Six pairs; the chance that one of them is beyond 5 sigma is 3e-6.
    assert np.abs(correlation).max() < 5.0 / math.sqrt(2000)


@pytest.mark.promise("R7")
def test_seed_cell_and_instance_are_part_of_the_key():
    base = table((SMALL,), 3)[SMALL.path, "delvto"]
    for other in ({"seed": 2}, {"cell": "d"}, {"instance": "other"}):
        assert not np.array_equal(base, table((SMALL,), 3, **other)[SMALL.path, "delvto"])


def test_no_samples_are_no_draws():
    assert mismatch_draws(GF, PAIR, 0, 1, "c") == ()


STIMULUS = Stimulus("s", "step")


def record(**values):
    return Record(STIMULUS, values)


def test_the_floor_is_the_larger_change():
    found = floor_of(record(a=1.0, b=2.0), record(a=1.1, b=2.0), record(a=0.95, b=1.0))
    assert found == pytest.approx({"a": 0.1, "b": 1.0})


def test_a_measure_that_a_rerun_lacks_has_no_floor():
    assert math.isnan(floor_of(record(a=1.0), record(), record(a=1.0))["a"])
    assert math.isnan(floor_of(record(a=1.0), record(a=1.0), record())["a"])
    assert math.isnan(floor_of(record(a=1.0), record(a=1.0), record(a=math.nan))["a"])


def test_the_floor_of_a_spread_is_an_rms():
    assert floor_of_spread(np.array([3.0, 4.0, np.nan])) == pytest.approx(math.sqrt(12.5))


def test_a_floor_of_nothing_is_not_zero():
    assert math.isnan(floor_of_spread(np.array([])))
    assert math.isnan(floor_of_spread(np.array([np.nan, np.nan])))


def test_three_floors_have_to_be_seen():
    require_above_floor("rate", 3.0, 1.0)
    require_above_floor("rate", 1.0, 0.0)
    with pytest.raises(BelowNumericalFloor, match=r"spread of rate is 2.9"):
        require_above_floor("rate", 2.9, 1.0)


@pytest.mark.parametrize("floor", [math.nan, math.inf])
def test_an_unknown_floor_is_no_licence(floor):
    # NaN compares as false: a spread without a floor once passed.
    with pytest.raises(BelowNumericalFloor):
        require_above_floor("rate", 1.0, floor)


def test_spreads_count_their_failures():
    values = np.array([[1.0, 2.0, 3.0, np.nan], [5.0, np.nan, np.nan, np.nan]])
    data = xr.Dataset(
        {
            "mismatch_rate": (("mismatch", "sample"), values, {"units": "Hz"}),
            "mismatch_rate_floor": ("mismatch", [0.1, 0.2]),
        },
        {"mismatch": ["s1", "s2"]},
    )
    (spread,) = spreads(data)
    assert (spread.measure, spread.stimulus, spread.unit) == ("rate", "s1", "Hz")
    assert (spread.samples, spread.failures) == (3, 1)
    assert (spread.mean, spread.sigma, spread.floor) == pytest.approx((2.0, 1.0, 0.1))
    assert spread.standard_error == pytest.approx(0.5)


def test_draws_that_change_nothing_are_an_error():
    data = xr.Dataset(
        {
            "mismatch_rate": (("mismatch", "sample"), np.ones((1, 4))),
            "mismatch_rate_floor": ("mismatch", [0.0]),
        },
        {"mismatch": ["s1"], "sweep": []},
        {"cell": "c", "technology": "t"},
    )
    with pytest.raises(TechnologyError, match="same results"):
        summarize(data, None, allow_below_floor=True)


def test_a_plan_is_a_product():
    plan = Plan(corner=["tt", "ss"], temperature=[273.15, 300.15], supply=[1.7, 1.8])
    conditions = list(plan.conditions())
    assert len(conditions) == len(set(conditions)) == 8
    assert [c.corner for c in conditions] == ["tt"] * 4 + ["ss"] * 4
    assert hash(plan)
