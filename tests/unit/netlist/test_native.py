"""Native transistors become neutral ones, and what has no place in those is refused."""

from __future__ import annotations

import pytest

from neuromix.errors import NetlistError
from neuromix.netlist.native import native_transistor
from neuromix.netlist.parsing import parse_subcircuit

NATIVE = {"nfet_03v3": "nfet", "pfet_03v3": "pfet"}


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        (
            "M1 d g s b nfet_03v3 w=2u l={l_in}",
            ("xm1 d g s b nfet w=2u l={l_in}",),
        ),
        (
            "xm2 d g s b PFET_03V3 L=0.28u W=0.22u nf=1 as=0.1p ad=0.1p pd=2u ps=2u nrd=0 m=1",
            ("xm2 d g s b pfet w=0.22u l=0.28u as=0.1p ad=0.1p ps=2u pd=2u",),
        ),
        (
            "x3 d g s b nfet_03v3 w=2u l=1u m=2",
            ("x3_1 d g s b nfet w=2u l=1u", "x3_2 d g s b nfet w=2u l=1u"),
        ),
        (
            "m4 d g s b nfet_03v3 w=2u l=1u nf=2 m=2 nrd='0.18u/w' sa=1u",
            tuple(f"xm4_{k} d g s b nfet w=1e-06 l=1u" for k in range(1, 5)),
        ),
        (
            "m5 d g s b nfet_03v3 w=3u l=1u nf=3 as=3p ad=6p ps=9u pd=9u",
            tuple(
                f"xm5_{k} d g s b nfet w=1e-06 l=1u as=1e-12 ad=2e-12 ps=3e-06 pd=3e-06"
                for k in range(1, 4)
            ),
        ),
        ("c1 a b 1p", ("c1 a b 1p",)),
        ("x9 a b cap c=1p", ("x9 a b cap c=1p",)),
    ],
)
def test_a_statement(line, becomes):
    assert native_transistor(line, "file:1", NATIVE) == becomes


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("m1 d g s b nfet_06v0 w=2u l=1u", "one of nfet_03v3, pfet_03v3"),
        ("m1 d g s nfet_03v3 w=2u l=1u", "four nodes"),
        ("m1 d g s b nfet_03v3 w={w} l=1u nf=4", "cannot be divided among 4 fingers"),
        ("m1 d g s b nfet_03v3 w=2u l=1u nf=1.5", "no number of devices"),
        ("m1 d g s b nfet_03v3 w=2u l=1u m=1.5", "no number of devices"),
        ("m1 d g s b nfet_03v3 w=2u l=1u m=1e9", "no number of devices"),
        ("m1 d g s b nfet_03v3 w=2u l=1u m={m}", "not a plain number"),
        ("m1 d g s b nfet_03v3 w=2u l=1u delvto=0", "has no place"),
    ],
)
def test_what_a_neutral_device_cannot_tell_is_refused(line, said):
    with pytest.raises(NetlistError) as caught:
        native_transistor(line, "file:1", NATIVE)
    assert said in str(caught.value)


def test_a_neutral_cell_knows_no_native_devices():
    text = ".subckt pair a b c\nm1 a b c c nfet_03v3 w=2u l=1u\n.ends\n"
    with pytest.raises(NetlistError, match="not an element of a cell"):
        parse_subcircuit(text)
    (element,) = parse_subcircuit(text, native=NATIVE).elements
    assert (element.name, element.kind) == ("xm1", "nfet")
