"""Other tools' netlists become the elements of a cell; what has no place there is refused."""

from __future__ import annotations

import pytest

from neuromix.errors import BadValue, NetlistError, NetlistRefused, UnknownName
from neuromix.netlist.adoption.adopting import Wanted, adopt
from neuromix.netlist.adoption.cards import model_file, read_cards
from neuromix.netlist.adoption.expressions import NoNumber, Scope, spice_number
from neuromix.netlist.adoption.flattening import flatten
from neuromix.netlist.adoption.source import read_source
from neuromix.netlist.parsing import parse_subcircuit

DEVICES = {"n": "nfet", "p": "pfet", "nfet": "nfet", "pfet": "pfet"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500fF", 500e-15),
        ("2.5kOhm", 2500.0),
        ("1MEG", 1e6),
        ("1M", 1e-3),
        ("1.8V", 1.8),
        (".5U", 0.5e-6),
        ("1x", 1e6),
        ("10mil", 254e-6),
        ("1e-6", 1e-6),
        ("3E2k", 3e5),
    ],
)
def test_numbers(text, value):
    assert spice_number(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'0.18u/W'", 0.09),
        ("{2*wn + 1u}", 3e-6),
        ("-2**2", -4.0),
        ("2^3^2", 512.0),
        ("(1+2)*3", 9.0),
        ("int((3+1)/2) * W/2 * 0.29", 0.29 * 2e-6),
        ("max(1, 2, 3) - min(4, 5)", -1.0),
        ("nested", 8e-6),
        ("wn > 0.5u ? 1 : 2", 1.0),
        ("1 - -1", 2.0),
        ("'\"wn\"'", 1e-6),
    ],
)
def test_expressions(text, value):
    scope = Scope({"wn": "1u", "nested": "4*w"}).inner({"w": "2u"})
    outer = Scope({"wn": "1u", "w": "2u", "nested": "'4*w'"})
    assert (outer if "nested" in text else scope).evaluated(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "absent",
        "1/0",
        "9**9**9",
        "sqrt(-1)",
        "(1",
        "1)",
        "1 2",
        "a.b",
        "__import__('os')",
        "open('x')",
        "exec",
        "loop",
        "(" * 5000,
        "-" * 5000 + "1",
        "1" + "+1" * 5000,
        "",
        "min()",
        "sqrt(1, 2)",
        "exp(1e9)",
    ],
)
def test_expressions_without_a_value(text):
    with pytest.raises(NoNumber):
        Scope({"loop": "loop2+1", "loop2": "loop"}).evaluated(text)


@pytest.fixture
def flat(tmp_path):
    def make(text, devices=DEVICES, name="cell.sp", subcircuit=None):
        file = tmp_path / name
        file.write_text(text)
        source = read_source(file)
        return flatten(source, source.block(subcircuit), devices)

    return make


def lines(found):
    return [part.line() for part in found.parts]


HSPICE = """\
My amplifier, a title
.GLOBAL vdd! gnd!
.param wp='2*wn' wn=1u
.option scale=1e-6
.protect_nothing
.subckt inv in out wn=1
Mn out in gnd! gnd! N W=wn L=0.18 AD='wn*0.5' nrd='0.18/W' $ the pull-down
Mp out in vdd! vdd! P W='2*wn'
+ L=0.18 M=2
.ends
.SUBCKT buffer A<0> Y
X1 A<0> mid inv wn=2
X2 mid Y inv
Cl Y gnd! 500fF IC=0.3
.ENDS buffer
"""


def test_hspice(flat):
    found = flat(HSPICE)
    assert found.ports == ("a_0", "y", "vdd")
    assert found.spelled == {"a_0": "a<0>", "vdd": "vdd!"}
    assert lines(found) == [
        "x1_mn mid a_0 0 0 nfet w=2e-06 l=1.8e-07 ad=1e-12",
        "x1_mp mid a_0 vdd vdd pfet w=4e-06 l=1.8e-07 m=2",
        "x2_mn y mid 0 0 nfet w=1e-06 l=1.8e-07 ad=5e-13",
        "x2_mp y mid vdd vdd pfet w=2e-06 l=1.8e-07 m=2",
        "cl y 0 5e-13",
    ]
    (start,) = found.starts
    assert (start.first, start.second, start.voltage) == ("y", "0", 0.3)
    assert any("nrd (2)" in remark for remark in found.remarks)


SPECTRE = """\
simulator lang=spectre
// exported
parameters wn=2u
include "models.scs" section=tt
subckt follower ( in out vdd vss )
parameters ln=1u
M0 (vdd in out vss) n w=wn l=ln \\
    m=1 nf=2
R0 (out vss) resistor r=10k
C0 (out vss) capacitor c=100f ic=0.1
ends follower
simulator lang=spice
.subckt other a b
R1 a b 1k
.ends
"""


def test_spectre(flat):
    found = flat(SPECTRE, subcircuit="follower")
    assert found.ports == ("in", "out", "vdd", "vss")
    assert lines(found) == [
        "xm0 vdd in out vss nfet w=2e-06 l={p_ln} nf=2",
        "r0 out vss 10000",
        "c0 out vss 1e-13",
    ]
    assert lines(flat(SPECTRE, subcircuit="other")) == ["r1 a b 1000"]


XSCHEM = """\
** sch_path: /home/someone/cell.sch
**.subckt cell in out VDD GND
*.ipin in
*.opin out
*.iopin VDD
*.iopin GND
XM1 out in GND GND n L=0.15 W=1 nf=1 ad='int((nf+1)/2) * W/nf * 0.29u' as=0 pd=0 ps=0 nrd='0.29 / W'
+ nrs='0.29 / W' sa=0 sb=0 sd=0 mult=1 m=3
XM2 out in VDD VDD p L=0.15 W=2 nf=1 m=1
**** begin user architecture code
.lib /usr/share/pdk/models.lib tt
.control
op
.endc
**** end user architecture code
**.ends
.GLOBAL GND
.end
"""


def test_xschem(flat, tmp_path):
    found = flat(XSCHEM)
    assert found.ports == ("in", "out", "vdd", "vss")
    assert lines(found)[0].startswith("xm1 out in vss vss nfet l=0.15 w=1 ad=2.9e-07")
    assert lines(found)[0].endswith("m=3")
    source = read_source(tmp_path / "cell.sp")
    assert source.directions == {"in": "input", "out": "output", "vdd": "", "gnd": ""}
    assert [str(item).split(": ")[0] for item in source.aside] == ["cell.sp:11", "cell.sp:12"]


def test_parameters_stay_parameters(flat):
    found = flat(
        ".param wn=2u exp=3u\n.subckt c a b vss ln=1u\n"
        "m1 a b vss vss n w=wn l='ln'\nm2 a b vss vss n w='2*wn' l={exp}\n.ends\n"
    )
    assert lines(found) == [
        "m1 a b vss vss nfet w={wn} l={p_ln}",
        "m2 a b vss vss nfet w=4e-06 l={p_exp}",
    ]
    assert found.sizes == {"wn": 2e-6, "p_ln": 1e-6, "p_exp": 3e-6}
    assert any("w = 2*wn was computed" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("m1 a b vss vss unknown w=1u l=1u", "--device unknown=nfet"),
        ("x1 a b absent", "neither a subcircuit"),
        ("x1 a inner", "has 2 ports"),
        ("x1 a b cell", "as many nodes"),
        ("x1 a b vss cell", "contains itself"),
        ("m1 a b vss vss n w=1u", "no l="),
        ("m1 a b vss vss n w=1u l=1u delvto=0.1", "delvto"),
        ("m1 a b vss vss n w=wx l=1u", "'wx' has no value"),
        ("m1 a b vss vss n w=1u l=1u m=0", "number of devices"),
        ("m1 a b vss vss n w=1u l=1u\nm1 a b vss vss n w=1u l=1u", "two elements"),
        ("r1 a b 1M", "1meg for megohms"),
        ("r1 a b rpoly w=1u l=2u", "no plain resistor"),
        ("r1 a b rpoly 2", "no plain resistor"),
        ("c1 a b 0", "positive"),
        ("q1 a b vss npn", "no place in a cell"),
        ("d1 a b dx", "no place in a cell"),
        (".save all", "no place in a cell"),
        ("shell touch x", "no place in a cell"),
        ("v1 a b shell", "no value"),
    ],
)
def test_statements_that_have_no_place(flat, body, said):
    text = f".subckt inner c d\nr1 c d 1\n.ends\n.subckt cell a b vss\n{body}\n.ends\n"
    with pytest.raises(NetlistError) as caught:
        flat(text, subcircuit="cell")
    assert said in str(caught.value)
    assert "cell.sp:" in str(caught.value)


def test_all_of_them_are_listed(flat):
    with pytest.raises(NetlistError) as caught:
        flat(".subckt cell a b\nq1 a b c npn\nr1 a b 1k\nd1 a b dx\nr2 a b 1M\n.ends\n")
    assert [line.split(": ")[0] for line in caught.value.evidence] == [
        "cell.sp:2",
        "cell.sp:4",
        "cell.sp:5",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("r1 a b 1\n", "holds no subcircuit"),
        (".subckt a b\nr1 b 0 1\n", "does not end"),
        (".ends\n", "without a .subckt"),
        (".subckt a b\n.ends\n.subckt a b\n.ends\n", "two subcircuits"),
        (".subckt\n.ends\n", "without a name"),
        ("", "holds no subcircuit"),
        ("\0", "is not text"),
    ],
)
def test_files_that_hold_no_cell(flat, text, said):
    with pytest.raises(NetlistError, match=said):
        flat(text)


def test_nodes_of_two_levels_stay_two(flat):
    found = flat(
        ".subckt inner a\nr1 a n 1k\nr2 n 0 1k\n.ends\n"
        ".subckt cell a time\nx1 a inner\nr3 a x1_n 1k\nr4 x1_n time 1k\nr5 a! a 1k\n.ends\n",
        subcircuit="cell",
    )
    assert lines(found) == [
        "r_x1_r1 a x1_n 1000",
        "r_x1_r2 x1_n 0 1000",
        "r3 a x1_n_ 1000",
        "r4 x1_n_ time_ 1000",
        "r5 a_ a 1000",
    ]


def test_several_subcircuits_are_named(flat):
    with pytest.raises(BadValue, match="several") as caught:
        flat(".subckt a b\nr1 b 0 1\n.ends\n.subckt c d\nr1 d 0 1\n.ends\n")
    assert caught.value.cure == "--subcircuit a or c"


NEURON = """\
.subckt neuron i_in v_mem out v_tau nbias vdd gnd
m1 v_mem v_tau gnd gnd nfet w=1u l=1u
m2 nbias nbias gnd gnd nfet w=1u l=1u
m3 out v_mem gnd gnd nfet w=1u l=1u
m4 out nbias vdd vdd pfet w=1u l=1u
c1 v_mem i_in 1p
m5 v_mem out i_in gnd nfet w=1u l=1u
.ends
"""


def roles(tmp_path, text=NEURON, **given):
    file = tmp_path / "neuron.cir"
    file.write_text(text)
    return {g.port: g.role for g in adopt(file, Wanted()).with_roles(given).roles}


def test_roles(tmp_path):
    assert roles(tmp_path) == {
        "i_in": "input",
        "v_mem": "state",
        "out": "output",
        "v_tau": "input",
        "nbias": "bias",
        "vdd": "supply",
        "vss": "ground",
    }
    assert roles(tmp_path, out="state")["out"] == "state"
    assert roles(tmp_path, "*.PININFO out:I v_tau:O\n" + NEURON)["v_tau"] == "output"
    with pytest.raises(UnknownName, match="port"):
        roles(tmp_path, outt="state")
    with pytest.raises(BadValue, match="no role"):
        roles(tmp_path, out="exit")


CARDS = """\
.param dv=0.01
.model nch.1 nmos level = 54 version = "4.5" vth0='0.4+dv'
+ toxe=4n lmin=1u lmax=2u
.model pch pmos ( level=49 vth0 = -0.4 )
"""


def test_cards(tmp_path):
    file = tmp_path / "own.pm"
    file.write_text(f".lib ss\n{CARDS}.endl ss\n")
    found = read_cards(file)
    assert [(c.section, c.model, c.neutral, c.level) for c in found] == [
        ("ss", "nch", "nfet", 14),
        ("ss", "pch", "pfet", 8),
    ]
    assert model_file(found, "own").splitlines()[2:] == [
        ".lib ss",
        ".model nch.1 nmos",
        "+level = 14",
        "+version = 4.5  vth0 = 0.41  toxe = 4e-09  lmin = 1e-06  lmax = 2e-06",
        ".model pch pmos",
        "+level = 8",
        "+vth0 = -0.4",
        ".endl ss",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (".model n nmos level=70\n", "level 70"),
        (".model n nmos vth0=x\n", "'x' has no value"),
        (".model f filesource (file=1)\n", "filesource"),
        (".model d d\n", "no model of nmos"),
        ("m1 a b c d n\n", "no model card"),
        (".control\nshell id\n.endc\n", ".control"),
        (".include /etc/passwd\n", "outside of the folders"),
    ],
)
def test_cards_that_are_refused(tmp_path, text, said):
    file = tmp_path / "own.pm"
    file.write_text(CARDS + text)
    with pytest.raises(NetlistError, match=r"own\.pm:") as caught:
        read_cards(file)
    assert said in str(caught.value)


def test_all_refused_cards_are_listed(tmp_path):
    file = tmp_path / "own.pm"
    file.write_text(".include /a\n.model d d\nr1 a b 1\n")
    with pytest.raises(NetlistRefused) as caught:
        read_cards(file)
    assert len(caught.value.evidence) == 3


def test_a_parameter_named_like_a_function_is_refused_in_a_cell():
    # ngspice reads {ln} as its logarithm and reports an undefined parameter l.
    text = ".subckt c a b\nr1 a b {ln}\n.ends\n"
    with pytest.raises(NetlistError, match=r"\{ln\} is a function"):
        parse_subcircuit(text, "c.cir")
