"""Numbers at the border: prefixes in, engineering notation out."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuromix import units
from neuromix.errors import BadValue


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20n", 20e-9),
        ("1.8 V", 1.8),
        ("1e-9", 1e-9),
        ("500 fF", 500e-15),
        ("1M", 1e6),  # mega, as everywhere but in SPICE
        ("-3 mA", -3e-3),
        (2, 2.0),
    ],
)
def test_parse(text, value):
    assert units.parse(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", ["", "many", "1 2", "nan", "inf", math.nan, math.inf])
def test_what_is_no_number(text):
    with pytest.raises(BadValue, match="i_in"):
        units.parse(text, of="i_in")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.85e3, "Hz", "1.85 kHz"),
        (8.29e-12, "A", "8.29 pA"),
        (300.15, "K", "300.1 K"),
        (1e-12, "V**2/Hz", "1e-12 V**2/Hz"),
        (0.25, "1", "0.25"),
        (0.0, "V", "0 V"),
        (math.inf, "V", "inf V"),
    ],
)
def test_render(value, unit, text):
    assert units.render(value, unit) == text


@given(st.floats(1e-17, 1e14), st.sampled_from(["A", "F", "V", "s", "Hz", "Ω"]))
def test_what_is_rendered_can_be_parsed(value, unit):
    assert units.parse(units.render(value, unit, precision=12)) == pytest.approx(value, rel=1e-10)


@given(st.floats(-273.0, 1000.0))
def test_celsius_and_back(temperature):
    assert units.celsius(units.kelvin(temperature)) == pytest.approx(temperature, abs=1e-6)


def test_room_temperature():
    assert units.kelvin(27) == 300.15
    assert units.celsius(300.15) == 27.0
    # 25.85 mV is in every textbook.
    assert units.thermal_voltage(300.0) == pytest.approx(25.852e-3, rel=1e-4)


@pytest.mark.parametrize(
    "text", ["1,5n", "1_0n", "1n5", "1n,2n", "5x", "1kk2", "1M5", "0x10", "", "n"]
)
def test_what_only_looks_like_a_number_is_refused(text):
    """quantiphy alone takes the first of these for 15 nA."""
    with pytest.raises(BadValue, match="is not a number"):
        units.parse(text)
