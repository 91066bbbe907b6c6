"""Decks: what stands in them, and when two of them are the same."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from neuromix.declare import (
    Bench,
    Bias,
    Cell,
    Condition,
    Constant,
    Current,
    FrequencyResponse,
    Hold,
    Noise,
    OperatingPoint,
    Parameter,
    Points,
    Port,
    Pulses,
    Realisation,
    Settings,
    Step,
    Transient,
    Voltage,
)
from neuromix.errors import (
    BadValue,
    NetlistError,
    PortMismatch,
    SingularCircuit,
    UndefinedParameter,
    UnknownName,
)
from neuromix.netlist.composing import compose
from neuromix.netlist.foreign import deck_of_circuit
from neuromix.netlist.parsing import parse_subcircuit

TEXT = """\
.subckt follower in out vdd i_bias vss
xfet vdd in out vss nfet w={w_fet} l=1u
xsink out i_bias vss vss nfet w={w_sink} l=2u
xreplica i_bias i_bias vss vss nfet w={w_sink} l=2u
xload out n_inner cap c={c_load}
xinner n_inner vss res r=1k
.ends
"""
CELL = Cell(
    "follower",
    "",
    (
        Port("in", "input", ""),
        Port("out", "output", ""),
        Port("vdd", "supply", ""),
        Port("i_bias", "bias", ""),
        Port("vss", "ground", ""),
    ),
    (),
    (),
)
SIZES = (("w_fet", 2e-6), ("w_sink", 1e-6), ("c_load", 1e-12))
REALISATION = Realisation("none", SIZES, (Bias("i_bias", 1e-9),), 1.8)
BENCH = Bench(
    "step",
    "",
    (Voltage("in", Step(after="v_in", at=1e-6)),),
    Transient("duration", 1e-6),
    (Parameter("v_in", 1.0, "V", "", 0.0, 2.0), Parameter("duration", 1e-3, "s", "")),
    (),
    ("out", "n_inner", "i(vdd)", "i(in)"),
    (("out", 0.0), ("n_inner", "supply")),
)


def cards(devices):
    return "* cards " + " ".join(f"{n} {w:g} {x:g}" for n, w, x in devices) + "\n", "set tt 0123"


def deck(bench=BENCH, condition=Condition(), overrides=None, voltages=None, text=TEXT, **changes):  # noqa: B008
    realisation = dataclasses.replace(REALISATION, **changes)
    cell = parse_subcircuit(text)
    return compose(CELL, bench, realisation, cell, cards, condition, overrides, voltages)


def lines_of(made):
    return made.lines().lower().splitlines()


def test_what_stands_in_a_deck():
    made = deck()
    lines = lines_of(made)
    assert lines[0] == "* follower on bench step"
    assert lines[1] == "* cards nfet 2e-06 1e-06 nfet 1e-06 2e-06 nfet 1e-06 2e-06"
    assert ".subckt follower in out vdd i_bias vss w_fet=2e-06 w_sink=1e-06 c_load=1e-12" in lines
    assert "xcell in out vdd i_bias 0 follower" in lines
    assert "vvdd vdd 0 1.8" in lines
    assert "ii_bias vdd i_bias 1e-09" in lines
    assert "vin in 0 pwl(0.0s 0.0v 1e-06s 0.0v 1.001e-06s 1.0v)" in lines
    assert ".ic v(out)=0" in lines
    assert ".ic v(xcell.n_inner)=1.8" in lines
    (options,) = (line for line in lines if line.startswith(".options"))
    for pair in ("reltol=1e-05", "chgtol=1e-18", "trtol=1.0", "method=trap", "temp=27.0"):
        assert pair in options.split()
    assert lines[-2:] == [".save time out xcell.n_inner vvdd#branch vin#branch", ".end"]
    assert made.command == "tran 1e-06 0.001 0 1e-06"
    assert (made.axis, made.stop) == ("time", 1e-3)


def test_currents_of_sources_have_the_sign_of_the_port():
    signs = {vector.name: vector.sign for vector in deck().vectors}
    assert signs == {"time": 1.0, "out": 1.0, "n_inner": 1.0, "i(vdd)": -1.0, "i(in)": -1.0}


def test_transistors_are_named_as_ngspice_names_them():
    assert [(t.path, t.neutral, t.width, t.length) for t in deck().transistors] == [
        ("m.xcell.xfet.m0", "nfet", 2e-6, 1e-6),
        ("m.xcell.xsink.m0", "nfet", 1e-6, 2e-6),
        ("m.xcell.xreplica.m0", "nfet", 1e-6, 2e-6),
    ]


def test_an_ideal_bias_is_a_voltage():
    lines = lines_of(deck(voltages={"i_bias": 0.4321}))
    assert "vi_bias i_bias 0 0.4321" in lines
    assert not any(line.startswith("ii_bias") for line in lines)


def test_a_bias_out_of_the_cell_flows_to_ground():
    lines = lines_of(deck(biases=(Bias("i_bias", -2e-9),)))
    assert "ii_bias i_bias 0 2e-09" in lines


def test_overrides_reach_parameters_and_sizes():
    made = deck(overrides={"v_in": 0.5, "w_fet": 3e-6, "duration": 2e-3})
    text = made.lines().lower()
    assert "w_fet=3e-06" in text
    assert "1.001e-06s 0.5v)" in text
    assert made.stop == 2e-3
    assert made.transistors[0].width == 3e-6


@pytest.mark.parametrize(
    ("overrides", "kind", "said"),
    [
        ({"v_on": 1.0}, UnknownName, "v_in"),
        ({"v_in": 3.0}, BadValue, "outside"),
        ({"v_in": math.nan}, BadValue, "outside"),
        ({"w_fet": math.nan}, BadValue, "w_fet"),
        ({"w_fet": math.inf}, BadValue, "w_fet"),
        ({"c_load": -1e-12}, BadValue, "c_load"),
        ({"c_load": 0.0}, BadValue, "c_load"),
    ],
)
def test_overrides_that_are_refused(overrides, kind, said):
    with pytest.raises(kind, match=said):
        deck(overrides=overrides)


@pytest.mark.parametrize("supply", [0.0, -1.8, math.nan, math.inf])
def test_a_supply_that_is_none(supply):
    # 0 V once meant the nominal supply, without a word.
    with pytest.raises(BadValue, match="supply"):
        deck(condition=Condition(supply=supply))


def test_the_supply_of_a_condition():
    lines = lines_of(deck(condition=Condition(supply=1.6, temperature=358.15)))
    assert "vvdd vdd 0 1.6" in lines
    assert ".ic v(xcell.n_inner)=1.6" in lines
    assert " temp=85.0 " in next(line for line in lines if line.startswith(".options"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (TEXT.replace("in out vdd", "out in vdd"), PortMismatch),
        (TEXT.replace(" i_bias vss\n", " vss\n", 1), PortMismatch),
        (TEXT.replace("vdd in out vss nfet", "vdd gate out vss nfet"), SingularCircuit),
        (TEXT.replace("{c_load}", "{c_lode}"), UndefinedParameter),
    ],
)
def test_netlists_that_do_not_fit(text, kind):
    with pytest.raises(kind):
        deck(text=text)


def with_bench(**changes):
    return dataclasses.replace(BENCH, **changes)


def test_a_drive_of_no_port():
    with pytest.raises(UnknownName, match="port of follower"):
        deck(with_bench(drives=(Current("inn", Constant(0.0)),)))


@pytest.mark.parametrize("changes", [{"keep": ("n_iner",)}, {"initial": (("n_iner", 0.0),)}])
def test_a_node_that_is_not_there(changes):
    with pytest.raises(UnknownName, match="node of follower") as caught:
        deck(with_bench(**changes))
    assert "n_inner" in caught.value.cure


def test_a_device_that_no_technology_has():
    with pytest.raises(
        NetlistError, match=r"netlist:5: xload is 'caap', no neutral device"
    ) as caught:
        deck(text=TEXT.replace(" cap ", " caap "))
    assert caught.value.cure == "cap"


@pytest.mark.parametrize("name", ["i(nowhere)", "i(out)", "i(i_bias)"])
def test_a_current_that_no_source_carries(name):
    with pytest.raises(BadValue, match="keeps"):
        deck(with_bench(keep=(name,)))


def test_the_current_of_an_ideal_bias_can_be_kept():
    made = deck(with_bench(keep=("i(i_bias)",)), voltages={"i_bias": 0.4})
    assert made.vectors[-1].source == "vi_bias#branch"


def test_the_noise_of_a_held_node():
    bench = with_bench(
        drives=(Current("in", Constant(0.0)), Hold("in", 0.4)), analysis=Noise("out", "in"), keep=()
    )
    made = deck(bench)
    lines = lines_of(made)
    assert "iin 0 in dc 0.0 ac 1" in lines
    assert "vin_hold in_hold 0 0.4" in lines
    assert any(line.startswith("lin_hold in_hold in ") for line in lines)
    assert made.command == "noise v(out) iin dec 10 1.0 1000000.0"
    assert [v.source for v in made.vectors] == ["frequency", "inoise_spectrum", "onoise_spectrum"]
    assert not any(line.startswith(".save") for line in lines)


@pytest.mark.parametrize(
    ("waveform", "corners"),
    [
        (Constant("v_in"), [(0.0, 1.0)]),
        (Step(after=2.0, before=1.0, at=1.0, rise=0.5), [(0, 1), (1, 1), (1.5, 2)]),
        (
            Pulses(high=1.0, width=0.4, period=2.0, count=2, at=1.0, rise=0.1),
            [(0, 0), (1, 0), (1.1, 1), (1.4, 1), (1.5, 0), (3, 0), (3.1, 1), (3.4, 1), (3.5, 0)],
        ),
        (Points((0.0, 1.0), (2.0, 3.0)), [(0, 2), (1, 3)]),
    ],
)
def test_waveforms(waveform, corners):
    np.testing.assert_allclose(waveform.points({"v_in": 1.0}), corners)


def test_a_waveform_of_an_unknown_parameter():
    with pytest.raises(UnknownName, match="bench parameter"):
        Step(after="i_inn").points({"i_in": 1.0})


def test_the_key_is_stable():
    assert deck().key == deck().key
    assert deck(with_bench(summary="other words")).key == deck().key


@pytest.mark.parametrize(
    "changed",
    [
        {"overrides": {"v_in": 1.0 + 1e-9}},
        {"overrides": {"w_fet": 2e-6 * (1 + 1e-9)}},
        {"condition": Condition(temperature=300.16)},
        {"condition": Condition(supply=1.801)},
        {"voltages": {"i_bias": 0.4}},
        {"bench": with_bench(settings=Settings().tighter())},
        {"bench": with_bench(settings=Settings().other_method())},
        {"bench": with_bench(analysis=Transient("duration", 2e-6))},
        {"bench": with_bench(analysis=OperatingPoint())},
        {"bench": with_bench(keep=("out",))},
        {"bench": with_bench(initial=())},
        {"biases": (Bias("i_bias", 1.1e-9),)},
        {"text": TEXT.replace("l=1u", "l=1.1u")},
    ],
    ids=lambda change: "-".join(change),
)
def test_the_key_follows_what_changes_a_result(changed):
    assert deck(**changed).key != deck().key


def test_the_key_follows_the_model_set():
    other = dataclasses.replace(deck(), models="set tt 4567")
    assert other.key != deck().key


def test_a_deck_to_run_by_hand():
    text = deck().text()
    assert ".control\nset num_threads=1\ntran 1e-06" in text
    assert text.endswith(".endc\n.end\n")


def test_a_circuit_of_pyspice():
    from PySpice.Spice.Netlist import Circuit

    circuit = Circuit("my own")
    circuit.V("supply", "in", circuit.gnd, 1.0)
    circuit.R("top", "in", "Out", 1e3)
    circuit.C("load", "Out", circuit.gnd, 1e-9)
    made = deck_of_circuit(circuit, Transient(1e-6, 1e-9), ["Out", "i(Vsupply)"])
    assert [v.source for v in made.vectors] == ["time", "out", "vsupply#branch"]
    lines = made.lines().splitlines()
    assert lines[0].startswith("* ")
    assert "Rtop in Out 1000.0" in lines
    assert sum(line.lower() == ".end" for line in lines) == 1
    assert not any(line.startswith(".title") for line in lines)
    assert made.key != deck_of_circuit(circuit, Transient(1e-6, 2e-9), ["Out"]).key


def test_currents_of_a_circuit_have_one_sign_convention():
    # As for a cell, what flows from the source into the circuit is positive.
    made = deck_of_circuit("v1 a 0 1\nr1 a 0 1k\n", OperatingPoint(), ["i(v1)", "I(V1)"])
    assert {v.source for v in made.vectors} == {"v1#branch"}


def test_a_frequency_response_of_a_cell():
    bench = with_bench(
        drives=(Voltage("in", Constant(0.9)),),
        analysis=FrequencyResponse("in", 1.0, 1e6, points=10),
        keep=("out", "i(vdd)"),
    )
    made = deck(bench)
    assert made.command == "ac dec 10 1.0 1000000.0"
    assert (made.axis, made.stop, made.is_noise) == ("frequency", 1e6, False)
    assert "vin in 0 dc 0.9 ac 1" in lines_of(made)
    assert [(v.name, v.part) for v in made.vectors] == [
        ("frequency", ""),
        ("out", "magnitude"),
        ("phase(out)", "phase"),
        ("i(vdd)", "magnitude"),
        ("phase(i(vdd))", "phase"),
    ]


def test_a_small_signal_needs_a_constant_drive():
    stepped = with_bench(analysis=FrequencyResponse("in"), keep=("out",))
    with pytest.raises(UnknownName, match="constant drive"):
        deck(stepped)
