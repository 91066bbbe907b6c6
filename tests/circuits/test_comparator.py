"""The comparator in ngspice: what it decides, how late, at what cost."""

from __future__ import annotations

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

CELL = library.cell("comparator")


def test_the_netlist_holds_what_the_cell_is_made_of():
    subcircuit = read_subcircuit(library.netlist_file(CELL.name))
    check_ports(CELL, subcircuit)
    check_nodes(subcircuit)
    assert Counter(item.kind for item in subcircuit.elements) == {"nfet": 7, "pfet": 4}
    for realisation in CELL.realisations:
        assert set(subcircuit.parameters) == {name for name, _ in realisation.sizes}


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(1) as running:
        yield running


@pytest.mark.ngspice
@pytest.mark.parametrize("technology", CELL.technologies)
def test_a_larger_overdrive_is_decided_sooner(engine, technology):
    delays = [
        float(nmx.simulate(CELL, "step", technology, engine=engine, after=0.9 + d)["delay"])
        for d in (0.01, 0.03, 0.1)
    ]
    assert np.all(np.diff(delays) < 0.0)
    # Slewing: three times the overdrive takes a third of the time, less the inverters' own.
    assert 2.0 < delays[0] / delays[1] < 3.0
    assert delays[-1] < 0.6e-6


@pytest.mark.ngspice
@pytest.mark.parametrize("technology", CELL.technologies)
def test_the_systematic_offset_is_small(engine, technology):
    found = nmx.simulate(CELL, "decide", technology, engine=engine)
    assert len(found["decisions"]) == 2
    assert abs(float(found["input_offset"])) < 0.2e-3


@pytest.mark.ngspice
def test_standing_power_is_the_same_on_both_sides(engine):
    low, high = (
        float(nmx.simulate(CELL, "rest", engine=engine, v_in=v)["supply_current"])
        for v in (0.8, 1.0)
    )
    assert low == pytest.approx(2e-7, rel=0.05)
    assert high == pytest.approx(low, rel=0.02)


@pytest.mark.ngspice
@pytest.mark.slow
@pytest.mark.parametrize("technology", CELL.technologies)
def test_the_model_decides_as_the_circuit_does(engine, technology):
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
    assert errors["decision_error"] < 0.02
    assert errors["delay_error_median"] < 0.025
    assert errors["delay_error_p90"] < 0.08
    assert errors["energy_error"] < 0.1
