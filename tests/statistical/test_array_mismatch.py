"""200 dies of a 100-neuron array against the covariance that their model states.

False alarms: each test states the probability that it fails although the law holds.
"""

import numpy as np
import provisional
import pytest
from scipy.stats import chi2, norm

from neuromix.array.chip import Array, Chip
from neuromix.array.die import array_die
from neuromix.models.mismatch import Mismatch

DIES, NEURONS = 200, 100
NAMES = ("threshold", "leak_current", "refractory_time", "energy_per_event")
SIGMA = np.array([0.009, 0.12, 0.09, 0.042])
CORRELATION = np.array(
    [[1.0, 0.3, 0.0, 0.2], [0.3, 1.0, -0.63, 0.0], [0.0, -0.63, 1.0, 0.4], [0.2, 0.0, 0.4, 1.0]]
)
COVARIANCE = CORRELATION * np.outer(SIGMA, SIGMA)
SHIFT = np.array([0.001, -0.01, 0.005, 0.0])


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """Return transformed deviations from nominal, shape (dies, neurons, parameters)."""
    import dataclasses

    flags = (False, True, True, True)
    law = Mismatch(NAMES, flags, tuple(SHIFT), tuple(map(tuple, COVARIANCE.tolist())), 200)
    model = dataclasses.replace(provisional.neuron(), mismatch=law)
    found = np.empty((DIES, NEURONS, len(NAMES)))
    for seed in range(DIES):
        chip = Chip(seed)
        chip.add("array", Array(model, NEURONS))
        neurons = array_die(chip, "array").neurons
        values = neurons.dynamics.values()
        for k, name in enumerate(NAMES):
            drawn = neurons.energy if name == "energy_per_event" else values[name]
            nominal = model.nominal(name)
            found[seed, :, k] = np.log(drawn / nominal) if flags[k] else drawn - nominal
    return found


def test_the_means_are_the_stated_shifts(draws) -> None:
    """Chi-square of the mean vector, 4 degrees of freedom; false alarm 1e-4."""
    count = DIES * NEURONS
    error = draws.reshape(-1, 4).mean(axis=0) - SHIFT
    statistic = count * error @ np.linalg.solve(COVARIANCE, error)
    assert statistic < chi2.ppf(1.0 - 1e-4, 4)


def test_the_spreads_are_the_stated_sigmas(draws) -> None:
    """Chi-square of each variance, two-sided; false alarm 1e-4 over all four (Bonferroni)."""
    count = DIES * NEURONS
    statistic = count * draws.reshape(-1, 4).var(axis=0) / SIGMA**2
    limits = chi2.ppf([1e-4 / 8, 1.0 - 1e-4 / 8], count - 1)
    assert np.all((limits[0] < statistic) & (statistic < limits[1]))


def test_the_correlations_are_the_stated_ones(draws) -> None:
    """Fisher's z of all six correlations, two-sided; false alarm 1e-4 (Bonferroni)."""
    count = DIES * NEURONS
    found = np.corrcoef(draws.reshape(-1, 4), rowvar=False)
    upper = np.triu_indices(4, 1)
    z = (np.arctanh(found[upper]) - np.arctanh(CORRELATION[upper])) * np.sqrt(count - 3)
    assert np.all(np.abs(z) < norm.ppf(1.0 - 1e-4 / 12))


def test_dies_and_neighbours_are_independent(draws) -> None:
    """Correlation of neighbouring neurons and dies; false alarm 1e-4 (Bonferroni)."""
    z = []
    for k in range(4):
        values = (draws[:, :, k] - SHIFT[k]) / SIGMA[k]
        z.append(np.mean(values[:, 1:] * values[:, :-1]) * np.sqrt(DIES * (NEURONS - 1)))
        z.append(np.mean(values[1:] * values[:-1]) * np.sqrt((DIES - 1) * NEURONS))
    assert np.all(np.abs(z) < norm.ppf(1.0 - 1e-4 / 16))


def test_deviations_are_jointly_normal(draws) -> None:
    """Squared Mahalanobis distances against chi-square, 4 degrees; Kolmogorov, false alarm 1e-4."""
    from scipy.stats import kstest

    error = draws.reshape(-1, 4) - SHIFT
    distance = np.einsum("ij,ij->i", error, np.linalg.solve(COVARIANCE, error.T).T)
    assert kstest(distance, chi2(4).cdf).pvalue > 1e-4
