"""``neuromix new-cell``: from a designer's file to two that simulate, and nothing else."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from neuromix import library
from neuromix.cli import main
from neuromix.cli.commands import new_cell
from neuromix.declare import Cell

INVERTER = """\
* an inverter out of HSPICE
.include '/proj/models/n.l'
.param wn=1u lp=0.28u
.subckt inv in out vdd gnd
Mn out in gnd gnd nfet_03v3 W=wn L=0.28u nf=2 nrd='0.18u/W' $ pull-down
Mp out in vdd vdd pfet_03v3 W='2*wn'
+ L=lp M=2
Cl out gnd 5fF IC=1.2
.ends
.tran 1n 1u
"""
OWN = """\
.subckt inv in out vdd vss
mn out in vss vss nch w=2u l=1u
mp out in vdd vdd pch w=4u l=1u
.ends
"""
CARDS = {
    "level 1": ".model nch nmos level=1 vto=0.4 kp=200u tox=4n\n"
    ".model pch pmos (vto=-0.4 kp=50u tox=4n)\n",
    "BSIM4": ".model nch nmos level=54 version=4.5 toxe=4n vth0=0.4\n"
    ".model pch pmos level=54 version=4.5 toxe=4n vth0=-0.4\n",
    "BSIM3": ".model nch nmos level=49 version=3.3 tox=4n vth0=0.4\n"
    ".model pch pmos level=49 version=3.3 tox=4n vth0=-0.4\n",
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROMIX_PATH", "")

    def invoke(*words, source=INVERTER):
        file = tmp_path / "design.sp"
        file.write_text(source)
        place = ["-o", str(tmp_path / "lib")]
        result = CliRunner().invoke(main, ["new-cell", str(file), *place, *words])
        if (tmp_path / "lib").is_dir():
            monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path / "lib"))
        return result

    return invoke


def simulated(*words):
    result = CliRunner().invoke(main, ["simulate", *words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["measures"]


def test_two_files_and_what_there_is_to_know(run, tmp_path):
    result = run("--yes", "--supply", "3.0")
    assert result.exit_code == 0, result.output
    for said in (
        "in: input (its name)",
        "w = 2*wn was computed",
        "left out: design.sp:2: a file outside",
        "left out: design.sp:10: outside of the subcircuit",
        "nrd (1)",
        "neuromix simulate inv rest -t gf180mcu",
    ):
        assert said in result.stdout
    found = library.cell("inv")
    assert isinstance(found, Cell)
    assert [(port.name, port.role) for port in found.ports] == [
        ("in", "input"),
        ("out", "output"),
        ("vdd", "supply"),
        ("vss", "ground"),
    ]
    assert found.realisation("gf180mcu").sizes == (("lp", 0.28e-6),)
    assert found.bench("course").initial == (("out", 1.2),)
    assert sorted(p.name for p in (tmp_path / "lib").rglob("*.*")) == ["inv.cir", "inv.py"]


@pytest.mark.ngspice
def test_it_simulates(run):
    assert run("--yes").exit_code == 0
    assert simulated("inv", "rest", "-p", "v_in=0")["out_final"] == pytest.approx(3.3, rel=1e-3)
    assert simulated("inv", "rest", "-p", "v_in=3.3")["out_final"] == pytest.approx(0.0, abs=1e-3)
    assert simulated("inv", "course", "-p", "v_in=0")["out_final"] == pytest.approx(3.3, rel=1e-3)


@pytest.mark.ngspice
@pytest.mark.parametrize("kind", CARDS)
def test_with_cards_of_its_own(run, tmp_path, kind):
    (tmp_path / "own.pm").write_text(CARDS[kind])
    models = ["--models", str(tmp_path / "own.pm"), "--supply", "1.2", "--yes"]
    result = run(*models, source=OWN)
    assert result.exit_code == 0, result.output
    found = simulated("inv", "rest", "-t", "own", "-p", "v_in=0")
    assert found["out_final"] == pytest.approx(1.2, rel=1e-2)
    pinned = library.technology("own").model_set.sha256
    deck = CliRunner().invoke(main, ["show", "inv", "--json"])
    assert deck.exit_code == 0
    assert library.source_hash("inv", "own")
    # A second cell of the same cards takes the technology that is there; other cards do not.
    again = run(*models, "--name", "inv2", source=OWN)
    assert again.exit_code == 0, again.output
    assert "own.lib" not in again.stdout
    (tmp_path / "own.pm").write_text(CARDS[kind].replace("0.4", "0.5"))
    other = run(*models, "--name", "inv3", source=OWN)
    assert other.exit_code == 1
    assert "with other models is declared already" in other.stderr
    assert library.technology("own").model_set.sha256 == pinned


@pytest.mark.ngspice
def test_changed_cards_are_noticed(run, tmp_path):
    (tmp_path / "own.pm").write_text(CARDS["BSIM4"])
    run("--models", str(tmp_path / "own.pm"), "--yes", source=OWN)
    file = tmp_path / "lib" / "netlists" / "own.lib"
    file.write_text(file.read_text().replace("vth0 = 0.4", "vth0 = 0.3"))
    result = CliRunner().invoke(main, ["simulate", "inv", "rest", "-t", "own"])
    assert result.exit_code == 1
    assert "ModelSetMissing" in result.stderr


def test_cards_in_the_netlist(run):
    result = run("--yes", source=CARDS["BSIM4"] + OWN)
    assert result.exit_code == 0, result.output
    assert "inv_models" in result.stdout


def test_another_technology_for_its_devices(run):
    result = run("--yes", "--device", "nch=nfet", "--device", "pch=pfet", source=OWN)
    assert result.exit_code == 0, result.output
    assert "nfet_03v3" in library.netlist_file("inv").read_text()


def test_nothing_is_replaced_without_being_told(run, tmp_path):
    run("--yes")
    file = tmp_path / "lib" / "circuits" / "inv.py"
    file.write_text("# mine\n")
    result = run("--yes")
    assert result.exit_code == 1
    assert str(file) in result.stderr
    assert "--overwrite" in result.stderr
    assert file.read_text() == "# mine\n"
    assert run("--yes", "--overwrite").exit_code == 0
    assert "cell = Cell(" in file.read_text()


def test_guesses_want_a_word(run, tmp_path):
    result = run("--port", "in=state")
    assert result.exit_code == 1
    assert "out = output: its name" in result.stderr
    assert "in = " not in result.stderr.split("try:")[0].replace("in = state", "")
    assert not (tmp_path / "lib").exists()


def test_guesses_are_asked_for(run, monkeypatch, tmp_path):
    monkeypatch.setattr(new_cell, "_interactive", lambda: True)
    file = tmp_path / "design.sp"
    file.write_text(INVERTER)
    words = ["new-cell", str(file), "-o", str(tmp_path / "lib"), "--port", "in=state"]
    result = CliRunner().invoke(main, words, input="\n\n\n")
    assert result.exit_code == 0, result.output
    assert "out (its name)" in result.stdout
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path / "lib"))
    assert library.cell("inv").ports[0].role == "state"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--name", "../evil"], "no name of a file"),
        (["--name", "class"], "no name of a file"),
        (["--name", "x; import os"], "no name of a file"),
        (["--subcircuit", "other"], "no subcircuit 'other'"),
        (["-t", "gf18"], "try: gf180mcu"),
        (["--port", "exit=input"], "no port of"),
        (["--port", "in=exit"], "no role"),
        (["--device", "nch=fet"], "no device of"),
    ],
)
def test_words_that_are_refused(run, tmp_path, words, said):
    result = run("--yes", *words)
    assert result.exit_code == 1, result.output
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "lib").exists()


HOSTILE = """\
.subckt x'+__import__('os').system('touch:CANARY')+' a"b vdd gnd q'''
m1 q''' a"b gnd gnd nfet_03v3 w=1u l=1u
m2 q''' a"b vdd vdd pfet_03v3 w='1u*(1)' l=1u
r1 q''' {__import__} 1k
r2 {__import__} gnd 1k
.ends
"""


def test_nothing_of_the_netlist_becomes_code(run, tmp_path):
    result = run("--yes", "--name", "evil", source=HOSTILE.replace("CANARY", str(tmp_path / "no")))
    assert result.exit_code == 0, result.output
    tree = ast.parse((tmp_path / "lib" / "circuits" / "evil.py").read_text())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)}
    constructors = {"Bench", "Cell", "Constant", "Measure", "OperatingPoint", "Parameter", "Port"}
    assert called <= constructors | {"Bias", "Current", "Realisation", "Transient", "Voltage"}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names <= called | {"cell", "DRIVES", "PARAMETERS", "MEASURES", "KEPT"}
    assert all("_" in p.name or p.name.isidentifier() for p in library.cell("evil").ports)
    assert not (tmp_path / "no").exists()


def test_includes_of_its_own_folder_and_of_declared_ones(run, tmp_path):
    top = OWN.replace(".ends\n", "x1 in out vss load\n.ends\n")
    devices = ["--yes", "--device", "nch=nfet", "--device", "pch=pfet"]
    (tmp_path / "load.cir").write_text(".subckt load a b c\nr1 a c 1k\nr2 b c 1k\n.ends\n")
    assert run(*devices, source=f".include load.cir\n{top}").exit_code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "load.cir").rename(elsewhere / "load.cir")
    source = f".include {elsewhere}/load.cir\n{top}"
    # Files below the netlist's own folder may be included; what lies beside it may not.
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "design.sp").write_text(source)

    def made(*words):
        place = [str(inner / "design.sp"), "-o", str(tmp_path / "lib"), "--overwrite"]
        return CliRunner().invoke(main, ["new-cell", *place, *devices, *words])

    refused = made()
    assert refused.exit_code == 1
    assert "not read: design.sp:1" in refused.stderr
    assert made("--include", str(elsewhere)).exit_code == 0
    trusted = made("--trust")
    assert trusted.exit_code == 0
    assert "read because you trust it: design.sp:1: read from" in trusted.stdout


def test_a_file_that_is_not_there(tmp_path):
    result = CliRunner().invoke(main, ["new-cell", str(Path(tmp_path / "absent.cir"))])
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
