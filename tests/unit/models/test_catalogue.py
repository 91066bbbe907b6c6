"""Models and datasets that libraries carry, by cell or by name."""

from __future__ import annotations

import shutil

import pytest

import neuromix as nmx
from neuromix import library
from neuromix.errors import UnknownName


def test_a_model_by_cell_or_by_name():
    by_name = nmx.model("lif_neuron")
    assert by_name.technology == "gf180mcu"
    by_cell = nmx.model(nmx.cells.lif_neuron, "gf180mcu")
    assert by_cell.provenance == by_name.provenance


def test_a_dataset_is_what_its_model_was_fitted_to():
    data, model = nmx.dataset("lif_neuron"), nmx.model("lif_neuron")
    assert data.attrs["cell"] == "lif_neuron"
    assert data.attrs["models_sha256"] == model.provenance["models_sha256"]
    assert str(data.attrs["samples"]) == model.provenance["samples"]
    assert data.sizes["sample"] == int(data.attrs["samples"])


def test_what_is_not_there_says_how_to_make_it():
    with pytest.raises(UnknownName, match=r"no dataset named 'absent\.gf180mcu'") as caught:
        nmx.dataset("absent")
    assert "characterize('absent')" in caught.value.cure
    with pytest.raises(UnknownName) as caught:
        nmx.model("lif_neuron", "gf18mcu")
    assert "lif_neuron.gf180mcu" in caught.value.cure


def test_the_only_technology_is_taken(tmp_path, monkeypatch):
    (tmp_path / "circuits").mkdir()
    for suffix, files in ((".model.json", library.model_files()), (".nc", library.dataset_files())):
        shutil.copy(files["lif_neuron", "gf180mcu"], tmp_path / "circuits" / f"own.another{suffix}")
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path))
    assert nmx.model("own").cell == "lif_neuron"
    assert nmx.dataset("own").attrs["cell"] == "lif_neuron"
