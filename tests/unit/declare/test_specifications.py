"""A specification's limits are in order, and a number that is not finite never passes."""

from __future__ import annotations

import math

import pytest

from neuromix.declare import Specification
from neuromix.errors import BadValue


def test_limits_admit_what_is_between_them():
    gain = Specification("gain", "1", minimum=100.0, typical=400.0, maximum=500.0)
    assert [gain.admits(x) for x in (99.9, 100.0, 500.0, 500.1)] == [False, True, True, False]
    assert not gain.admits(math.nan)
    assert not Specification("gain", "1", minimum=100.0).admits(math.inf)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"typical": 1.0},
        {"minimum": 2.0, "maximum": 1.0},
        {"minimum": 0.0, "typical": 3.0, "maximum": 1.0},
        {"maximum": math.nan},
        {"maximum": 1.0, "statistic": "median"},
        {"maximum": 1.0, "statistic": "mean", "everywhere": True},
    ],
)
def test_limits_that_mean_nothing_are_refused(wrong):
    with pytest.raises(BadValue):
        Specification("gain", "1", **wrong)
