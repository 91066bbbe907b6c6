"""Arithmetic of model files: numbers, what is left to an instance, and no draw of the foundry's."""

from __future__ import annotations

import math

import pytest

from neuromix.errors import TechnologyError
from neuromix.pdk.expressions import Parameters, assignments


@pytest.fixture
def known():
    texts = [("corner", "1"), ("shift", "{0.015*corner}"), ("switch", "0.0"), ("nested", "'shift'")]
    return Parameters(texts, {"w": "(w*1e6)"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1E-6", 1e-6),
        ("{2*Shift + 1}", 1.03),
        ("nested/2", 0.0075),
        ("-2**2", -4.0),
        ("sqrt(16)*max(1,2,3)", 12.0),
        ("{0.0+corner*2} + switch*AGAUSS(0,1.5e-09,1)", 2.0),
        ("exp(agauss(0,0.12,1))", 1.0),
        ("switch*agauss(0,1,1)/sqrt(w*4)+shift", 0.015),
    ],
)
def test_numbers(known, text, value):
    assert known.resolved(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("width", [0.5e-6, 2e-6])
def test_what_hangs_on_the_instance_is_left(known, width):
    text = known.resolved("{shift*(0.035*7/w+0.965) - max(w, 1)}")
    expected = 0.015 * (0.035 * 7 / (width * 1e6) + 0.965) - max(width * 1e6, 1)
    # ngspice reads the same arithmetic as Python.
    found = eval(text, {"w": width, "max": max, "__builtins__": {}})
    assert math.isclose(found, expected, rel_tol=1e-12)


@pytest.mark.parametrize(
    "text", ["absent", "loop", "__import__('os')", "corner.real", "1u", "w if w else 1", "[1][0]"]
)
def test_what_is_no_arithmetic_is_refused(text):
    known = Parameters([("corner", "1"), ("loop", "loop+1")], {"w": "w"})
    with pytest.raises(TechnologyError):
        known.resolved(text)


def test_assignments_with_and_without_blanks():
    statement = ".param l = 1 w=1 nrd = {0.14/w} Shift={a*max(b,c)} + d*2"
    assert assignments(statement) == (
        ("l", "1"),
        ("w", "1"),
        ("nrd", "{0.14/w}"),
        ("shift", "{a*max(b,c)} + d*2"),
    )
