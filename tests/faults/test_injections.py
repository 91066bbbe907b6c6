"""A netlist is a program for ngspice; here none of them is run: the canary file never appears."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

import neuromix as nmx
from neuromix.declare import OperatingPoint
from neuromix.engine.binding import library_name
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import NetlistError, NetlistRefused, NetlistTrusted
from neuromix.netlist.adoption.adopting import Wanted, adopt
from neuromix.netlist.deck import Deck, Vector
from neuromix.netlist.foreign import deck_of_circuit
from neuromix.netlist.parsing import parse_subcircuit

PROGRAM = ".control\nshell touch {canary}\n.endc"

INJECTIONS = {
    "control": PROGRAM,
    "upper case": ".CONTROL\nSHELL touch {canary}\n.ENDC",
    "abbreviated": ".contr\nshell touch {canary}\n.endc",
    "longer than its word": ".controlled\nshell touch {canary}\n.endc",
    "continued": ".con\n+trol\nshell touch {canary}\n.endc",
    "in a choice": ".if (1)\n.control\nshell touch {canary}\n.endc\n.endif",
    "in a subcircuit": ".subckt s a\n.control\nshell touch {canary}\n.endc\n.ends",
    "unterminated": ".control\nshell touch {canary}",
    "a bare command": "shell touch {canary}",
    "carriage returns": "r1 a 0 1k\r.control\rshell touch {canary}\r.endc\r",
    "form feeds": "r1 a 0 1k\f.control\fshell touch {canary}\f.endc",
    "line separators": "r1 a 0 1k\u2028.control\u2028shell touch {canary}\u2028.endc",
    "escape": "r1 a 0 1k \x1b[2J\n.control\nshell touch {canary}\n.endc",
    "include": ".include program.cir",
    "include in quotes": ".inc 'program.cir'",
    "include of an include": ".include chain.cir",
    "library": ".lib 'library.cir' tt",
    "parent folder": ".include ../outside/program.cir",
    "absolute path": ".include {outside}/program.cir",
    "link to a file": ".include link.cir",
    "link to a folder": ".include linked/program.cir",
    "command in a path": ".include `touch {canary}`",
    "file source": "a1 %v([a]) f\n.model f filesource (file=\"{canary}\")",
    "digital state": ".model f d_state (state_file=\"{canary}\")",
    "process": ".model f d_process (process_file=\"touch {canary}\")",
    "code model": "codemodel {outside}/model.so",
    "compiled model": ".pre_osdi {outside}/model.so",
    "written by print": ".print op v(a) > {canary}",
    "measured by a program": ".meas op x param='shell(\"touch {canary}\")'",
}  # fmt: skip

SET_ASIDE = (
    *("control", "upper case", "longer than its word", "in a subcircuit"),
    *("carriage returns", "form feeds", "line separators", "include", "include in quotes"),
    *("include of an include", "library", "parent folder", "absolute path", "link to a file"),
    *("link to a folder", "command in a path"),
)
"""What `neuromix new-cell` leaves out and lists, since only the elements around it are the cell."""

COMMENTS = {
    "comment": "*#shell touch {canary}",
    "indented comment": "   *#shell touch {canary}",
    "comment behind a statement": "r1 a 0 1k ; \n*#shell touch {canary}",
    "comment that continues": "r1 a 0 1k\n*#shell touch {canary}\n+ tc1=0",
}
"""They are dropped, and what stands around them is simulated."""

CIRCUIT = "v1 a 0 1\nr0 a 0 1k\n"
CELL = ".subckt cell a b vss\nr0 a b 1k\n{body}\n.ends\n"


@pytest.fixture
def place(tmp_path):
    """A folder from which may be included, one from which not, and where the canary would be."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    canary = tmp_path / "canary"
    program = PROGRAM.format(canary=canary)
    for folder in (root, outside):
        (folder / "program.cir").write_text(program)
    (root / "chain.cir").write_text(".include program.cir\n")
    (root / "library.cir").write_text(f".lib tt\n{program}\n.endl\n")
    (root / "link.cir").symlink_to(outside / "program.cir")
    (root / "linked").symlink_to(outside)
    return root, outside, canary


def filled(text, place):
    _, outside, canary = place
    return text.format(canary=canary, outside=outside)


class Circuit:
    """What PySpice's is to neuromix: something whose ``str()`` is SPICE."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


def run(deck):
    with NgspiceEngine(1) as engine:
        return engine.run([Job(deck, keep=(0,), timeout=20.0)])[0][0]


@pytest.mark.parametrize("name", INJECTIONS)
@pytest.mark.promise("R9")
def test_a_circuit(place, name):
    injected = Circuit(CIRCUIT + filled(INJECTIONS[name], place))
    with pytest.raises(NetlistError) as caught:
        nmx.simulate(injected, OperatingPoint(), save=["a"], includes=[place[0]])
    assert caught.value.evidence
    assert caught.value.cure
    assert not place[2].exists()


@pytest.mark.parametrize("name", INJECTIONS)
@pytest.mark.promise("R9")
def test_a_cell(place, name):
    with pytest.raises(NetlistError) as caught:
        parse_subcircuit(CELL.format(body=filled(INJECTIONS[name], place)), "cell.cir")
    assert "cell.cir" in str(caught.value)


def adopted(place, name):
    file = place[0] / "design.sp"
    file.write_text(CELL.format(body=filled((INJECTIONS | COMMENTS)[name], place)))
    return adopt(file, Wanted("adopted", subcircuit="cell"))


@pytest.mark.parametrize("name", sorted(INJECTIONS.keys() - set(SET_ASIDE)))
@pytest.mark.promise("R9")
def test_a_foreign_netlist(place, name):
    with pytest.raises(NetlistError, match=r"(design\.sp|program\.cir):\d+"):
        adopted(place, name)


@pytest.mark.parametrize("name", [*SET_ASIDE, *COMMENTS])
@pytest.mark.promise("R9")
def test_a_foreign_netlist_from_which_it_is_left_out(place, name):
    adoption = adopted(place, name)
    assert bool(adoption.aside) is (name in SET_ASIDE)
    for content in adoption.files().values():
        assert b"touch" not in content
        assert b"program.cir" not in content
    text = adoption.files()["netlists/adopted.cir"].decode()
    assert parse_subcircuit(text).name == "adopted"
    assert not place[2].exists()


@pytest.mark.ngspice
@pytest.mark.parametrize("name", COMMENTS)
@pytest.mark.promise("R9")
def test_a_comment(place, name):
    text = filled(COMMENTS[name], place)
    deck = deck_of_circuit(CIRCUIT + text, OperatingPoint(), ["a"])
    assert "touch" not in deck.lines()
    assert run(deck).waves["a"] == pytest.approx([1.0])
    assert "touch" not in parse_subcircuit(CELL.format(body=text)).text({})
    assert not place[2].exists()


@pytest.mark.ngspice
@pytest.mark.parametrize("text", [PROGRAM, COMMENTS["comment"]])
def test_ngspice_itself_would_have_done_it(place, text):
    # Without this the tests above could pass for another reason.
    lines = CIRCUIT + filled(text, place) + "\n"
    run(Deck("t", lines, "", "none", "op", (Vector("a", "a"),), "", 0.0))
    assert place[2].exists()


@pytest.mark.ngspice
@pytest.mark.promise("R9")
def test_a_start_file_in_the_working_folder(place, tmp_path, monkeypatch):
    (tmp_path / ".spiceinit").write_text(f"shell touch {place[2]}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(deck_of_circuit(CIRCUIT, OperatingPoint(), ["a"])).failure == ""
    assert not place[2].exists()


HOME = """\
#include <pwd.h>
#include <stddef.h>
struct passwd *getpwuid(uid_t uid) {
    static struct passwd found = {"user", "x", 0, 0, "", "FOLDER", "/bin/sh"};
    return &found;
}
"""
SHIELDED = "from neuromix.engine.binding import Ngspice; Ngspice()"
BARE = (
    "import ctypes; ngspice = ctypes.CDLL({library!r});"
    "ngspice.ngSpice_Init(ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_int,"
    " ctypes.c_void_p)(lambda *_: 0), *[None] * 6)"
)


@pytest.mark.ngspice
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler to stand in for a home")
@pytest.mark.parametrize("shielded", [True, False])
@pytest.mark.promise("R9")
def test_a_start_file_in_the_home_folder(place, tmp_path, shielded):
    # ngspice 39 asks the system for the home folder: setting HOME does not keep it away.
    source, preload = tmp_path / "home.c", tmp_path / "home.so"
    source.write_text(HOME.replace("FOLDER", str(tmp_path)))
    subprocess.run(["cc", "-shared", "-fPIC", "-o", preload, source], check=True)
    (tmp_path / ".spiceinit").write_text(f"shell touch {place[2]}\n")
    script = SHIELDED if shielded else BARE.format(library=library_name())
    environment = {**os.environ, "LD_PRELOAD": str(preload), "HOME": "/nonexistent"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    working = tmp_path / "working"
    working.mkdir()
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=working, timeout=60)
    assert place[2].exists() is not shielded
    assert not list(working.iterdir())


def test_all_that_is_refused_is_listed(place):
    text = CIRCUIT + ".control\nshell id\n.endc\na1 b c\n.include ../x.cir\n.save all\n"
    with pytest.raises(NetlistRefused) as caught:
        deck_of_circuit(text, OperatingPoint(), ["a"], includes=[place[0]])
    places = [line.split(": ")[0] for line in caught.value.evidence]
    assert sorted(places) == ["circuit:3", "circuit:6", "circuit:7", "circuit:8"]
    assert "trust=True" in caught.value.cure


def test_all_that_is_wrong_with_a_cell_is_listed():
    body = "q1 a b vss n\n.include x.cir\nm1 a b vss n"
    with pytest.raises(NetlistError, match="3 statements are refused") as caught:
        parse_subcircuit(CELL.format(body=body), "cell.cir")
    assert [line.split(" ")[0] for line in caught.value.evidence] == [
        "cell.cir:3:",
        "cell.cir:4:",
        "cell.cir:5:",
    ]


@pytest.mark.promise("R9")
def test_what_is_outside_is_not_told(place):
    said = set()
    for name in ("program.cir", "absent.cir"):
        with pytest.raises(NetlistRefused) as caught:
            deck_of_circuit(
                f"{CIRCUIT}.include ../outside/{name}\n",
                OperatingPoint(),
                ["a"],
                includes=[place[0]],
            )
        said.add(caught.value.evidence[0].split(": ")[1])
    assert len(said) == 1, "a refusal must not tell which files there are"


@pytest.mark.ngspice
def test_what_is_trusted_passes_and_is_named(place):
    text = CIRCUIT + filled(PROGRAM, place)
    with pytest.warns(NetlistTrusted, match=r"circuit:3: \.control"):
        deck = deck_of_circuit(text, OperatingPoint(), ["a"], trust=True)
    run(deck)
    assert place[2].exists()


def test_an_include_is_part_of_the_deck(place):
    root = place[0]
    text = CIRCUIT + ".include parts/load.cir\n"
    (root / "parts").mkdir()
    (root / "parts" / "load.cir").write_text(".include value.cir\nr1 a 0 {r}\n")

    def key(value):
        (root / "parts" / "value.cir").write_text(f".param r={value}\n")
        made = deck_of_circuit(text, OperatingPoint(), ["a"], includes=[root])
        assert "include" not in made.lines()
        return made.key

    assert key("1k") == key("1k")
    assert key("1k") != key("2k")


@pytest.mark.ngspice
def test_a_circuit_of_pyspice_with_an_include(place):
    from PySpice.Spice.Netlist import Circuit as PySpiceCircuit

    (place[0] / "divider.cir").write_text(".subckt divider a b\nr1 a b 1k\nr2 b 0 3k\n.ends\n")
    circuit = PySpiceCircuit("a divider")
    circuit.include(str(place[0] / "divider.cir"))
    circuit.V("in", "in", circuit.gnd, 2.0)
    circuit.X("half", "divider", "in", "out")
    with NgspiceEngine(1) as engine:
        found = nmx.simulate(
            circuit, OperatingPoint(), save=["out"], includes=[place[0]], engine=engine
        )
        assert float(found["out"]) == pytest.approx(1.5)
        with pytest.raises(NetlistRefused, match=r"circuit:2: a file outside"):
            nmx.simulate(circuit, OperatingPoint(), save=["out"], engine=engine)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (".include missing.cir", "no such file"),
        (".include loop.cir", "includes itself"),
        (".lib library.cir ss", "no section ss"),
        (".lib library.cir", ".lib is not on the list"),
        (".lib library.cir tt ss", "a file and a section"),
        (".include parts", "not a file"),
        (".include", "names one file"),
    ],
)
def test_includes_that_lead_nowhere(place, lines, said):
    (place[0] / "loop.cir").write_text(".include loop.cir\n")
    (place[0] / "parts").mkdir()
    with pytest.raises(NetlistRefused, match=said):
        deck_of_circuit(f"{CIRCUIT}{lines}\n", OperatingPoint(), ["a"], includes=[place[0]])


def test_files_that_multiply_are_ended(place):
    for k in range(40):
        twice = f".include {k + 1}.cir\n" * 2
        (place[0] / f"{k}.cir").write_text("r1 a 0 1k\n" * 30 + twice)
    (place[0] / "40.cir").write_text("r1 a 0 1k\n")
    with pytest.raises(NetlistError, match="more than 5000 files"):
        deck_of_circuit(".include 0.cir\n", OperatingPoint(), ["a"], includes=[place[0]])


@pytest.mark.parametrize("kept", ["a b", "a;shell id", "a\nshell id", "`id`", ""])
def test_a_name_to_save_is_a_name(kept):
    with pytest.raises(nmx.NeuromixError, match="no node to save"):
        deck_of_circuit(CIRCUIT, OperatingPoint(), [kept])
