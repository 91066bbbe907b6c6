"""Trains that are made as waveforms are read back as they were."""

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.pulse_trains import PulseTrain, edges
from neuromix.characterization.recipe import recipe_for
from neuromix.data.randomness import generator


@pytest.fixture
def train():
    random = generator(3, "test")
    drawn = PulseTrain.irregular(random, 20e-3, 1000, 1e-4, (1e-6, 9e-6))
    return drawn.weighted(random.uniform(1e-9, 60e-9, len(drawn.onset)))


def test_an_irregular_train_keeps_its_gaps(train):
    ends = train.onset + train.width
    assert len(train.onset) > 5
    assert np.all(train.onset[1:] - ends[:-1] >= 1e-4)
    assert ends[-1] < 20e-3


def test_the_gate_has_the_edges_of_the_train(train):
    gate = train.gate(1.8)
    onset, width = edges(np.array(gate.times), np.array(gate.values), 0.9)
    np.testing.assert_allclose(onset, train.onset + 5e-9, rtol=0, atol=1e-12)
    np.testing.assert_allclose(width, train.width, rtol=1e-6)


def test_weights_stand_before_their_pulses(train):
    levels = train.levels(60e-6)
    for lead in (0.0, 50e-6):
        seen = np.interp(train.onset - lead, levels.times, levels.values)
        np.testing.assert_allclose(seen, train.weight)
    assert np.all(np.diff(levels.times) > 0)


@pytest.mark.parametrize("name", ["dpi_synapse", "dac_synapse"])
@pytest.mark.parametrize("purpose", ["sweep", "training", "mismatch", "noise", "proof"])
def test_stimuli_are_the_same_each_time_and_have_names_of_their_own(name, purpose):
    recipe = recipe_for(library.cell(name), "gf180mcu")
    stimuli = recipe.stimuli(purpose)
    assert stimuli == recipe.stimuli(purpose)
    assert len({item.name for item in stimuli}) == len(stimuli)


@pytest.mark.parametrize("name", ["dpi_synapse", "dac_synapse"])
def test_no_train_of_the_proof_is_one_of_the_training(name):
    recipe = recipe_for(library.cell(name), "gf180mcu")
    trained = {
        item.drives for use in ("sweep", "training", "mismatch") for item in recipe.stimuli(use)
    }
    proof = {item.drives for item in recipe.stimuli("proof")}
    assert proof
    assert not proof & trained
