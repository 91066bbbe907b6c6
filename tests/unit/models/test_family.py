"""Families of users, in the running module, and what is kept of typed-in models."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from numba import njit

import neuromix as nmx
from neuromix.errors import BadValue, UnknownName
from neuromix.models.family import Family, Values, quantity
from neuromix.models.model import NoiseDensity

TEXTBOOK = {
    "membrane_time": 10e-3,
    "excitatory_time": 5e-3,
    "inhibitory_time": 5e-3,
    "rest": 0.0,
    "threshold": 1.0,
    "reset": 0.0,
}


@njit
def integrate(v, hold, i_in, dt, p):
    v += dt * i_in / p[0]
    if v < p[1]:
        return v, hold, -1.0
    return v - p[1], hold, dt - (v - p[1]) * p[0] / i_in


step = 1e-6
"""A name that users give to something else."""


@dataclass(frozen=True, eq=False)
class Integrator(Family):
    role: ClassVar[str] = "neuron"
    capacitance: Values = quantity("F", "of the membrane", 1e-16, 1e-9, positive=True)
    threshold: Values = quantity("V", "where it spikes", 1e-3, 5.0)
    advance = staticmethod(integrate)


@dataclass(frozen=True, eq=False)
class Unfinished(Family):
    role: ClassVar[str] = "neuron"
    capacitance: Values = quantity("F", "of the membrane")


def test_a_class_serves_as_a_family_without_being_installed(tmp_path):
    model = nmx.Model.ideal(Integrator, capacitance=1e-12, threshold=1.0)
    chip = nmx.Chip()
    chip.add("cells", nmx.Array(model, 3, current=1e-9))
    events = nmx.run(chip, {}, duration=9.5e-3).events["cells"]
    assert events.of(1) == pytest.approx(np.arange(1, 10) * 1e-3, rel=1e-6)
    assert Integrator.easy_step() is None
    with pytest.raises(BadValue, match="load refuses") as caught:
        nmx.save(model, tmp_path / "model.json")
    assert "docs/families.md" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_family_of_the_main_script_has_its_own_name(monkeypatch):
    monkeypatch.setattr(Integrator, "__module__", "__main__")
    assert Integrator.name() == "Integrator"


@pytest.mark.parametrize("kind", [3, int, None])
def test_what_is_no_family_is_refused(kind):
    with pytest.raises(BadValue, match="no family"):
        nmx.Model.ideal(kind)
    with pytest.raises(UnknownName):
        nmx.Model.ideal("nothing")


def test_missing_functions_are_named():
    with pytest.raises(BadValue, match="missing: advance"):
        Unfinished(1e-12).kernels()


def test_typed_in_models_are_read_as_they_were_written(tmp_path):
    thresholds = np.array([1.0, 1.1, 1.2])
    for mismatch, threshold in (({"threshold": 0.01}, 1.0), ({}, thresholds)):
        given = TEXTBOOK | {"threshold": threshold}
        model = nmx.Model.ideal("current_based_lif", mismatch=mismatch, **given)
        again = nmx.load(nmx.save(model, tmp_path / "model.json"))
        assert not again.characterized
        assert np.array_equal(again.dynamics.matrix(3), model.dynamics.matrix(3))
        assert again.mismatch == model.mismatch


def test_what_load_would_refuse_is_not_saved(tmp_path):
    """A model that claims to be of a circuit says at which condition."""
    made = replace(nmx.model("lif_neuron"), condition={})
    with pytest.raises(BadValue, match="load refuses") as caught:
        nmx.save(made, tmp_path / "model.json")
    assert "corner" in str(caught.value)
    lists = replace(
        nmx.model("lif_neuron"), dynamics=nmx.model("lif_neuron").sample(3, 0, "x"), spread={}
    )
    with pytest.raises(BadValue, match="load refuses"):
        nmx.save(lists, tmp_path / "model.json")


@pytest.mark.parametrize(
    ("cell", "noise", "said"),
    [
        ("lif_neuron", NoiseDensity(shot=1e-19), "the shot noise of a neuron"),
        ("lif_neuron", NoiseDensity(white=1e-28, unit="V"), "is a current"),
        ("izhikevich_neuron", NoiseDensity(wander=1.0), "the wander noise"),
        ("dpi_synapse", NoiseDensity(white=1e-28, flicker=1e-27), "the white and flicker noise"),
        ("dac_synapse", NoiseDensity(white=1e-28), "noise of a converter"),
    ],
)
def test_noise_that_would_be_ignored_is_refused(cell, noise, said):
    with pytest.raises(BadValue, match=said):
        replace(nmx.model(cell), noise=noise)


def test_linear_neurons_have_a_noise_of_their_own():
    model = nmx.Model.ideal("current_based_lif", **TEXTBOOK)
    with pytest.raises(BadValue, match="ignored") as caught:
        replace(model, noise=NoiseDensity(white=1e-28))
    assert "parameter noise" in str(caught.value)
    # What is used by others, or is none at all, stays.
    replace(nmx.model("gilbert_multiplier"), noise=NoiseDensity(white=1e-12, unit="V"))
    replace(model, noise=NoiseDensity())
