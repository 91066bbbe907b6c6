"""``neuromix deck``: what is printed is what a person can run."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from click.testing import CliRunner

from neuromix.cli import main

pytestmark = pytest.mark.ngspice


@pytest.fixture
def run():
    def invoke(*words):
        return CliRunner().invoke(main, ["deck", *words])

    return invoke


def test_a_deck(run):
    text = run("lif_neuron", "step", "-p", "i_in=2n", "--temperature", "85").stdout
    assert text.splitlines()[0] == "* lif_neuron on bench step"
    assert text.splitlines()[-1] == ".end"
    for word in (".subckt lif_neuron", "2e-09A", "temp=85.0", "set num_threads=1", "tran "):
        assert word in text
    assert ".include" not in text.lower(), "it names no file, so that it runs anywhere"


def test_an_ideal_bias(run):
    text = run("lif_neuron", "step", "--ideal-bias").stdout
    assert "Vi_leak i_leak 0 " in text
    assert "Ii_leak" not in text


def test_the_same_words_give_the_same_deck(run):
    assert run("lif_neuron", "step").stdout == run("lif_neuron", "step").stdout


def test_a_near_name(run):
    result = run("lif_neuron", "noisy")
    assert result.exit_code == 1
    assert "try: noise" in result.stderr
    assert result.stdout == ""


@pytest.mark.skipif(shutil.which("ngspice") is None, reason="the program ngspice is not installed")
def test_ngspice_runs_it(run, tmp_path):
    file = tmp_path / "deck.cir"
    file.write_text(run("lif_neuron", "step", "-p", "duration=3u", "-p", "max_step=1u").stdout)
    done = subprocess.run(["ngspice", "-n", "-b", file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "v_mem" in done.stdout
