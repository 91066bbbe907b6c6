"""The multiplier in ngspice: signs, gain, spread, and how close its form comes."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest

import neuromix as nmx
from neuromix import library
from neuromix.characterization.recipe import recipe_for
from neuromix.characterization.requests import Request, run_requests
from neuromix.declare import Condition
from neuromix.engine.pool import NgspiceEngine
from neuromix.models.model import Model
from neuromix.netlist.checking import check_nodes, check_ports
from neuromix.netlist.parsing import read_subcircuit

CELL = library.cell("gilbert_multiplier")


def test_the_netlist_holds_what_the_cell_is_made_of():
    subcircuit = read_subcircuit(library.netlist_file(CELL.name))
    check_ports(CELL, subcircuit)
    check_nodes(subcircuit)
    assert Counter(item.kind for item in subcircuit.elements) == {"nfet": 8, "pfet": 2}
    for realisation in CELL.realisations:
        assert set(subcircuit.parameters) == {name for name, _ in realisation.sizes}


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(1) as running:
        yield running


@pytest.mark.ngspice
@pytest.mark.parametrize("technology", CELL.technologies)
def test_the_output_has_the_sign_of_the_product(engine, technology):
    for y1, y2, sign in ((0.8, 0.7, 1.0), (0.7, 0.8, -1.0)):
        data = nmx.simulate(CELL, "transfer", technology, engine=engine, y1=y1, y2=y2)
        out = sign * data["out"].values
        assert np.all(np.diff(out) > 0.0)
        assert -11e-9 < out[0] < -7e-9
        assert 7e-9 < out[-1] < 11e-9


@pytest.mark.ngspice
def test_gain_is_that_of_weak_inversion(engine):
    """The slope at x = 0 is I_t k tanh(k y) with k = 1/(2 n U_T) and n of about 1.44."""
    found = nmx.simulate(CELL, "linear_range", engine=engine)
    k = 0.5 / (1.44 * 0.02586)
    wanted = 10.1e-9 * k * np.tanh(k * 0.02)
    assert float(found["transconductance"]) == pytest.approx(wanted, rel=0.05)
    hot = nmx.simulate(CELL, "linear_range", condition=Condition(temperature=358.15), engine=engine)
    # Both factors fall as 1/T.
    ratio = float(hot["transconductance"] / found["transconductance"])
    assert ratio == pytest.approx((300.15 / 358.15) ** 2, rel=0.08)


@pytest.mark.ngspice
@pytest.mark.parametrize("technology", CELL.technologies)
def test_a_fit_of_the_sweeps_holds_where_it_was_not_made(engine, technology):
    recipe = recipe_for(CELL, technology)
    chosen = library.technology(technology)

    def answers(stimuli):
        requests = [Request(item, Condition()) for item in stimuli]
        return [row[0].record for row in run_requests(CELL, chosen, engine, requests)]

    training = answers(recipe.stimuli("training"))
    dynamics, _ = recipe.fit(training, Condition().temperature)
    energy = recipe.energy(dynamics, training)
    model = Model(CELL.name, technology, {}, dynamics, energy=energy)
    proof = answers(recipe.stimuli("proof"))
    errors = recipe.compare([(item, recipe.predict(model, item.stimulus)) for item in proof])
    assert errors["nrmse_sweeps"] < 0.001
    assert errors["nrmse"] < 0.003
    assert errors["energy_error"] < 0.003


@pytest.mark.ngspice
def test_noise_of_the_output_is_shot_noise_of_its_branches(engine):
    """Ten devices carry about 5 nA into the output; BSIM's shot noise is 1.3 to 1.9 times 2qI."""
    data = nmx.simulate(CELL, "noise", engine=engine)
    white = float(data["input_noise"][-1]) ** 2
    shot = 2.0 * 1.602e-19 * 5e-9
    assert 2.0 * shot < white < 12.0 * shot


@pytest.mark.ngspice
def test_bandwidth_falls_with_the_current(engine):
    bandwidths = [
        float(nmx.simulate(cell, "bandwidth", engine=engine)["bandwidth"])
        for cell in (CELL, _slower(CELL))
    ]
    assert bandwidths[0] == pytest.approx(323e3, rel=0.05)
    # A tenth of the current; the mirror's capacitance falls a little as well.
    assert 0.09 < bandwidths[1] / bandwidths[0] < 0.15


def _slower(cell):
    first = cell.realisations[0]
    (bias,) = first.biases
    tenth = dataclasses.replace(bias, current=0.1 * bias.current)
    return dataclasses.replace(cell, realisations=(dataclasses.replace(first, biases=(tenth,)),))
