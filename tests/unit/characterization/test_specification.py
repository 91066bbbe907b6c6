"""Verdicts: what is held against limits, and what a missing or strange number does."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import xarray as xr

from neuromix.characterization.specification import judge
from neuromix.declare import Cell, Specification
from neuromix.errors import BadValue, UnknownName


def campaign(samples: int = 4) -> xr.Dataset:
    """Return a star of two corners and two temperatures, as a campaign lays it out."""
    gain = np.full((2, 2, 1, 2), np.nan)
    gain[0, 0, 0] = (100.0, 110.0)  # home
    gain[1, 0, 0] = (90.0, 95.0)
    gain[0, 1, 0] = (80.0, 130.0)
    return xr.Dataset(
        {
            "gain": (("corner", "temperature", "supply", "sweep"), gain, {"units": "V/A"}),
            "gain_floor": ("sweep", [0.5, 0.7]),
            "mismatch_gain": (
                ("mismatch", "sample"),
                [[98.0, 99.0, 101.0, 102.0]],
                {"units": "V/A"},
            ),
            "mismatch_gain_floor": ("mismatch", [0.01]),
        },
        coords={
            "corner": ["tt", "ss"],
            "temperature": [300.15, 358.15],
            "supply": [1.8],
            "sweep": ["small", "large"],
            "mismatch": ["small"],
        },
        attrs={
            "samples": samples,
            "technology": "gf180mcu",
            "home_corner": "tt",
            "home_temperature": 300.15,
            "home_supply": 1.8,
        },
    )


def verdict(samples: int = 4, **limits):
    item = Specification("gain", limits.pop("unit", "V/A"), **limits)
    cell = Cell("amplifier", "", (), (), (), specifications=(item,))
    (found,) = judge(cell, campaign(samples))
    return found


def test_the_home_condition_alone():
    found = verdict(minimum=99.0, maximum=111.0)
    assert (found.passes, found.lowest, found.highest, found.values) == (True, 100.0, 110.0, 2)
    assert found.floor == 0.7
    assert found.worst == "large; tt, 27 °C, 1.8 V" or found.worst.startswith("small")


def test_everywhere_leaves_out_what_a_star_did_not_run():
    found = verdict(minimum=85.0, everywhere=True)
    assert (found.passes, found.values, found.lowest) == (False, 6, 80.0)
    assert found.worst == "small; tt, 85 °C, 1.8 V"
    assert verdict(minimum=85.0, everywhere=True, stimulus="large").passes


def test_limits_of_another_technology_are_not_looked_at():
    limits = [
        Specification("gain", "V/A", minimum=0.0, technology=name)
        for name in ("", "gf180mcu", "generic180")
    ]
    cell = Cell("amplifier", "", (), (), (), specifications=tuple(limits))
    assert [item.specification.technology for item in judge(cell, campaign())] == ["", "gf180mcu"]


def test_a_number_that_is_not_finite_fails():
    data = campaign()
    data["gain"].values[0, 0, 0, 0] = np.nan
    item = Specification("gain", "V/A", minimum=0.0, stimulus="small")
    cell = Cell("amplifier", "", (), (), (), specifications=(item,))
    (found,) = judge(cell, data)
    assert found.passes is False


def test_statistics_over_draws():
    sigma = float(np.std([98.0, 99.0, 101.0, 102.0], ddof=1))
    found = verdict(maximum=2.0, statistic="standard_deviation")
    assert found.passes
    assert found.highest == pytest.approx(sigma)
    assert found.worst == "small; 4 draws"
    relative = verdict(maximum=0.01, statistic="coefficient_of_variation", unit="1")
    assert relative.passes is False
    assert relative.highest == pytest.approx(sigma / 100.0)
    assert verdict(minimum=99.9, maximum=100.1, statistic="mean").passes


def test_without_draws_nothing_is_said_of_spreads():
    found = verdict(samples=0, maximum=2.0, statistic="standard_deviation")
    assert found.passes is None
    assert found.word == "not measured"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"measure": "gian"}, UnknownName),
        ({"stimulus": "huge"}, UnknownName),
        ({"unit": "V"}, BadValue),
    ],
)
def test_a_specification_of_nothing_is_an_error(change, error):
    item = dataclasses.replace(Specification("gain", "V/A", minimum=0.0), **change)
    cell = Cell("amplifier", "", (), (), (), specifications=(item,))
    with pytest.raises(error):
        judge(cell, campaign())
