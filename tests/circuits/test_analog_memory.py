"""The memory in ngspice: attoamperes are right, and the transients agree with them."""

from __future__ import annotations

import pytest

import neuromix as nmx

pytestmark = pytest.mark.ngspice


@pytest.mark.parametrize("temperature", [273.15, 358.15])
def test_a_hold_falls_as_the_leakage_says(temperature):
    where = nmx.Condition(temperature=temperature)
    held = nmx.simulate("analog_memory", "hold", condition=where, duration=0.01, max_step=5e-4)
    leaking = nmx.simulate("analog_memory", "leakage", condition=where)
    middle = float(held["start"]) - 0.5 * float(held["droop"])
    current = float(leaking["i(v_held)"].interp(sweep=middle))
    # The node's own capacitance comes on top of the half picofarad.
    expected = current * (0.01 - 3e-6) / 0.5e-12
    assert float(held["droop"]) == pytest.approx(expected, rel=0.01)


def test_the_leak_grows_with_the_input_at_ground_and_with_temperature():
    droops = [
        float(nmx.simulate("analog_memory", "hold", condition=where, v_in=v_in)["droop"])
        for where, v_in in (
            (nmx.Condition(), 0.9),
            (nmx.Condition(), 0.0),
            (nmx.Condition(temperature=358.15), 0.0),
        )
    ]
    assert abs(droops[0]) < 0.1 * droops[1]
    assert droops[2] > 30.0 * droops[1]
