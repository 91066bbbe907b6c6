"""Noise of synapses in an array: shot noise of the output, wander of its logarithm."""

from dataclasses import replace

import numpy as np
import pytest

import neuromix as nmx
from neuromix.models.model import NoiseDensity

NEURONS = 600
DT = 10e-6
BURST = 1e-3
DURATION = 7e-3


def currents(cells, noise: NoiseDensity, noisy: bool = True) -> np.ndarray:
    """Return the input currents after one burst of pulses, shape (steps, NEURONS), A."""
    neuron = replace(cells["neuron"], noise=NoiseDensity())
    synapse = replace(cells["synapse"], noise=noise)
    chip = nmx.Chip(seed=5)
    source = chip.add("source", nmx.SpikeSource(1))
    array = chip.add("array", nmx.Array(neuron, NEURONS, noisy, False))
    chip.connect(
        source,
        array,
        weights=np.full((1, NEURONS), 40, dtype=np.int8),
        through=(cells["converter"], synapse),
    )
    events = nmx.Events(np.arange(20) * BURST / 20, np.zeros(20, dtype=np.uint32))
    recording = nmx.run(chip, {"source": events}, duration=DURATION, dt=DT, record=["array.i_in"])
    return np.asarray(recording.traces["array.i_in"])


@pytest.fixture(scope="module")
def cells():
    names = {"neuron": "lif_neuron", "synapse": "dpi_synapse", "converter": "dac_synapse"}
    return {role: nmx.model(name) for role, name in names.items()}


def test_the_logarithm_wanders_as_its_law_says(cells):
    """Variance over 600 synapses grows by wander x time; 4.5 sigma, 7e-6 by chance."""
    wander = 0.05
    noisy, quiet = (currents(cells, NoiseDensity(wander=wander), on) for on in (True, False))
    early, late = int(2e-3 / DT), int(6e-3 / DT)
    spread = [np.var(np.log(noisy[k] / quiet[k])) for k in (early, late)]
    expected = wander * (late - early) * DT
    assert spread[1] - spread[0] == pytest.approx(
        expected, abs=4.5 * spread[1] * np.sqrt(2 / NEURONS) + 0.1 * expected
    )


def test_the_output_has_shot_noise(cells):
    """Variance of a step's mean is shot I / (2 dt); 4.5 sigma, 7e-6 by chance."""
    shot = 6e-19
    noisy, quiet = (currents(cells, NoiseDensity(shot=shot), on) for on in (True, False))
    steps = slice(int(2e-3 / DT), int(2.2e-3 / DT))
    measured = np.var(noisy[steps] - quiet[steps])
    expected = shot * quiet[steps].mean() / (2 * DT)
    # The inhibitory synapse idles beside: its own shot noise is a few percent.
    samples = noisy[steps].size
    assert measured == pytest.approx(expected, rel=0.05 + 4.5 * np.sqrt(2 / samples))


def test_without_noise_nothing_moves(cells):
    noise = NoiseDensity(shot=6e-19, wander=0.05)
    assert np.array_equal(currents(cells, noise, False), currents(cells, NoiseDensity(), False))
