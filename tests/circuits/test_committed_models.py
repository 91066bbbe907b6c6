"""The committed models belong to today's netlists, and their held-out errors are within bounds."""

from __future__ import annotations

import pytest

import neuromix as nmx
from neuromix import library
from neuromix.characterization.verification import verify

CELLS = ("lif_neuron", "dpi_synapse", "dac_synapse")
BOUNDS = {
    "lif_neuron": {
        "spike_count_error": 0.01,
        "isi_error_median": 0.005,
        "energy_error": 0.02,
        "latency_error": 0.02,
    },
    "dpi_synapse": {"nrmse": 0.01, "nrmse_sink": 0.01, "energy_error": 0.02},
    "dac_synapse": {"nrmse": 0.01, "nrmse_sink": 0.01, "energy_error": 0.02},
    "address_event_stage": {"cycle_error": 0.02, "latency_error": 0.02, "energy_error": 0.02},
}


@pytest.mark.parametrize("name", CELLS)
def test_models_are_of_today_s_sources(name):
    """`make models` is the only cure: netlist, declaration, technology or model set has changed."""
    model = nmx.model(name)
    assert model.provenance["source_sha256"] == library.source_hash(name, model.technology)
    assert (
        model.provenance["models_sha256"] == library.technology(model.technology).model_set.sha256
    )
    assert model.provenance["command"] == "make models"


@pytest.mark.parametrize("name", CELLS)
def test_committed_proofs_are_within_bounds(name):
    model = nmx.model(name)
    for quantity, bound in BOUNDS[name].items():
        assert model.proof[quantity] <= bound
        assert f"{quantity}_floor" in model.proof
    assert model.mismatch.samples >= 200


def test_the_neuron_s_proof_rests_on_500_spikes():
    assert nmx.model("lif_neuron").proof["spikes"] >= 500


@pytest.mark.slow
@pytest.mark.ngspice
@pytest.mark.parametrize("name", CELLS)
def test_proofs_are_what_spice_says_today(name):
    """The whole proof again, in ngspice; the same simulator gives the same errors."""
    model = nmx.model(name)
    errors = verify(nmx.cell(name), model).errors
    for quantity, bound in BOUNDS[name].items():
        assert errors[quantity] <= bound
        assert errors[quantity] == pytest.approx(model.proof[quantity], rel=0.05, abs=1e-4)
