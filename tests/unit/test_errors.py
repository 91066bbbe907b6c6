"""The tree of errors: what it says, that it survives a pickle, and that its drawing is true."""

from __future__ import annotations

import inspect
import pickle

import pytest

from neuromix import errors
from neuromix.errors import BadValue, NeuromixError, NotConverged, UnknownName

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, NeuromixError)
]


def test_message_is_summary_evidence_and_cure():
    error = NotConverged("gave up at 3 us", ["node x1.v_mem", "log: a"], "a finer step")
    assert str(error) == "gave up at 3 us\n  node x1.v_mem\n  log: a\n  try: a finer step"
    assert str(BadValue("only this")) == "only this"


def test_near_names():
    error = UnknownName("cell", "lif_neurn", ["dpi_synapse", "lif_neuron"])
    assert error.cure == "lif_neuron"
    assert "known: dpi_synapse, lif_neuron" in str(error)
    assert UnknownName("cell", "zzz", []).cure is None
    assert "known: none" in str(UnknownName("cell", "zzz", []))


@pytest.mark.parametrize("kind", KINDS)
def test_pickle(kind):
    error = kind("cell", "a", ["b"])
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert (copy.summary, copy.evidence, copy.cure) == (error.summary, error.evidence, error.cure)
    assert str(copy) == str(error)


def test_the_drawn_tree_is_the_tree():
    drawn = {}
    above = {}
    for line in errors.__doc__.splitlines():
        name = next((kind.__name__ for kind in KINDS if kind.__name__ in line.split()), None)
        if name is None:
            continue
        depth = line.index(name) // 4
        above[depth] = name
        drawn[name] = above.get(depth - 1)
    assert drawn == {
        kind.__name__: None if kind is NeuromixError else kind.__base__.__name__ for kind in KINDS
    }


def test_a_long_list_of_names_is_cut():
    error = UnknownName("cell", "zzz", [f"cell_{k:02}" for k in range(30)])
    assert str(error).endswith("cell_11 and 18 more")
