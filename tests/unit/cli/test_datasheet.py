"""``neuromix datasheet``: words, files and failures."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from neuromix import library
from neuromix.characterization.datasheet import writing
from neuromix.characterization.datasheet.sections import energy
from neuromix.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "SECTIONS", (energy.section,))

    def invoke(*words):
        return CliRunner().invoke(main, ["datasheet", *words, "-o", str(tmp_path)])

    return invoke


def test_from_the_library(run, tmp_path):
    result = run("lif_neuron")
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "lif_neuron.gf180mcu.html") in result.stdout
    assert (tmp_path / "lif_neuron.gf180mcu.html").read_text().count("<section") == 1


def test_from_files_of_ones_own(run, tmp_path):
    key = ("lif_neuron", "gf180mcu")
    data = shutil.copy(library.dataset_files()[key], tmp_path / "mine.nc")
    fitted = shutil.copy(library.model_files()[key], tmp_path / "mine.model.json")
    result = run("lif_neuron", "--data", str(data), "--model", str(fitted))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lif_neurn",), "try: lif_neuron"),
        (("lif_neuron", "-t", "gf180"), "gf180mcu"),
        (("lif_neuron", "--data", "absent.nc"), "absent.nc"),
        (("lif_neuron", "--model", "absent.json"), "absent.json"),
    ],
)
def test_what_is_off_is_one_message(run, tmp_path, words, said):
    result = run(*words)
    assert result.exit_code == 1
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []
