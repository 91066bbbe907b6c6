"""Netlists that are broken in forty ways: a named error with file, line and cure; no traceback.

Those that only a run shows (loops of voltage sources, sizes that no model covers) are in
``test_bad_cells.py``.
"""

from __future__ import annotations

import re
import time

import pytest

from neuromix.declare import OperatingPoint
from neuromix.errors import NetlistError
from neuromix.netlist.adoption.adopting import Wanted, adopt
from neuromix.netlist.checking import check_devices, check_nodes
from neuromix.netlist.foreign import deck_of_circuit
from neuromix.netlist.parsing import read_subcircuit

CELL = """\
* a follower
.subckt cell in out vdd vss
x1 vdd in out vss nfet w={w} l=1u
x2 out out vss vss nfet w=2u l=1u
c1 out vss 1p
.ends cell
"""
SIZES = {"w": 1e-6}


def changed(old, new):
    assert old in CELL
    return CELL.replace(old, new, 1)


def with_line(line):
    return changed(".ends", f"{line}\n.ends")


CELLS = {
    "floating gate": (changed("vdd in out", "vdd n1 out"), "n1"),
    "floating end": (with_line("r1 out n1 1k"), "n1"),
    "no path": (with_line("c2 out n1 1p\nc3 n1 vss 1p"), "n1"),
    "undefined parameter": (changed("{w}", "{width}"), "width"),
    "parameter of a function": (changed("{w}", "{log}"), "function"),
    "undefined model": (changed("vss nfet", "vss nmos"), "nmos"),
    "undefined subcircuit": (with_line("x3 in out inverter"), "inverter"),
    "recursion": (with_line("x3 in out vdd vss cell"), "itself"),
    "too few terminals": (changed("vdd in out vss nfet", "vdd in out nfet"), "3 nodes"),
    "too many terminals": (changed("vdd in out vss nfet", "vdd in out vss vss nfet"), "5 nodes"),
    "duplicate element": (with_line("c1 in vss 1p"), "two elements"),
    "duplicate port": (changed("in out vdd", "in in vdd"), "two ports"),
    "no length": (changed(" l=1u", ""), "no length"),
    "1M for 1MEG": (with_line("r1 out vss 1M"), "1M"),
    "1F": (with_line("c2 out vss 1F"), "1F"),
    "two prefixes": (with_line("r1 out vss 1kk"), "1kk"),
    "an expression": (changed("w={w}", "w={2*w}"), "neither a number"),
    "quotes": (changed("w={w}", "w='w'"), "neither a number"),
    "an unknown value": (changed("l=1u", "l=1u vt=0.1"), "'vt'"),
    "an include": (with_line(".include models.lib"), ".include"),
    "a section": (with_line(".lib models.lib tt"), ".lib"),
    "a command": (with_line(".control\nop\n.endc"), ".control"),
    "an unterminated control": (with_line(".control\nop"), ".control"),
    "an option": (".option scale=1u\n" + CELL, ".option"),
    "two subcircuits": (CELL + CELL, ".subckt"),
    "an element outside": (CELL + "r1 a b 1k\n", "r1"),
    "a continuation of nothing": ("+ w=1u\n" + CELL, "continuation"),
    "an escape sequence": (with_line("r1 out vss\x1b[2J 1k"), "no text"),
    "a word": (with_line("hello"), "hello"),
    "another letter": (with_line("q1 out in vss npn"), "q1"),
    "only an assignment": (with_line("w=1u"), "w=1u"),
    "a source of a file": (with_line('v1 out vss pwl file="x"'), "file"),
}

FILES = {
    "empty": b"",
    "eaten title": CELL.removeprefix("* a follower\n").replace(".subckt", "", 1).encode(),
    "unterminated": CELL.replace(".ends cell\n", "").encode(),
    "NUL": CELL.encode() + b"\0",
    "UTF-16": CELL.encode("utf-16"),
    "Latin-1": "* µ\n".encode("latin-1") + CELL.encode(),
    "a line of 10 MB": CELL.encode() + b"r" * 10_000_000,
    "a line of many continuations": CELL.encode() + b"r1 a b 1\n" + b"+ 1\n" * 10_000,
    "800 000 nodes": CELL.replace("{w}", "1u").replace(".ends cell\n", "").encode()
    + b"".join(b"r%x %x 0 1\n" % (k, k) for k in range(800_000)),
    "20 MB": b"* \n" * 7_000_000,
}


def examine(content, tmp_path):
    file = tmp_path / "cell.cir"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read_subcircuit(file)
    check_devices(found)
    check_nodes(found)
    return found.text(SIZES)


def test_the_cell_is_sound(tmp_path):
    assert "w=1e-06" in examine(CELL, tmp_path)


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
@pytest.mark.promise("R8")
def test_line_ends_of_other_systems(tmp_path, newline):
    assert examine(CELL.replace("\n", newline), tmp_path) == examine(CELL, tmp_path)
    assert examine(CELL.encode("utf-8-sig"), tmp_path) == examine(CELL, tmp_path)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.promise("R8")
def test_a_broken_cell(tmp_path, name):
    text, said = CELLS[name]
    with pytest.raises(NetlistError) as caught:
        examine(text, tmp_path)
    shown = str(caught.value)
    assert said in shown
    assert re.search(r"cell\.cir:\d+", shown), shown
    assert caught.value.cure


@pytest.mark.parametrize("name", FILES)
@pytest.mark.promise("R8")
def test_a_file_that_is_no_cell(tmp_path, name):
    started = time.monotonic()
    with pytest.raises(NetlistError) as caught:
        examine(FILES[name], tmp_path)
    assert "cell.cir" in str(caught.value)
    assert caught.value.cure
    assert len(str(caught.value)) < 500
    assert time.monotonic() - started < 5.0


# Behind its subcircuit a foreign netlist may hold anything, which is set aside.
@pytest.mark.parametrize("name", sorted(FILES.keys() - {"a line of many continuations"}))
@pytest.mark.promise("R8")
def test_a_file_that_is_no_foreign_netlist(tmp_path, name):
    file = tmp_path / "cell.cir"
    file.write_bytes(FILES[name])
    started = time.monotonic()
    with pytest.raises(NetlistError) as caught:
        adopt(file, Wanted("follower", devices={"q": "nfet"}))
    assert "cell.cir" in str(caught.value)
    assert caught.value.cure
    assert time.monotonic() - started < 10.0


CIRCUITS = {
    "missing include": ("v1 a 0 1\n.include absent.cir\n", "no folder is declared"),
    "missing section": ("v1 a 0 1\n.lib absent.lib tt\n", "no folder is declared"),
    "an analysis": ("v1 a 0 1\nr1 a 0 1k\n.tran 1n 1u\n", ".tran is not on the list"),
    "a measure": ("v1 a 0 1\n.meas tran x max v(a)\n", ".meas is not on the list"),
    "a scale": ("v1 a 0 1\n.option scale=1u\n", "scale is not on the list"),
    "an unknown option": ("v1 a 0 1\n.option reltoll=1u\n", "reltoll is not on the list"),
    "a tolerance": ("v1 a 0 1\n.option reltol=1e-3\n", "settings of the run"),
    "a title without a mark": ("My amplifier\nv1 a 0 1\n", "no device"),
    "noise that cannot be seeded": ("v1 a 0 trnoise(1m 1u 0 0)\n", "without a seed"),
    "a source of a program": ("i1 a 0 external\nr1 a 0 1k\n", "a program drives"),
}


@pytest.mark.parametrize("name", CIRCUITS)
@pytest.mark.promise("R8")
def test_a_broken_circuit(name):
    text, said = CIRCUITS[name]
    with pytest.raises(NetlistError) as caught:
        deck_of_circuit(text, OperatingPoint(), ["a"])
    assert said in str(caught.value)
    assert re.search(r"circuit:\d+", str(caught.value))
    assert caught.value.cure


@pytest.mark.promise("R8")
def test_subcircuits_that_multiply_are_ended(tmp_path):
    file = tmp_path / "cell.cir"
    text = ".subckt s0 a\n.ends\n"
    for k in range(15):
        text += f".subckt s{k + 1} a\n" + "".join(f"x{n} a s{k}\n" for n in range(9)) + ".ends\n"
    file.write_text(text)
    with pytest.raises(NetlistError, match="more than 20000 inner subcircuits"):
        adopt(file, Wanted("follower", technology="gf180mcu"))
