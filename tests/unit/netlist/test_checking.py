"""Nodes that nothing holds are refused before ngspice invents a voltage for them."""

from __future__ import annotations

import pytest

from neuromix.declare import Cell, Port
from neuromix.errors import NetlistError, PortMismatch, SingularCircuit
from neuromix.netlist.checking import check_nodes, check_ports
from neuromix.netlist.parsing import parse_subcircuit


def subcircuit(*lines: str):
    return parse_subcircuit("\n".join([".subckt one a b vss", *lines, ".ends"]))


def declared(name: str, *ports: str) -> Cell:
    return Cell(name, "", tuple(Port(port, "input", "") for port in ports), (), ())


def test_ports_agree():
    check_ports(declared("one", "a", "b", "vss"), subcircuit())


@pytest.mark.parametrize("ports", [("a", "vss", "b"), ("a", "b"), ("a", "b", "vss", "c"), ()])
def test_ports_differ(ports):
    with pytest.raises(PortMismatch) as caught:
        check_ports(declared("one", *ports), subcircuit())
    assert "netlist:     a b vss" in caught.value.evidence


def test_a_subcircuit_of_another_name():
    with pytest.raises(NetlistError, match="holds the subcircuit 'one', not 'two'"):
        check_ports(declared("two", "a", "b", "vss"), subcircuit())


@pytest.mark.parametrize(
    "lines",
    [
        ["x1 a n vss vss nfet w=1u l=1u", "x2 n b vss vss nfet w=1u l=1u"],
        ["r1 a n 1k", "c1 n b 1p"],
        ["x1 a n sub", "x2 n b sub"],
        ["l1 a n 1", "x1 vss n vss vss nfet w=1u l=1u"],
        ["r1 a m 1", "x1 m vss n vss pfet w=1u l=1u", "x2 n n vss vss nfet w=1u l=1u"],
    ],
)
def test_nodes_that_are_held(lines):
    check_nodes(subcircuit(*lines))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["r1 a n 1k"], "the node 'n' floats"),
        (["x1 a n vss vss nfet w=1u l=1u"], "the node 'n' floats"),
        (["c1 a n 1p", "c2 n vss 1p"], "no current path holds the node 'n'"),
        (
            ["x1 a n vss vss nfet w=1u l=1u", "x2 n vss cap c=1p"],
            "no current path holds the node 'n'",
        ),
        (
            ["x1 a b vss n nfet w=1u l=1u", "x2 a b vss n nfet w=1u l=1u"],
            "no current path holds the node 'n'",
        ),
        (["i1 n a 1n", "i2 n b 1n"], "no current path holds the node 'n'"),
        (["r1 n m 1k", "r2 n m 1k"], "no current path holds the node"),
        (["r1 n m 1k", "c1 n a 1p", "c2 m a 1p"], "no current path holds the node"),
    ],
    ids=["end", "gate", "capacitors", "gate and cap", "bulk", "currents", "island", "island in c"],
)
def test_nodes_that_float(lines, said):
    with pytest.raises(SingularCircuit) as caught:
        check_nodes(subcircuit(*lines))
    assert said in str(caught.value)
    assert caught.value.evidence
    assert caught.value.cure
