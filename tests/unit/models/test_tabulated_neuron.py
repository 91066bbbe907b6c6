"""Neurons whose membrane current is a table: as good as what the table was made from."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from numba import njit

import neuromix as nmx
from neuromix.errors import BadValue
from neuromix.models.families import capacitive_feedback_neuron
from neuromix.models.families.tabulated_neuron import POINTS, Dynamics
from neuromix.models.family import Family, Values, quantity
from neuromix.models.running import spikes_of

CURRENTS = np.geomspace(1.5e-11, 8e-9, 9)
TECHNOLOGIES = ("gf180mcu", "generic180")
ISI = 2e-3


def lif(technology="gf180mcu"):
    return nmx.model("lif_neuron", technology).dynamics


def alone(dynamics, current, duration):
    return spikes_of(dynamics, np.zeros(1), np.array([current]), duration)


@pytest.mark.parametrize("technology", TECHNOLOGIES)
def test_a_table_spikes_as_what_it_was_made_from(technology):
    original = lif(technology)
    table = Dynamics.of(original)
    for current in CURRENTS:
        duration = 0.3 if current < 1e-10 else 20e-12 / current
        exact, found = (alone(item, current, duration) for item in (original, table))
        assert len(exact) == len(found) > 4
        assert np.diff(found).mean() == pytest.approx(np.diff(exact).mean(), rel=ISI)


@pytest.mark.parametrize("technology", TECHNOLOGIES)
@pytest.mark.parametrize("dt", [5e-6, 20e-6])
def test_so_it_does_in_an_array(technology, dt):
    original = lif(technology)
    model = nmx.Model("lif_neuron", technology, {}, Dynamics.of(original))
    chip = nmx.Chip()
    chip.add("cells", nmx.Array(model, len(CURRENTS), current=CURRENTS))
    events = nmx.run(chip, {}, duration=0.2, dt=dt).events["cells"]
    for k, current in enumerate(CURRENTS):
        exact, found = alone(original, current, 0.2), events.of(k)
        assert abs(len(exact) - len(found)) <= 1
        assert np.diff(found).mean() == pytest.approx(np.diff(exact).mean(), rel=ISI)


def test_a_table_of_a_table_is_the_table():
    table = Dynamics.of(lif())
    again = Dynamics.of(table)
    assert again.current == pytest.approx(table.current, rel=1e-4)
    assert again.capacitance == pytest.approx(table.capacitance, rel=1e-6)


def test_instances_share_the_table_and_differ_in_the_rest():
    table = Dynamics.of(lif())
    deviations = {
        "capacitance": 0.02,
        "current_scale": 0.1,
        "voltage_shift": 0.01,
        "refractory_time": 0.05,
    }
    model = nmx.Model.ideal("tabulated_neuron", mismatch=deviations, **table.values())
    chip = nmx.Chip(seed=3)
    chip.add("cells", nmx.Array(model, 40, current=1e-9))
    rates = nmx.run(chip, {}, duration=20e-3).events["cells"].counts(40)
    assert 0.005 < rates.std() / rates.mean() < 0.1
    drawn = model.sample(40, 3, "cells")
    assert drawn.current.shape == (POINTS,)
    one = Dynamics.from_values(
        {k: v if np.ndim(v) == 0 or k == "current" else v[5] for k, v in drawn.values().items()}
    )
    assert np.array_equal(one.matrix()[0], drawn.matrix(40)[5])
    with pytest.raises(BadValue, match="is a table"):
        nmx.Model.ideal("tabulated_neuron", mismatch={"current": 0.1}, **table.values())


def test_scale_and_shift_act_on_the_table():
    plain = Dynamics.of(lif())
    exact = alone(plain, 1e-9, 20e-3)
    shifted = plain.replace(voltage_shift=0.02, reset=plain.reset + 0.02)
    change = np.diff(alone(shifted, 1e-9, 20e-3)).mean() / np.diff(exact).mean()
    assert change == pytest.approx(1.0, rel=5e-3)
    # Twice the capacitance and twice the currents: the same, but for the law of the hold.
    fast = plain.replace(
        capacitance=2.0 * plain.capacitance,
        capacitance_slope=2.0 * plain.capacitance_slope,
        current_scale=2.0,
        refractory_growth=0.0,
    )
    still = plain.replace(refractory_growth=0.0)
    assert alone(fast, 2e-9, 20e-3) == pytest.approx(alone(still, 1e-9, 20e-3), rel=1e-9)


def test_it_is_saved_with_its_table(tmp_path):
    model = nmx.Model.ideal("tabulated_neuron", **Dynamics.of(lif()).values())
    again = nmx.load(nmx.save(model, tmp_path / "table.model.json"))
    assert np.array_equal(again.dynamics.matrix(), model.dynamics.matrix())
    assert "25 points" in str(again)


@njit
def _lopsided(v, hold, i_in, dt, p):
    return v + dt * (i_in + 2.0 * max(i_in, 0.0)) / p[0], hold, -1.0


@dataclass(frozen=True, eq=False)
class Lopsided(Family):
    role: ClassVar[str] = "neuron"
    capacitance: Values = quantity("F", "of the membrane")
    threshold: Values = quantity("V", "where it spikes")
    reset: Values = quantity("V", "after a spike")
    refractory_time: Values = quantity("s", "for which it is held")
    advance = staticmethod(_lopsided)


def test_what_is_no_table_is_refused():
    lopsided = Lopsided(1e-12, 1.0, 0.0, 1e-6)
    with pytest.raises(BadValue, match="is not") as caught:
        Dynamics.of(lopsided)
    assert "in proportion" in str(caught.value)
    feedback = nmx.model("axon_hillock").dynamics
    assert isinstance(feedback, capacitive_feedback_neuron.Dynamics)
    with pytest.raises(BadValue, match="cannot be tabulated"):
        Dynamics.of(feedback)
    values = Dynamics.of(lif()).values()
    with pytest.raises(BadValue, match="a table of 25"):
        nmx.Model.ideal("tabulated_neuron", **(values | {"current": np.zeros(24)}))
    with pytest.raises(BadValue, match="not below"):
        nmx.Model.ideal("tabulated_neuron", **(values | {"reset": 1.5}))
