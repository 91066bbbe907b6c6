"""Plans check what they are given, and take one value where several are meant."""

import pytest

import neuromix as nmx
from neuromix.declare import Parameter
from neuromix.errors import BadValue


def test_one_value_is_a_list_of_one():
    plan = nmx.Plan(corner="tt", temperature=300.15, supply=1.8)
    assert (plan.corner, plan.temperature, plan.supply) == (("tt",), (300.15,), (1.8,))


@pytest.mark.parametrize(
    "wrong", [{"corner": []}, {"samples": -1}, {"samples": 2.5}, {"temperature": [27]}]
)
def test_what_cannot_be_meant_is_refused(wrong):
    with pytest.raises(BadValue):
        nmx.Plan(**wrong)


def test_a_parameter_s_default_is_a_number():
    with pytest.raises(BadValue, match="'10n' is not a number"):
        Parameter("i_in", "10n", "A", "input")
