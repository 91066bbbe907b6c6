"""Plans check what they are given, and take one value where several are meant."""

import pytest

import neuromix as nmx
from neuromix.declare import Condition, Parameter, Plan
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


def test_a_star_moves_one_axis_at_a_time():
    plan = Plan(("tt", "ss"), (273.15, 300.15, 358.15), (1.62, 1.8, 1.98), star=True)
    conditions = list(plan.conditions())
    assert len(conditions) == 1 + 1 + 2 + 2
    assert plan.home == Condition("tt", 300.15, 1.8)
    assert plan.home in conditions
    assert Condition("ss", 300.15, 1.8) in conditions
    assert Condition("ss", 273.15, 1.8) not in conditions
    assert len(list(Plan(plan.corner, plan.temperature, plan.supply).conditions())) == 18
