"""200 dies of a 100-neuron array against the covariance that their model states.

False alarms: each test states the probability that it fails although the law holds.
"""

import numpy as np
import provisional
import pytest
from scipy.stats import chi2, norm

from neuromix.array.chip import Array, Chip
from neuromix.array.die import array_die
from neuromix.library import model_files
from neuromix.models.mismatch import Mismatch
from neuromix.models.store import load

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


@pytest.mark.parametrize("factor", [0.25, 0.5, 0.75, 1.0, 1.5, 2.0])
def test_charges_beside_logarithms_are_drawn_as_well(factor):
    """A variance of 1e-38 among others of 1e-3: each figure by itself, at 6 standard errors.

    By chance one of these 216 assertions fails with a probability of 5e-7. Drawn by the root of the
    covariance itself, the charge is off by hundreds of times.
    """
    sigma = np.array([0.03, 2e-19, 0.1, 0.3, 0.02, 0.15, 0.08, 0.01])
    loading = np.random.default_rng(0).normal(size=(8, 3))
    correlation = loading @ loading.T + 0.3 * np.eye(8)
    correlation /= np.sqrt(np.outer(np.diag(correlation), np.diag(correlation)))
    names = ("gain", "charge", *(f"other_{k}" for k in range(6)))
    covariance = tuple(map(tuple, (correlation * np.outer(sigma, sigma)).tolist()))
    law = Mismatch(names, (True, *[False] * 7), (0.0,) * 8, covariance, 200).scaled(factor)
    count = 20_000
    drawn = law.draw(np.array([1.0, *[0.0] * 7]), count, 7, "charges")
    values = np.column_stack([np.log(drawn[:, 0]), drawn[:, 1:]])
    assert np.all(np.abs(values.std(axis=0) / (factor * sigma) - 1.0) < 6.0 / np.sqrt(2.0 * count))
    found = np.corrcoef(values.T)
    allowed = 6.0 * (1.0 - correlation**2) / np.sqrt(count) + 1e-9
    assert np.all(np.abs(found - correlation) <= allowed)


def test_scaled_deviations_are_those_of_the_same_instances():
    law = Mismatch(NAMES, (False,) * 4, (0.0,) * 4, tuple(map(tuple, COVARIANCE.tolist())), 200)
    nominal = np.zeros(4)
    one, half = (law.scaled(f).draw(nominal, 50, 3, "cell") for f in (1.0, 0.5))
    assert np.allclose(half, 0.5 * one, rtol=1e-12)


@pytest.mark.parametrize("file", sorted(model_files().values()), ids=lambda file: file.name)
def test_arrays_draw_what_committed_models_state(file):
    """Each deviation and correlation at 6 standard errors: 2e-6 by chance for some 1000 of them."""
    law, count = load(file).mismatch, 20_000
    if not law.names:
        pytest.skip("its instances do not differ")
    flags = np.asarray(law.logarithmic)
    values = law.draw(np.where(flags, 1.0, 0.0), count, 11, "committed")
    values = np.where(flags, np.log(np.where(flags, values, 1.0)), values)
    assert np.all(np.abs(values.std(axis=0) / law.deviation() - 1.0) < 6.0 / np.sqrt(2.0 * count))
    found = np.atleast_2d(np.corrcoef(values.T))
    allowed = 6.0 * (1.0 - law.correlation() ** 2) / np.sqrt(count) + 1e-9
    assert np.all(np.abs(found - law.correlation()) <= allowed)
