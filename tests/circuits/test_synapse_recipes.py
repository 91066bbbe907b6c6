"""The synapses' recipes on live SPICE: fitted on some stimuli, proven on others."""

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.recipe import recipe_for
from neuromix.characterization.requests import Request, run_requests
from neuromix.declare import Condition
from neuromix.engine.pool import NgspiceEngine
from neuromix.models.model import Model

TECHNOLOGY = "gf180mcu"


def proven(name, training, proof):
    """Fit to the training stimuli that are chosen, compare with chosen ones of the proof."""
    cell = library.cell(name)
    recipe = recipe_for(cell, TECHNOLOGY)
    trained = [s for s in recipe.stimuli("training") if training(s.name)]
    tested = [s for s in recipe.stimuli("proof") if proof(s.name)]
    with NgspiceEngine(2) as engine:
        answers = run_requests(
            cell,
            library.technology(TECHNOLOGY),
            engine,
            [Request(stimulus, Condition()) for stimulus in (*trained, *tested)],
        )
    records = [row[0].record for row in answers]
    assert not any(row[0].failed for row in answers)
    learned, references = records[: len(trained)], records[len(trained) :]
    dynamics, errors = recipe.fit(learned, Condition().temperature)
    assert set(errors) <= set(dynamics.values())
    model = Model(name, TECHNOLOGY, {}, dynamics, errors, energy=recipe.energy(dynamics, learned))
    pairs = [(item, recipe.predict(model, item.stimulus)) for item in references]
    return model, recipe.compare(pairs)


@pytest.mark.ngspice
def test_a_converter_from_few_pulses():
    """All settled currents, two trains; unseen codes up to 15 and widths up to 3 µs."""
    model, error = proven(
        "dac_synapse",
        lambda name: name.startswith("settled") or name == "codes 2",
        lambda name: name == "codes 6",
    )
    assert error["nrmse"] < 0.005
    assert error["nrmse_sink"] < 0.005
    assert error["energy_error"] < 0.01
    assert error["events"] == 16
    assert np.all(np.diff(model.dynamics.table("source")[0]) > 0)
    assert np.all(np.diff(model.dynamics.table("sink")[0]) > 0)


@pytest.mark.ngspice
def test_an_integrator_from_few_trains():
    """Half of the training; unseen codes at 150 … 600 events a second."""
    kept = ("mixture", "outputs", "regular 0", "regular 2", "regular 6", "strong 0")
    _, error = proven(
        "dpi_synapse",
        lambda name: name.startswith(kept),
        lambda name: name in ("codes 0.0", "codes 1.0", "codes 2.0"),
    )
    assert error["nrmse"] < 0.01
    assert error["nrmse_sink"] < 0.01
    assert error["energy_error"] < 0.02


@pytest.mark.ngspice
@pytest.mark.slow
@pytest.mark.parametrize("name", ["dpi_synapse", "dac_synapse"])
def test_the_whole_recipe(name):
    _, error = proven(name, lambda _: True, lambda _: True)
    assert error["nrmse"] < 0.006
    assert error["nrmse_sink"] < 0.01
    assert error["energy_error"] < 0.02
