"""Noise of linear neurons cannot be told from normal white noise; false-alarm probability 1e-3.

Seeds are fixed: a failure is a change of the generator, not bad luck.
"""

import numpy as np
import pytest
from scipy import integrate, special, stats

import neuromix as nmx
from neuromix.array.linear.deviates import UNIT, VARIANCE

FALSE_ALARM = 1e-3
TAU, DT = 20e-3, 1e-4


def neurons(**changes):
    values = {
        "membrane_time": TAU,
        "excitatory_time": 5e-3,
        "inhibitory_time": 5e-3,
        "rest": 0.0,
        "threshold": 1.0,
        "reset": 0.0,
        "noise": 1e-3,
    }
    return nmx.Model.ideal("current_based_lif", **(values | changes))


def recorded(n, duration, dt=DT, seed=1, trial=0, **changes):
    chip = nmx.Chip(seed)
    chip.add("cell", nmx.Array(neurons(**changes), n))
    left = nmx.run(chip, {}, duration=duration, dt=dt, record=["cell.v_mem"], trial=trial)
    return left, left.traces["cell.v_mem"].to_numpy()


@pytest.fixture(scope="module")
def innovations():
    """What noise adds in each step, over its deviation: steps x neurons."""
    _, v = recorded(256, 0.4)
    kept = np.exp(-DT / TAU)
    return (v[1:] - kept * v[:-1]) / (1e-3 * np.sqrt(1.0 - kept**2))


def test_moments_of_one_step(innovations):
    n = innovations.size
    assert abs(innovations.mean()) < 3.3 / np.sqrt(n)
    assert abs(innovations.var() - 1.0) < 3.3 * np.sqrt(2.0 / n)
    assert abs(stats.skew(innovations.ravel())) < 3.3 * np.sqrt(6.0 / n)
    # The fourth cumulants of 16 coins, -1/8 each, and of a dither between them, -1/120.
    excess = -(16.0 / 8.0 + 1.0 / 120.0) / (VARIANCE / UNIT**2) ** 2
    assert abs(stats.kurtosis(innovations.ravel()) - excess) < 3.3 * np.sqrt(24.0 / n)


def test_neither_steps_nor_neurons_are_correlated(innovations):
    steps, n = innovations.shape
    scale = innovations.size**0.5
    for lag in (1, 2, 3, 10, 100):
        assert abs(np.mean(innovations[lag:] * innovations[:-lag])) < 4.0 / scale
    for lag in (1, 2, 3, 16, 64, 128):
        assert abs(np.mean(innovations[:, lag:] * innovations[:, :-lag])) < 4.0 / scale
    squares = innovations**2 - 1.0
    assert abs(np.mean(squares[1:] * squares[:-1])) < 4.0 * 2.0 / scale
    assert abs(np.mean(squares[:, 1:] * squares[:, :-1])) < 4.0 * 2.0 / scale
    pairs = np.corrcoef(innovations.T)[np.triu_indices(n, 1)]
    assert abs(pairs.std() * np.sqrt(steps) - 1.0) < 4.0 / np.sqrt(2.0 * len(pairs))
    assert np.abs(pairs).max() * np.sqrt(steps) < stats.norm.isf(FALSE_ALARM / len(pairs) / 2.0)


def test_the_spectrum_is_white(innovations):
    power = np.abs(np.fft.rfft(innovations, axis=0)[1:-1]) ** 2 / len(innovations)
    bands = np.array_split(power.mean(axis=1), 32)
    per_band = power.shape[1] * len(bands[-1])
    assert all(abs(band.mean() - 1.0) < 4.0 / np.sqrt(per_band) for band in bands)


def test_trials_and_dies_are_independent():
    runs = [recorded(256, 0.05, seed=s, trial=t)[1] for s, t in ((1, 0), (1, 1), (2, 0))]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        x, y = np.diff(runs[a], axis=0).ravel(), np.diff(runs[b], axis=0).ravel()
        assert abs(np.corrcoef(x, y)[0, 1]) < 4.0 / np.sqrt(x.size)


def test_membranes_are_distributed_normally():
    """One sample of each membrane, after five time constants."""
    _, v = recorded(4000, 0.1)
    assert stats.kstest(v[-1] / 1e-3, "norm").pvalue > FALSE_ALARM


def siegert(mean, deviation, refractory, threshold):
    """Return the rate of a noisy leaky integrate-and-fire neuron, reset to 0 (Siegert 1951)."""

    def integrand(u):
        return special.erfcx(-u)

    # White noise of r.m.s. s on the free membrane is sigma = sqrt(2) s in Brunel (2000), eq. 21.
    low, high = -mean / (np.sqrt(2.0) * deviation), (threshold - mean) / (np.sqrt(2.0) * deviation)
    area, _ = integrate.quad(integrand, low, high)
    return 1.0 / (refractory + TAU * np.sqrt(np.pi) * area)


@pytest.mark.parametrize("mean", [7e-3, 12e-3])
def test_the_rate_of_noisy_neurons_is_that_of_siegert(mean):
    """Thresholds that are tested on a grid act as higher ones (Broadie et al. 1997, theorem 1.1).

    The shift is -zeta(1/2) / sqrt(2 pi) = 0.5826 of the deviation of a step.
    """
    n, duration, dt, noise, threshold, refractory = 4000, 1.0, 2e-5, 3e-3, 10e-3, 2e-3
    chip = nmx.Chip(1)
    model = neurons(rest=mean, noise=noise, threshold=threshold, refractory_time=refractory)
    chip.add("cell", nmx.Array(model, n))
    late = nmx.run(chip, {}, duration=duration, dt=dt).events["cell"].between(0.2, duration)
    shift = 0.5826 * noise * np.sqrt(2.0 * dt / TAU)
    known = siegert(mean, noise, refractory, threshold + shift)
    assert len(late) > 30_000
    assert abs(len(late) / n / 0.8 / known - 1.0) < 3.3 / np.sqrt(len(late))
