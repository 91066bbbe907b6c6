"""Files of NIR graphs: damaged, hostile and foreign ones are refused with one error."""

import importlib
import random

import h5py
import nir
import numpy as np
import pytest

from neuromix.errors import BadValue, MissingExtra, ModelFileError, NeuromixError
from neuromix.interop.nir import files, read
from neuromix.interop.nir.files import load, store


@pytest.fixture
def graph():
    one = np.ones(2)
    return nir.NIRGraph.from_list(
        nir.Input(np.array([3])),
        nir.Linear(np.ones((2, 3))),
        nir.LIF(tau=0.02 * one, r=one, v_leak=0 * one, v_threshold=one),
    )


@pytest.fixture
def path(tmp_path, graph):
    return store(tmp_path / "net.nir", graph)


def test_a_graph_comes_back(path, graph):
    found = load(path)
    assert set(found.nodes) == set(graph.nodes)
    assert sorted(found.edges) == sorted(graph.edges)
    assert np.array_equal(found.nodes["linear"].weight, np.ones((2, 3)))


def test_what_is_no_graph(tmp_path, path):
    with pytest.raises(BadValue, match="cannot read"):
        load(tmp_path / "none.nir")
    text = tmp_path / "text.nir"
    text.write_text("Affine, LIF")
    with pytest.raises(ModelFileError, match="not HDF5"):
        load(text)
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as held:
        held["data"] = np.ones(3)
    with pytest.raises(ModelFileError, match="no graph that nir can read"):
        load(other)
    single = tmp_path / "single.nir"
    nir.write(single, nir.Linear(np.eye(2)))
    with pytest.raises(ModelFileError, match="no graph that nir can read"):
        load(single)


def test_a_type_that_nir_does_not_know(path):
    with h5py.File(path, "r+") as held:
        del held["node/nodes/lif/type"]
        held["node/nodes/lif/type"] = "system"
    with pytest.raises(ModelFileError, match="no graph that nir can read"):
        load(path)


def test_links_to_elsewhere(tmp_path, path):
    for link in (h5py.ExternalLink(str(path), "/node"), h5py.SoftLink("/node")):
        other = store(tmp_path / "other.nir", nir.read(path))
        with h5py.File(other, "r+") as held:
            held["node/more"] = link
        with pytest.raises(ModelFileError, match="node/more links to somewhere else"):
            load(other)
    with h5py.File(path, "r+") as held:
        held.create_dataset("secret", (4,), "u1", external=[(str(tmp_path / "x"), 0, 4)])
    with pytest.raises(ModelFileError, match="lies in another file"):
        load(path)


def test_what_would_unpack_to_too_much(path, monkeypatch):
    with h5py.File(path, "r+") as held:
        del held["node/nodes/linear/weight"]
        held.create_dataset("node/nodes/linear/weight", (60_000, 60_000), "f8", chunks=True)
    assert path.stat().st_size < 100_000
    with pytest.raises(ModelFileError, match="too large"):
        load(path)
    monkeypatch.setattr(files, "MOST_OBJECTS", 5)
    with pytest.raises(ModelFileError, match="6 objects"):
        load(path)


def test_flipped_bits_and_cuts_never_raise_anything_else(path):
    chance, whole = random.Random(3), path.read_bytes()
    for turn in range(60):
        if turn % 3:
            at = chance.randrange(len(whole))
            damaged = whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
        else:
            damaged = whole[: chance.randrange(len(whole))]
        path.write_bytes(damaged)
        try:
            read(path, dt=1e-3, cells="ideal")
        except NeuromixError:
            continue


def test_without_nir(path, monkeypatch):
    def missing(name, package=None):
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtra) as caught:
        read(path, dt=1e-3)
    assert caught.value.cure == "pip install 'neuromix[nir]'"


def test_edges_without_ends():
    ends = {"input": nir.Input(np.array([2])), "output": nir.Output(np.array([2]))}
    graph = nir.NIRGraph(ends, [("input", "nowhere")], type_check=False)
    with pytest.raises(BadValue, match="has no node 'nowhere'"):
        read(graph, dt=1e-3)
    inner = nir.NIRGraph(
        {"a": nir.Input(np.array([2])), "b": nir.Input(np.array([2])), "c": ends["output"]},
        [("a", "c"), ("b", "c")],
    )
    edges = [("input", "inner"), ("inner", "output")]
    graph = nir.NIRGraph(ends | {"inner": inner}, edges, type_check=False)
    with pytest.raises(BadValue, match="has 2 nodes Input"):
        read(graph, dt=1e-3)
