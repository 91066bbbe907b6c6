"""Declarations are frozen values: hashable, comparable, picklable, checked."""

from __future__ import annotations

import dataclasses
import math
import pickle

import pytest

from neuromix import library
from neuromix.declare import Cell, Parameter, Settings, Technology
from neuromix.declare.analysis import NGSPICE_DEFAULTS
from neuromix.declare.cell import ROLES
from neuromix.errors import BadValue, UnknownName

CELLS = [library.cell(name) for name in library.names_of(Cell)]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_cell_is_a_value(cell):
    assert pickle.loads(pickle.dumps(cell)) == cell
    assert hash(cell) == hash(dataclasses.replace(cell))
    with pytest.raises(dataclasses.FrozenInstanceError):
        cell.name = "other"


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_cell_agrees_with_itself(cell):
    names = [port.name for port in cell.ports]
    assert len(set(names)) == len(names)
    assert {port.role for port in cell.ports} <= set(ROLES)
    for realisation in cell.realisations:
        assert {bias.port for bias in realisation.biases} == set(cell.ports_of("bias"))
    for bench in cell.benches:
        assert {drive.port for drive in bench.drives} <= set(names)
        for parameter in bench.parameters:
            assert parameter.check(parameter.value) == parameter.value
        assert len({m.name for m in bench.measures}) == len(bench.measures)


def test_names_that_are_not_there():
    cell = library.cell("lif_neuron")
    for ask in (cell.bench, cell.realisation, cell.bench("step").measure):
        with pytest.raises(UnknownName) as caught:
            ask("stepp")
        assert caught.value.evidence
    technology = library.technology(library.names_of(Technology)[0])
    with pytest.raises(UnknownName, match="corner"):
        technology.sections("tttt")
    with pytest.raises(UnknownName, match="device"):
        technology.device("njfet")


def test_ranges():
    item = Parameter("i", 1.0, "A", "current", 0.0, 2.0)
    assert item.check(0.0) == 0.0
    for value in (-1e-30, 2.1, math.nan, math.inf):
        with pytest.raises(BadValue, match="outside"):
            item.check(value)


def test_settings():
    ours = Settings()
    assert ours.tighter(10.0).reltol == pytest.approx(ours.reltol / 10.0)
    assert ours.other_method().method == "gear"
    assert ours.other_method().other_method() == ours
    assert set(dict(ours.options())) == {f.name for f in dataclasses.fields(Settings)}
    for name in ("reltol", "abstol", "vntol", "chgtol", "trtol", "gmin"):
        assert getattr(NGSPICE_DEFAULTS, name) > getattr(ours, name)


def test_the_law_of_mismatch():
    law = library.technology("gf180mcu").device("nfet").mismatch
    threshold, mobility = law.sigmas(1e-6, 1e-6)
    assert 1e-3 < threshold < 2e-2
    assert 1e-3 < mobility < 5e-2
    assert law.sigmas(4e-6, 1e-6)[0] < threshold
