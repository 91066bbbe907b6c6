"""Two files, a netlist and a declaration, are a cell: with neutral devices and with native ones."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import neuromix as nmx
from neuromix.cli import main
from neuromix.errors import BadValue

pytestmark = pytest.mark.ngspice

NETLIST = """\
* A mirror that copies a current, from a diode-connected device into two parallel ones.
.subckt {name} i_in out vss
{devices}
.ends {name}
"""

NEUTRAL = """\
xinput  i_in i_in vss vss nfet w={w_input} l=2u
xleft   out  i_in vss vss nfet w={w_input} l=2u
xright  out  i_in vss vss nfet w={w_input} l=2u"""

NATIVE = """\
M1 i_in i_in vss vss nfet_03v3 w={w_input} l=2u nf=1
M2 out  i_in vss vss nfet_03v3 w={w_input} l=2u m=2"""

DECLARATION = '''\
"""A mirror of one to two."""

from neuromix.declare import (
    Bench, Cell, Constant, Current, Measure, Noise, OperatingPoint, Parameter, Port, Realisation,
    Specification, Voltage,
)

drives = (Current("i_in", Constant("i_in")), Voltage("out", Constant(0.9)))
inputs = (Parameter("i_in", 10e-9, "A", "current to copy", 1e-12, 1e-4),)

cell = Cell(
    name="{name}",
    summary="mirror of one to two",
    ports=(
        Port("i_in", "input", "current to copy"),
        Port("out", "output", "sinks twice of it"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(Realisation("gf180mcu", (("w_input", 2e-6),), (), 1.8),),
    benches=(
        Bench(
            "copy",
            "a constant current",
            drives,
            OperatingPoint(),
            inputs,
            (Measure("i_out", "final", "A", (("of", "i(out)"),), "current into the output"),),
            ("i(out)",),
        ),
    ),
    devices="{devices}",
    specifications=(
        Specification("i_out", "A", 19e-9, 20e-9, {maximum}, everywhere=True),
        Specification(
            "i_out", "1", maximum=0.2, statistic="coefficient_of_variation"
        ),
    ),
)
'''


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A designer's folder with the same mirror twice, over neutral and over native devices."""
    for folder in ("circuits", "netlists"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path))

    def add(name, body, devices, maximum="22e-9"):
        text = NETLIST.replace("{name}", name).replace("{devices}", body)
        (tmp_path / "netlists" / f"{name}.cir").write_text(text)
        (tmp_path / "circuits" / f"{name}.py").write_text(
            DECLARATION.format(name=name, devices=devices, maximum=maximum)
        )

    add("own_mirror", NEUTRAL, "neutral")
    add("bought_mirror", NATIVE, "native")
    add("strict_mirror", NEUTRAL, "neutral", maximum="20e-9")
    return tmp_path


def characterize(name, folder, *more):
    words = ["characterize", name, "--samples", "20", "--corner", "tt,ss", "-o", str(folder)]
    return CliRunner().invoke(main, [*words, *more])


@pytest.mark.parametrize("name", ["own_mirror", "bought_mirror"])
def test_two_files_are_a_cell_with_tables_spreads_and_a_datasheet(library, tmp_path, name):
    done = characterize(name, tmp_path / "out", "--json")
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    (spread,) = record["spreads"]
    assert spread["samples"] == 20
    assert 0.0 < spread["sigma"] < 0.2 * spread["mean"]
    assert {value["corner"] for value in record["conditions"]} == {"tt", "ss"}
    assert all(19e-9 < value["value"] < 22e-9 for value in record["conditions"])
    files = {file.name for file in (tmp_path / "out").iterdir() if file.is_file()}
    assert files == {f"{name}.gf180mcu.nc", f"{name}.gf180mcu.html"}
    sheet = (tmp_path / "out" / f"{name}.gf180mcu.html").read_text()
    assert "names no model family" in sheet
    assert "2 of 2" in sheet, "both lines of the specification pass"


def test_native_devices_are_the_neutral_ones(library):
    """The same transistors by other names: the same current, and m=2 draws twice."""
    own, bought = (nmx.simulate(nmx.cell(name), "copy") for name in ("own_mirror", "bought_mirror"))
    assert float(own.i_out) == float(bought.i_out)
    points = nmx.operating_point("bought_mirror")
    assert list(points.element.values) == ["xm1", "xm2_1", "xm2_2"]
    data = nmx.characterize("bought_mirror", nmx.Plan(samples=40))
    spread = float(data.mismatch_i_out.std() / data.mismatch_i_out.mean())
    one = nmx.technology("gf180mcu").device("nfet").mismatch.sigmas(2e-6, 2e-6)[0]
    slope = float((points.transconductance / points.drain_current).sel(element="xm1"))
    # The input's deviation acts whole, those of the two outputs are averaged; relative error of a
    # sigma of 40 draws: 11 %, so that 3.5 sigma are 40 % (false alarm 5e-4).
    assert spread == pytest.approx(slope * one * 1.5**0.5, rel=0.4)


def test_a_cell_outside_of_its_specification_ends_with_3(library, tmp_path):
    done = characterize("strict_mirror", tmp_path / "out")
    assert done.exit_code == 3, done.output
    assert "fail" in done.stdout
    assert (tmp_path / "out" / "strict_mirror.gf180mcu.nc").is_file()


def test_what_needs_a_family_says_so(library):
    data = nmx.characterize("own_mirror")
    with pytest.raises(BadValue, match="names no model family"):
        nmx.fit(nmx.cell("own_mirror"), data)
