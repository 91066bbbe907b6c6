"""``neuromix simulate`` as a user meets it."""

from __future__ import annotations

import csv
import errno
import json

import pytest
from click.testing import CliRunner

from neuromix.cli import main
from neuromix.data import files
from neuromix.data.netcdf import read_dataset
from neuromix.interop.raw import read_raw

BRIEF = ("-p", "duration=3u", "-p", "max_step=1u")


@pytest.fixture
def run():
    def invoke(*words):
        return CliRunner().invoke(main, ["simulate", *words])

    return invoke


@pytest.mark.ngspice
def test_a_run_as_json(run, tmp_path):
    file = tmp_path / "new folder" / "run.nc"
    result = run("lif_neuron", "step", *BRIEF, "--json", "-o", str(file))
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["cell"], found["bench"], found["technology"]) == (
        "lif_neuron",
        "step",
        "gf180mcu",
    )
    assert found["events"]["spikes"] == []
    assert found["measures"]["rate"] == 0.0
    assert found["measures"]["latency"] is None, "NaN is no JSON"
    data = read_dataset(file)
    assert data["v_mem"].dims == ("time",)
    assert float(data["energy"]) == found["measures"]["energy"]


@pytest.mark.ngspice
def test_a_run_as_csv_and_its_waveforms_as_a_raw_file(run, tmp_path):
    file = tmp_path / "run.raw"
    result = run("lif_neuron", "step", *BRIEF, "--format", "csv", "-o", str(file))
    lines = list(csv.DictReader(result.stdout.splitlines()))
    assert {line["measure"]: line["unit"] for line in lines}["energy"] == "J"
    (waves,) = read_raw(file)
    assert waves["v_mem"].dims == ("time",)


@pytest.mark.ngspice
def test_a_run_as_text(run):
    text = run("lif_neuron", "step", *BRIEF, "--corner", "ss", "--temperature", "85").stdout
    for word in ("lif_neuron on step", "energy", "J", "write them with -o"):
        assert word in text


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lif_neurn", "step"), "try: lif_neuron"),
        (("lif_neuron", "stepp"), "try: step"),
        (("lif_neuron", "step", "-p", "i_im=1n"), "try: i_in"),
        (("lif_neuron", "step", "-p", "i_in=1"), "outside of its range"),
        (("lif_neuron", "step", "-p", "w_leak=-1u"), "is no size"),
        (("lif_neuron", "step", "-t", "gf180"), "gf180mcu"),
        (("lif_neuron", "step", "--corner", "tx"), "corner"),
        (("lif_neuron", "step", "--temperature", "400"), "outside of what gf180mcu models"),
        (("lif_neuron", "step", "--supply", "0"), "supply"),
        (("lif_neuron", "step", "--supply", "-1.8"), "supply"),
        (("lif_neuron", "step", "--supply", "nan"), "supply"),
        (("lif_neuron", "gf180mcu"), "bench"),
        (("gf180mcu", "step"), "no cell named"),
        (("../lif_neuron", "step"), "no cell named"),
    ],
)
def test_words_that_are_off(run, tmp_path, words, said):
    file = tmp_path / "x.nc"
    result = run(*words, "-o", str(file))
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert said in result.stderr
    assert not file.exists()


@pytest.mark.parametrize(
    "words",
    [("-p", "i_in"), ("-p", "=1n"), ("-p", "i_in=abc"), ("--temperature", "warm"),
     ("--supply", "x"),
     ("--temperature", "0,27"), ("--temperature", "-300")],
)  # fmt: skip
def test_words_that_are_no_options(run, words):
    result = run("lif_neuron", "step", *words)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


@pytest.mark.ngspice
def test_without_libngspice(run, monkeypatch):
    monkeypatch.setenv("NEUROMIX_LIBNGSPICE", "/nonexistent")
    result = run("lif_neuron", "step", *BRIEF)
    assert result.exit_code == 1
    assert result.stderr.startswith("EngineMissing: ")
    assert "NEUROMIX_LIBNGSPICE" in result.stderr
    assert "try: apt-get install libngspice0" in result.stderr


def test_without_a_model_set(run, own_data_folder):
    result = run("lif_neuron", "step", *BRIEF)
    assert result.exit_code == 1
    assert "try: neuromix pdk install gf180mcu" in result.stderr


@pytest.mark.ngspice
def test_a_full_disk(run, tmp_path, monkeypatch):
    def full(*_words):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    result = run("lif_neuron", "step", *BRIEF, "-o", str(tmp_path / "x.nc"))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"DiskFull: no space left to write {tmp_path / 'x.nc'}")
    assert not list(tmp_path.iterdir())


@pytest.mark.ngspice
def test_a_place_that_cannot_be_written(run, tmp_path):
    (tmp_path / "file").write_text("")
    result = run("lif_neuron", "step", *BRIEF, "-o", str(tmp_path / "file" / "x.nc"))
    assert result.exit_code == 1
    assert "BadValue: cannot write" in result.stderr
