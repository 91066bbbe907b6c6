"""``neuromix verify``: what is said before anything is simulated."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from click.testing import CliRunner
from provisional import neuron

from neuromix.characterization import verification
from neuromix.characterization.recipe import Record, Stimulus
from neuromix.characterization.verification import Proof
from neuromix.cli import main
from neuromix.errors import NotConverged
from neuromix.models.store import load, save


@pytest.fixture
def run():
    def invoke(*words):
        return CliRunner().invoke(main, ["verify", *words])

    return invoke


@pytest.fixture
def file(tmp_path):
    return save(neuron(), tmp_path / "mine.model.json")


ERRORS = {"spikes": 512.0, "isi_error_median": 0.001, "isi_error_median_floor": 0.0005}


@pytest.fixture
def proven(monkeypatch):
    """Stand in for the proof itself, which takes minutes."""
    spikes = np.array([1e-3, 2e-3, 3e-3])
    pair = tuple(
        Record(Stimulus("a step", "step"), {}, {"spikes": spikes + late}) for late in (0.0, 1e-6)
    )
    monkeypatch.setattr(verification, "verify", lambda *_a, **_k: Proof(ERRORS, (pair,), 0))


def test_the_proof_is_printed_and_stored(run, file, proven):
    result = run("lif_neuron", "--model", str(file), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["spikes"] == 512.0
    assert found["isi_error_median"] == 0.001
    assert found["numerical_floor"] == 0.0005
    assert load(file).proof == ERRORS
    text = run("lif_neuron", "--model", str(file)).stdout
    assert "at the floor" in text, "an error below three floors is the simulator's"


def test_a_model_says_of_which_technology_it_is(run, proven, tmp_path):
    other = dataclasses.replace(neuron(), technology="generic180")
    file = save(other, tmp_path / "other.model.json")
    found = json.loads(run("lif_neuron", "--model", str(file), "--json").stdout)
    assert found["technology"] == "generic180"


def test_the_worst_stimulus_is_drawn(run, file, proven, tmp_path):
    picture = tmp_path / "worst.png"
    result = run("lif_neuron", "--model", str(file), "--picture", str(picture))
    assert result.exit_code == 0, result.output
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_proof_that_fails_leaves_the_model(run, file, monkeypatch):
    def fail(*_words, **_more):
        raise NotConverged("the proof's stimulus failed")

    monkeypatch.setattr(verification, "verify", fail)
    before = file.read_bytes()
    result = run("lif_neuron", "--model", str(file))
    assert result.exit_code == 1
    assert "NotConverged" in result.stderr
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lif_neurn",), "try: lif_neuron"),
        (("lif_neuron", "--technology", "gf180"), "gf180mcu"),
        (("lif_neuron", "--model", "absent.model.json"), "ModelFileError"),
    ],
)
def test_words_that_are_off(run, words, said):
    result = run(*words)
    assert result.exit_code == 1
    assert said in result.stderr


def test_a_model_of_another_cell(run, file):
    result = run("dpi_synapse", "--model", str(file))
    assert result.exit_code == 1
    assert "the model is of 'lif_neuron'" in result.stderr
