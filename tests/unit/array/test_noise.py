"""Noise streams: normal, keyed, of the right spectrum."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import welch
from scipy.stats import kstest

import neuromix as nmx
from neuromix.models.model import NoiseDensity

DT = 20e-6


@functools.cache
def neuron():
    return nmx.model("lif_neuron")


def series(noise: NoiseDensity, cells: int, steps: int, trial: int = 0, seed: int = 1):
    """Return the input currents of neurons without any input, shape (cells, steps), A."""
    chip = nmx.Chip(seed)
    chip.add("array", nmx.Array(replace(neuron(), noise=noise), cells, mismatch=False))
    recording = nmx.run(chip, {}, duration=steps * DT, dt=DT, record=["array.i_in"], trial=trial)
    return recording.traces["array.i_in"].to_numpy().T


def test_white_noise_is_normal_with_the_variance_of_its_density() -> None:
    """Kolmogorov-Smirnov on 4e5 deviates; fails by chance with probability 1e-5."""
    values = series(NoiseDensity(white=2e-28), 8, 50_000).ravel()
    sigma = np.sqrt(2e-28 / (2 * DT))
    assert kstest(values / sigma, "norm").pvalue > 1e-5


@pytest.mark.parametrize("exponent", [0.85, 1.0, 1.15])
def test_the_spectrum_follows_the_law_within_half_a_decibel(exponent: float) -> None:
    """White plus flicker over three decades, 10 Hz … 10 kHz, in bands of a third of a decade.

    A band holds at least 3 000 periodogram values: its error is below 0.08 dB rms, so that the
    0.5 dB are more than five sigma after the law's own ripple of 0.1 dB.
    """
    noise = NoiseDensity(white=1e-28, flicker=1e-25, exponent=exponent)
    values = series(noise, 48, 2**17)
    frequency, density = welch(values, 1.0 / DT, nperseg=2**15, axis=1)
    density = density.mean(axis=0)
    law = noise.white + noise.flicker / np.maximum(frequency, 1e-9) ** exponent
    for low in np.geomspace(10.0, 10e3, 10)[:-1]:
        band = (frequency >= low) & (frequency < 2.155 * low)
        error = 10.0 * np.log10(np.mean(density[band] / law[band]))
        assert abs(error) < 0.5, f"{low:.0f} Hz: {error:+.2f} dB"


def test_streams_belong_to_their_cell_and_trial() -> None:
    noise = NoiseDensity(white=1e-28, flicker=1e-26)
    few, many = series(noise, 3, 50), series(noise, 7, 50)
    assert np.array_equal(few, many[:3])
    assert not np.any(series(noise, 3, 50, trial=1) == few)
    assert not np.any(series(noise, 3, 50, seed=2) == few)


def test_no_noise_is_silent() -> None:
    assert not series(NoiseDensity(), 2, 10).any()
