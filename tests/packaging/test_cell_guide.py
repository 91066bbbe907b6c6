"""circuits/README.md promises a cell in ten minutes; here its own text is that cell."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from neuromix import library
from neuromix.characterization.assembly import job_for
from neuromix.cli import main
from neuromix.declare import Condition
from neuromix.engine.pool import NgspiceEngine

GUIDE = library.built_in() / "circuits" / "README.md"


@pytest.fixture
def cell(tmp_path, monkeypatch):
    """The cell of the guide, in a library of its own."""
    text = GUIDE.read_text()
    for folder, suffix, language in (("netlists", "cir", "spice"), ("circuits", "py", "python")):
        (block,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"current_mirror.{suffix}").write_text(block)
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path))
    return library.cell("current_mirror")


def test_it_is_listed_and_shown(cell):
    listed = CliRunner().invoke(main, ["list"])
    assert cell.name in listed.stdout
    shown = CliRunner().invoke(main, ["show", cell.name])
    assert "voltage of the output" in shown.stdout


@pytest.mark.ngspice
def test_it_copies_its_current(cell):
    job = job_for(
        cell, cell.bench("copy"), library.technology("gf180mcu"), Condition(), {"i_in": 20e-9}
    )
    with NgspiceEngine(workers=1) as engine:
        ((outcome,),) = engine.run([job])
    assert outcome.failure == "", outcome.reason
    # Equal devices: the copy differs by the output conductance of a long FET only.
    assert outcome.values["i_out"] == pytest.approx(20e-9, rel=0.1)
    assert outcome.values["i_out"] != 20e-9


@pytest.mark.ngspice
def test_it_meets_its_specification(cell, tmp_path):
    words = ["characterize", cell.name, "--samples", "20", "-o", str(tmp_path / "results")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert done.stdout.count("pass") == 2


def test_every_command_of_the_guide_exists():
    commands = set(re.findall(r"^neuromix ([\w-]+)", GUIDE.read_text(), re.MULTILINE))
    assert commands
    help_text = CliRunner().invoke(main, ["--help"]).stdout
    assert [name for name in commands if f"\n  {name} " not in help_text] == []
