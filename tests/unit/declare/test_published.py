"""A published figure has a value, a source, and says what of ours it is compared with."""

from __future__ import annotations

import pytest

from neuromix.declare import Published
from neuromix.errors import BadValue

GOOD = {"quantity": "energy per spike", "value": 9e-12, "unit": "J", "source": "A. Author, 2008"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": float("nan")}, "is nan"),
        ({"source": ""}, "has no source"),
        ({"better": "smaller"}, "'lower', 'higher'"),
        ({"statistic": "median"}, "'standard_deviation'"),
        ({"measure": "energy_per_spike"}, "stimulus="),
    ],
)
def test_what_cannot_be_compared_is_refused(change, said):
    with pytest.raises(BadValue, match=said):
        Published(**GOOD | change)


def test_it_is_from_memory_unless_it_says_otherwise():
    assert not Published(**GOOD).checked
