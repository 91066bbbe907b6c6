"""Ours beside theirs: the right number is taken, and worse is called worse."""

from __future__ import annotations

import dataclasses
import math

import pytest

from neuromix import library
from neuromix.characterization.published import Comparison, compare_published
from neuromix.data.netcdf import read_dataset
from neuromix.declare import Published
from neuromix.errors import UnknownName
from neuromix.models.catalogue import model
from neuromix.netlist.parsing import read_subcircuit

KEY = ("lif_neuron", "gf180mcu")


def _published(value=1.0, **more):
    return Published("energy", value, "J", "A. Author, 2008", **more)


@pytest.mark.parametrize(
    ("theirs", "ours", "better", "said"),
    [
        (2.0, 1.0, "lower", "better, 2 times"),
        (1.0, 2.0, "lower", "worse, 2 times"),
        (2.0, 1.0, "higher", "worse, 2 times"),
        (1.0, 1234.4, "lower", "worse, 1,234 times"),
        (1.0, 1.02, "lower", "alike"),
        (1.0, 5.0, "", ""),
        (1.0, math.nan, "lower", "not measured"),
    ],
)
def test_the_verdict_is_plain(theirs, ours, better, said):
    assert Comparison(_published(theirs, better=better), ours).verdict == said


@pytest.fixture(scope="module")
def data():
    return read_dataset(library.dataset_files()[KEY])


def _ours(data, item):
    cell = dataclasses.replace(library.cell(KEY[0]), published=(item,))
    netlist = read_subcircuit(library.netlist_file(KEY[0]))
    (found,) = compare_published(cell, data, model(*KEY), netlist)
    return found.ours


def test_ours_is_the_home_value_of_the_measure(data):
    item = _published(measure="rate", stimulus="step 1e-09 A")
    home = {name: data.attrs[f"home_{name}"] for name in ("corner", "temperature", "supply")} | {
        "sweep": "step 1e-09 A"
    }
    assert _ours(data, item) == float(data["rate"].sel(home))


def test_a_statistic_is_taken_over_the_draws(data):
    item = _published(measure="rate", stimulus="step 1e-09 A", statistic="coefficient_of_variation")
    drawn = data["mismatch_rate"].sel(mismatch="step 1e-09 A")
    assert _ours(data, item) == pytest.approx(float(drawn.std(ddof=1) / drawn.mean()))


def test_figures_of_the_cell_and_nothing_to_compare(data):
    assert _ours(data, _published(measure="transistors")) == 20.0
    assert _ours(data, _published(measure="energy_per_event")) == model(*KEY).energy.per_event
    assert math.isnan(_ours(data, _published()))


@pytest.mark.parametrize(
    ("measure", "stimulus"), [("rat", "step 1e-09 A"), ("rate", "step 1e-9 A")]
)
def test_names_that_are_off_are_told(data, measure, stimulus):
    with pytest.raises(UnknownName):
        _ours(data, _published(measure=measure, stimulus=stimulus))
