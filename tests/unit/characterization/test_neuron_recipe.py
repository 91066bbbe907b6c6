"""Where the fit of the positive-feedback neuron starts: at what its declaration says."""

from __future__ import annotations

import dataclasses

import pytest

from neuromix import library
from neuromix.characterization.recipe import Record, Stimulus, recipe_for
from neuromix.characterization.recipes import positive_feedback_lif as recipe
from neuromix.errors import BadValue
from neuromix.models.families.positive_feedback_lif import Dynamics


@pytest.mark.parametrize("technology", ["gf180mcu", "generic180"])
def test_starts_follow_sizes_and_biases(technology):
    cell = library.cell("lif_neuron")
    realisation = cell.realisation(technology)
    starts = recipe_for(cell, technology)._declared_starts()
    leak = next(item.current for item in realisation.biases if item.port == "i_leak")
    for name, value in (
        ("capacitance", dict(realisation.sizes)["c_membrane"]),
        ("leak_current", leak),
    ):
        start, step = starts[name]
        assert value <= start <= 1.05 * value
        assert 0.0 < step < 0.2 * value


def test_every_fitted_parameter_has_one_start():
    fixed = {"leak_slope"}
    assert not set(recipe.START) & set(recipe.DECLARED)
    names = {item.name for item in dataclasses.fields(Dynamics)}
    assert set(recipe.START) | set(recipe.DECLARED) | fixed == names


def test_a_neuron_without_such_a_size_names_it():
    cell = library.cell("lif_neuron")
    realisation = cell.realisation("generic180")
    sizes = tuple(item for item in realisation.sizes if item[0] != "c_membrane")
    other = dataclasses.replace(cell, realisations=(dataclasses.replace(realisation, sizes=sizes),))
    record = Record(Stimulus("step", "step"), arrays={"spikes": [1e-3, 2e-3]})
    with pytest.raises(BadValue, match="c_membrane"):
        recipe_for(other, "generic180").fit([record] * 6, 300.15)
