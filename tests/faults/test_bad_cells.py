"""A designer's broken cell: one clear error with its cure, no traceback, nothing half-written."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from neuromix.cli import main

pytestmark = pytest.mark.ngspice

DECLARATION = """\
from neuromix.declare import (
    Bench, Bias, Cell, Measure, OperatingPoint, Port, Realisation, Transient, Voltage, Step,
)

cell = Cell(
    name="mine",
    summary="a follower",
    ports=(
        Port("v_in", "input", ""),
        Port("v_out", "output", ""),
        Port("vdd", "supply", ""),
        Port("i_bias", "bias", ""),
        Port("vss", "ground", ""),
    ),
    realisations=(
        Realisation(
            "gf180mcu", (("w_fet", 2e-6), ("c_load", 1e-13)), (Bias("i_bias", 1e-8),), 1.8
        ),
    ),
    benches=(
        Bench(
            "level",
            "operating point",
            (Voltage("v_in", Step(after=1.2, before=1.2)),),
            OperatingPoint(),
            measures=(Measure("level", "final", "V", (("of", "v_out"),)),),
            keep=("v_out",),
        ),
    ),
)
"""
NETLIST = """\
* a follower
.subckt mine v_in v_out vdd i_bias vss
xfet vdd v_in v_out vss nfet w={w_fet} l=1u
xsink v_out i_bias vss vss nfet w=1u l=2u
xreplica i_bias i_bias vss vss nfet w=1u l=2u
xload v_out vss cap c={c_load}
.ends mine
"""


@pytest.fixture
def library(tmp_path, monkeypatch):
    folder = tmp_path / "a library, é"

    def make(declaration=DECLARATION, netlist=NETLIST):
        for name in ("circuits", "netlists"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "circuits" / "mine.py").write_text(declaration)
        if netlist is not None:
            content = netlist if isinstance(netlist, bytes) else netlist.encode()
            (folder / "netlists" / "mine.cir").write_bytes(content)
        monkeypatch.setenv("NEUROMIX_PATH", str(folder))
        return folder

    return make


@pytest.fixture
def run(tmp_path):
    def invoke(*words):
        return CliRunner().invoke(main, [*words], catch_exceptions=True)

    return invoke


def test_the_cell_is_sound(library, run, tmp_path):
    library()
    result = run("simulate", "mine", "level", "--json", "-o", str(tmp_path / "out" / "x.nc"))
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert 0.2 < found["measures"]["level"] < 0.8
    assert (tmp_path / "out" / "x.nc").is_file()


NETLISTS = {
    "floating node": (NETLIST.replace("v_out i_bias vss vss", "v_out i_bais vss vss"), "i_bais"),
    "no path": (NETLIST.replace(".ends", "xc v_out n1 cap c=1p\nxd n1 vss cap c=1p\n.ends"), "n1"),
    "ports": (NETLIST.replace("v_in v_out vdd", "v_out v_in vdd", 1), "PortMismatch"),
    "parameter": (NETLIST.replace("{c_load}", "{c_lode}"), "c_lode"),
    "subcircuit": (NETLIST.replace("nfet w=1u l=2u", "nfett w=1u l=2u", 1), "nfett"),
    "width": (NETLIST.replace("w=1u l=2u", "w=1n l=2u", 1), "1"),
    "terminals": (NETLIST.replace("xload v_out vss cap", "xload v_out cap"), "xload"),
    "include": (NETLIST + ".include /etc/passwd\n", ".include"),
    "control": (NETLIST.replace(".ends", ".control\nshell id\n.endc\n.ends"), ".control"),
    "unfinished": (NETLIST.replace(".ends mine\n", ""), ".ends"),
    "utf-16": (NETLIST.encode("utf-16"), "UTF-8"),
    "NUL": (NETLIST + "\0", "NUL"),
    "empty": ("", "no whole subcircuit"),
    "missing": (None, "mine"),
    "self": (NETLIST.replace("xload v_out vss cap c={c_load}", "x1 v_in v_out vdd i_bias vss mine"),
             "itself"),
    "voltage loop": (NETLIST.replace(".ends", "v1 v_out vss 1\nv2 v_out vss 2\n.ends"), "Singular"),
    "voltage on supply": (NETLIST.replace(".ends", "v1 vdd vss 1\n.ends"), "Singular"),
}  # fmt: skip

DECLARATIONS = {
    "syntax": (DECLARATION + "cell = (", "mine.py"),
    "nothing": ("x = 1\n", "declares neither"),
    "import": ("import no_such_module\n", "no_such_module"),
    "value": ("raise ValueError('of mine')\n", "of mine"),
    "key": ("{}['of mine']\n", "of mine"),
    "division": ("1 / 0\n", "ZeroDivisionError"),
    "measure": (DECLARATION.replace('"final"', '"finall"'), "finall"),
    "waveform": (DECLARATION.replace('("of", "v_out")', '("of", "v_inner")'), "v_inner"),
    "keep": (DECLARATION.replace('keep=("v_out",)', 'keep=("v_outt",)'), "v_outt"),
    "drive": (DECLARATION.replace('Voltage("v_in"', 'Voltage("v_inn"'), "v_inn"),
    "size": (DECLARATION.replace('("w_fet", 2e-6)', '("w_fet", -2e-6)'), "w_fet"),
    "supply": (DECLARATION.replace("1e-8),), 1.8", "1e-8),), 0.0"), "0 V"),
    "technology": (DECLARATION.replace('"gf180mcu"', '"gf180"'), "gf180"),
}


def check(run, tmp_path, said):
    result = run("simulate", "mine", "level", "-o", str(tmp_path / "out" / "x.nc"))
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    first, *rest = result.stderr.splitlines()
    assert first.split(":")[0].isidentifier(), "the message begins with the kind of the error"
    assert len(rest) < 15
    assert not (tmp_path / "out").exists()
    return result


@pytest.mark.parametrize("name", NETLISTS)
@pytest.mark.promise("R8")
def test_a_broken_netlist(library, run, tmp_path, name):
    netlist, said = NETLISTS[name]
    library(netlist=netlist)
    check(run, tmp_path, said)


@pytest.mark.parametrize("name", DECLARATIONS)
@pytest.mark.promise("R8")
def test_a_broken_declaration(library, run, tmp_path, name):
    declaration, said = DECLARATIONS[name]
    library(declaration=declaration)
    check(run, tmp_path, said)


def test_a_broken_declaration_leaves_the_other_cells_alone(library, run):
    library(declaration="raise ValueError('of mine')\n")
    assert run("show", "lif_neuron").exit_code == 0


def test_a_library_that_is_none(run, tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path))
    result = run("simulate", "lif_neuron", "step")
    assert result.exit_code == 1
    assert "is not a library" in result.stderr


def test_the_current_folder_is_never_executed(library, run, tmp_path, monkeypatch):
    folder = library(declaration=f"open({str(tmp_path / 'canary')!r}, 'w')\n" + DECLARATION)
    monkeypatch.delenv("NEUROMIX_PATH")
    monkeypatch.chdir(folder)
    result = run("simulate", "mine", "level")
    assert "UnknownName: no cell named 'mine'" in result.stderr
    assert not (tmp_path / "canary").exists()
