"""``neuromix check``: exit codes, JUnit, JSON, pictures, reasons."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from junitparser import JUnitXml

from neuromix.cli import main
from neuromix.cli.junit import junit
from neuromix.regression.directory import Checked, Task
from neuromix.regression.examining import Outcome
from neuromix.regression.files import read_reference, write_reference
from neuromix.regression.quantities import quantities
from neuromix.regression.reference import recorded

TIME = np.linspace(0.0, 1e-3, 201)


def store(file, gain=1.0):
    rows = [f"{t:.9g},{0.5 * gain * (1.0 + np.sin(2e3 * np.pi * t)):.9g}" for t in TIME]
    file.write_text("\n".join(["time (s),v_out (V)", *rows]))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def invoke(*words):
        return CliRunner().invoke(main, ["check", *words])

    return invoke


@pytest.fixture
def folder(run, tmp_path):
    """References of two files of results, of which one may change."""
    for name in ("still", "moving"):
        store(tmp_path / f"{name}.csv")
    words = ("--add", "still.csv", "--add", "moving.csv", "--update", "measured on the bench")
    result = run("references", *words)
    assert result.exit_code == 0, result.output
    return tmp_path / "references"


def test_all_is_as_it_was(run, folder):
    result = run("references")
    assert result.exit_code == 0
    assert result.stdout == "moving: passed\nstill: passed\n"
    assert not (folder.parent / "reference-failures").exists()


def test_what_moved_exits_with_1_a_picture_and_a_sentence(run, folder, tmp_path):
    store(tmp_path / "moving.csv", gain=1.01)
    result = run("references")
    assert result.exit_code == 1
    assert re.search(r"v_out is 1\.01 V at 2\d\d us, at most 1\.003 V is allowed", result.stdout)
    assert (tmp_path / "reference-failures" / "moving.png").read_bytes().startswith(b"\x89PNG")


def test_its_report_is_read_by_parsers(run, folder, tmp_path):
    store(tmp_path / "moving.csv", gain=1.01)
    (tmp_path / "still.csv").unlink()
    assert run("references", "--junit", "build/report.xml").exit_code == 1
    (suite,) = JUnitXml.fromfile(str(tmp_path / "build/report.xml"))
    assert (suite.name, suite.tests, suite.failures, suite.errors) == ("references", 2, 1, 1)
    moving, still = suite
    assert (moving.name, moving.classname) == ("moving", "references")
    assert moving.time > 0.0
    (failure,) = moving.result
    assert failure.message.startswith("v_out is 1.01 V")
    assert "moving.png" in failure.text
    assert "is not there" in still.result[0].message
    root = ElementTree.parse(tmp_path / "build/report.xml").getroot()
    assert [case.get("name") for case in root.iter("testcase")] == ["moving", "still"]


def test_as_json(run, folder, tmp_path):
    store(tmp_path / "moving.csv", gain=1.01)
    result = run("references", "--json", "--pictures", "seen")
    assert result.exit_code == 1
    moving, still = json.loads(result.stdout)
    assert (moving["name"], moving["state"], moving["picture"]) == (
        "moving",
        "failed",
        "seen/moving.png",
    )
    assert (still["state"], still["sentences"], still["picture"]) == ("passed", [], None)


def test_an_update_needs_a_reason_and_touches_only_what_changed(run, folder, tmp_path):
    store(tmp_path / "moving.csv", gain=1.01)
    before = (folder / "still.nc").read_bytes(), (folder / "moving.nc").read_bytes()
    result = run("references", "--update", " ")
    assert result.exit_code == 1
    assert "without a reason" in result.stderr
    assert (folder / "moving.nc").read_bytes() == before[1]
    result = run("references", "--update", "the amplifier was trimmed")
    assert result.exit_code == 0, result.output
    assert "moving: recorded" in result.stdout
    assert (folder / "still.nc").read_bytes() == before[0]
    history = read_reference(folder / "moving.nc").history
    assert [entry.reason for entry in history] == [
        "measured on the bench",
        "the amplifier was trimmed",
    ]
    assert (folder / "moving.png").is_file(), "old, new and difference, for the reviewer"
    assert run("references").exit_code == 0


def test_tolerances_are_recorded(run, folder, tmp_path):
    words = ("--tolerance", "v_out.relative=0.05", "--tolerance", "v_out.time=2u")
    assert run("references", *words, "--update", "looser").exit_code == 0
    tolerance = read_reference(folder / "moving.nc").tolerances["v_out"]
    assert (tolerance.relative, tolerance.time) == (0.05, pytest.approx(2e-6))
    store(tmp_path / "moving.csv", gain=1.04)
    assert run("references").exit_code == 0


def test_references_of_tests_are_left_to_pytest(run, folder):
    found = quantities({"gain": 2.0})
    made = recorded(None, found, {}, {"test": "tests/test_a.py::test_b"}, {}, "why")
    write_reference(folder / "test_b.nc", made)
    result = run("references", "--junit", "report.xml")
    assert result.exit_code == 0
    assert "its result is made by: pytest tests/test_a.py::test_b" in result.stdout
    (suite,) = JUnitXml.fromfile("report.xml")
    assert suite.skipped == 1


def test_nothing_to_compare_is_an_error(run, tmp_path):
    (tmp_path / "empty").mkdir()
    for words, said in ((["empty"], "has no reference"), (["absent"], "is not a folder")):
        result = run(*words)
        assert result.exit_code == 1
        assert said in result.stderr


def test_a_damaged_reference_is_an_error_and_other_files_are_let_be(run, folder):
    content = (folder / "moving.nc").read_bytes()
    (folder / "moving.nc").write_bytes(content[: len(content) // 2])
    import xarray as xr

    xr.Dataset({"x": 1.0}).to_netcdf(folder / "other.nc", engine="h5netcdf")
    result = run("references")
    assert result.exit_code == 1
    assert "moving: error" in result.stdout
    assert "still: passed" in result.stdout
    assert "other" not in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--add", "x.csv"), 2, "--update REASON"),
        (("--add", "nothing", "--update", "why"), 2, "neither a file nor CELL:BENCH"),
        (("--add", "lif_neurn:step", "--update", "why"), 1, "try: lif_neuron"),
        (("--add", "lif_neuron:stepp", "--update", "why"), 1, "try: step"),
        (("--add", "lif_neuron:step", "-t", "gf180", "--update", "why"), 1, "gf180mcu"),
        (("--tolerance", "v_mem=1", "--update", "why"), 2, "not QUANTITY.FIELD"),
    ],
)
def test_words_that_are_off(run, folder, words, code, said):
    result = run("references", *words)
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == code
    assert said in result.stderr


def test_a_tolerance_that_does_not_exist(run, folder, tmp_path):
    store(tmp_path / "moving.csv", gain=1.01)
    result = run("references", "--tolerance", "v_out.height=1", "--update", "why")
    assert result.exit_code == 1
    assert "a tolerance has no height" in result.stdout


@pytest.mark.parametrize("strict", [False, True])
def test_what_is_stale_passes_unless_strict(run, folder, strict):
    """A reference that was recorded without a quantity that the result now has."""
    reference = read_reference(folder / "still.nc")
    states = {**reference.states, "firmware": "1.4"}
    made = recorded(None, reference.quantities, {}, reference.origin, states, "why")
    write_reference(folder / "still.nc", made)
    result = run("references", "--junit", "report.xml", *(["--strict"] if strict else []))
    assert result.exit_code == int(strict)
    said = "the reference is of another firmware: 1.4 on record, nothing now"
    assert said in result.stdout
    case = next(
        case for case in next(iter(JUnitXml.fromfile("report.xml"))) if case.name == "still"
    )
    assert said in (case.result[0].text if strict else case.system_out)


def test_what_xml_cannot_hold_does_not_break_the_report():
    outcome = Outcome("a/b.c", "failed", ("ngspice said \x1b[31m\x00 no",))
    text = junit("suite", [Checked(Task(None, {}), outcome, 0.5)], strict=False)
    (suite,) = JUnitXml.fromstring(text)
    (case,) = suite
    assert (case.classname, case.name) == ("suite.a", "b.c")


@pytest.mark.ngspice
def test_a_cell_is_simulated_anew(run, tmp_path):
    """A bench of a cell; then its reference as it would be, had the supply been another."""
    brief = ("-p", "duration=30u", "-p", "max_step=1u")
    result = run("refs", "--add", "lif_neuron:step", *brief, "--update", "a brief look")
    assert result.exit_code == 0, result.output
    (file,) = (tmp_path / "refs").rglob("*.nc")
    name = "gf180mcu.step.duration=3e-05.max_step=1e-06.nc"
    assert file == tmp_path / "refs/lif_neuron" / name
    reference = read_reference(file)
    assert {"models", "deck", "settings", "ngspice"} == set(reference.states)
    assert reference.states["models"].startswith("gf180mcu tt ")
    assert run("refs").exit_code == 0
    origin = {**reference.origin, "condition": reference.origin["condition"].replace("null", "1.9")}
    made = recorded(None, reference.quantities, {}, origin, reference.states, "moved")
    write_reference(file, made)
    result = run("refs")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[1].strip().startswith("the reference is of another deck: ")
    assert any("i(vdd)" in line or "spike" in line for line in lines[2:])
