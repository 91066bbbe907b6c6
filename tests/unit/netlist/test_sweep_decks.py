"""Direct-current sweeps: what stands in the deck, what is refused, what ngspice makes of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from neuromix.declare import (
    Bench,
    Cell,
    Condition,
    Constant,
    Current,
    Parameter,
    Port,
    Realisation,
    Step,
    Sweep,
    Voltage,
)
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue, UnknownName
from neuromix.netlist.composing import compose
from neuromix.netlist.foreign import deck_of_circuit
from neuromix.netlist.parsing import parse_subcircuit

TEXT = """\
.subckt bridge a b out vdd vss
xa a out res r=1k
xb b out res r=3k
xload out vss res r=1meg
xvdd vdd vss res r=1k
.ends
"""
PORTS = (
    Port("a", "input", ""),
    Port("b", "input", ""),
    Port("out", "output", ""),
    Port("vdd", "supply", ""),
    Port("vss", "ground", ""),
)
CELL = Cell("bridge", "", PORTS, (), ())
BENCH = Bench(
    "sweep",
    "",
    (Voltage("a", Constant("middle")), Voltage("b", Constant("middle"))),
    Sweep((("a", 0.5), ("b", -0.5)), -0.2, "stop", "points"),
    (
        Parameter("middle", 1.0, "V", ""),
        Parameter("stop", 0.2, "V", ""),
        Parameter("points", 5, "1", ""),
    ),
    keep=("out", "i(a)"),
)


def cards(_devices):
    text = ".subckt res a b r=1k\nr0 a b {r}\n.ends res\n"
    return text, "none"


def deck(bench=BENCH, **overrides):
    subcircuit = parse_subcircuit(TEXT, "bridge.cir")
    realisation = Realisation("none", (), (), 1.8)
    return compose(CELL, bench, realisation, subcircuit, cards, Condition(), overrides)


def waves(wanted):
    with NgspiceEngine(1) as engine:
        ((outcome,),) = engine.run([Job(wanted, keep=(0,))])
    assert not outcome.failure, outcome.reason
    return outcome.waves


def test_the_axis_is_the_swept_value():
    composed = deck()
    assert composed.axis == "sweep"
    assert composed.stop == 0.2
    assert composed.command == "dc vsweep_part 0 1 0.25"
    assert [item.name for item in composed.vectors] == ["sweep", "out", "i(a)"]
    assert deck(points=9).key != composed.key


@pytest.mark.ngspice
def test_a_differential_sweep_of_voltages():
    found = waves(deck())
    swept = np.linspace(-0.2, 0.2, 5)
    a, b = 1.0 + 0.5 * swept, 1.0 - 0.5 * swept
    out = (a / 1e3 + b / 3e3) / (1 / 1e3 + 1 / 3e3 + 1e-6)
    np.testing.assert_allclose(found["sweep"], swept, atol=1e-12)
    np.testing.assert_allclose(found["out"], out, rtol=1e-9)
    np.testing.assert_allclose(found["i(a)"], (a - out) / 1e3, rtol=1e-6)


@pytest.mark.ngspice
def test_a_sweep_of_picoamperes_that_ends_at_zero():
    bench = dataclasses.replace(
        BENCH,
        drives=(Current("a", Constant(1e-12)), Voltage("b", Constant(0.0))),
        analysis=Sweep((("a", 2.0),), -1e-12, 0.0, 101),
        keep=("a",),
    )
    found = waves(deck(bench))
    swept = np.linspace(-1e-12, 0.0, 101)
    resistance = 1e3 + 1.0 / (1 / 3e3 + 1e-6)
    np.testing.assert_allclose(found["sweep"], swept, atol=1e-24)
    np.testing.assert_allclose(found["a"], (1e-12 + 2.0 * swept) * resistance, atol=1e-17)


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        ({"analysis": Sweep((("a", 1.0),), 0.1, 0.1, 5)}, BadValue, "start below stop"),
        ({"analysis": Sweep((("a", 1.0),), 0.0, 0.1, 1)}, BadValue, "two points"),
        ({"analysis": Sweep((("out", 1.0),), 0.0, 0.1, 5)}, UnknownName, "constant drive"),
        (
            {"drives": (Voltage("a", Step(1.0)), Voltage("b", Constant(0.0)))},
            UnknownName,
            "constant drive",
        ),
        (
            {"drives": (Voltage("a", Constant(0.0)), Current("b", Constant(0.0)))},
            BadValue,
            "together",
        ),
    ],
)
def test_sweeps_that_are_refused(change, kind, says):
    with pytest.raises(kind) as caught:
        deck(dataclasses.replace(BENCH, **change))
    assert says in str(caught.value)


def test_a_circuit_is_not_swept():
    with pytest.raises(BadValue, match="ports of a cell"):
        deck_of_circuit("v1 a 0 1", Sweep((("a", 1.0),), 0.0, 1.0, 2), ["a"])
