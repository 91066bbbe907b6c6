"""Sampled dies have the spreads and correlations of SPICE draws that the fit has not seen.

200 dies of 100 neurons against 200 SPICE instances of another seed (tests/reference/lif_neuron/
unseen_draws.nc, made by ``make references``). The model itself rests on 200 other draws, so both
sides' sampling errors enter. All tests together raise a false alarm with a probability of at most
0.3 % where the model is right.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numba import njit
from scipy.stats import chi2, kurtosis, norm

import neuromix as nmx
from neuromix.data.netcdf import read_dataset
from neuromix.models.families.positive_feedback_lif import advance

REFERENCE = Path(__file__).parents[1] / "reference" / "lif_neuron" / "unseen_draws.nc"
DIES, NEURONS = 200, 100
CURRENTS = (1e-10, 3e-10, 1e-9, 4e-9)
FALSE_ALARM = 1e-3
"""Of each of the three tests below, all quantities together."""


@njit
def third_interval(p, current, step):
    """Return the interval between the second and the third spike of one instance, s."""
    v, hold, t, found, last = 0.0, -1.0, 0.0, 0, 0.0
    while True:
        v, hold, spike = advance(v, hold, current, step, p)
        if spike >= 0.0:
            found += 1
            if found == 3:
                return t + spike - last
            last = t + spike
        t += step


@pytest.fixture(scope="module")
def model():
    return nmx.model("lif_neuron")


@pytest.fixture(scope="module")
def sampled(model):
    """(dies, neurons, quantities): intervals at four currents, energy of a spike at 1 nA."""
    table = np.empty((DIES, NEURONS, len(CURRENTS) + 1))
    for die in range(DIES):
        drawn = model.draws(NEURONS, die, "chip", "neurons")
        energy = drawn.pop("energy_per_event")
        rows = model.dynamics.replace(**drawn).matrix(NEURONS)
        for k, row in enumerate(rows):
            for j, current in enumerate(CURRENTS):
                table[die, k, j] = third_interval(row, current, 5e-15 / current)
        table[die, :, -1] = (
            energy
            + model.energy.growth * np.log1p(1.0)
            + model.energy.static_power * table[die, :, 2]
        )
    return table


@pytest.fixture(scope="module")
def spice():
    data = read_dataset(REFERENCE)
    intervals = data["mismatch_inter_spike_interval"].values
    energy = data["mismatch_energy_per_spike"].values[2]
    table = np.column_stack([*intervals, energy])
    return table[np.all(np.isfinite(table), axis=1)]


def test_the_reference_is_of_another_seed(model):
    assert model.provenance["seed"] == "1"
    assert read_dataset(REFERENCE).attrs["seed"] == 2
    assert read_dataset(REFERENCE).attrs["models_sha256"] == model.provenance["models_sha256"]


def test_spreads(model, sampled, spice):
    """ln of the ratio of coefficients of variation; its error for any kurtosis, delta method."""
    flat = sampled.reshape(-1, sampled.shape[2])
    ratio = np.log(
        (flat.std(axis=0, ddof=1) / flat.mean(axis=0))
        / (spice.std(axis=0, ddof=1) / spice.mean(axis=0))
    )
    heavy = np.maximum(kurtosis(spice, axis=0, fisher=False), 3.0)
    error = np.sqrt((heavy - 1.0) / 4.0 * (1.0 / len(spice) + 1.0 / model.mismatch.samples))
    limit = norm.isf(FALSE_ALARM / (2 * len(ratio)))
    assert np.all(np.abs(ratio) < limit * error), (ratio, error, limit)


def test_correlations(model, sampled, spice):
    """Fisher's z of each pair, both sides' errors in it."""
    flat = sampled.reshape(-1, sampled.shape[2])
    pairs = np.triu_indices(flat.shape[1], 1)
    ours, theirs = (np.corrcoef(t, rowvar=False)[pairs] for t in (flat, spice))
    error = np.sqrt(1.0 / (len(spice) - 3) + 1.0 / (model.mismatch.samples - 3))
    limit = norm.isf(FALSE_ALARM / (2 * len(ours)))
    distance = np.abs(np.arctanh(ours) - np.arctanh(theirs))
    assert np.all(distance < limit * error), (ours, theirs)


def test_dies_differ_as_independent_neurons_do(sampled):
    """The mean of a die scatters as 1/sqrt(neurons); chi-square of 199 dies, 0.1 %."""
    spread = sampled.reshape(-1, sampled.shape[2]).var(axis=0, ddof=1) / NEURONS
    ratio = sampled.mean(axis=1).var(axis=0, ddof=1) / spread
    share = FALSE_ALARM / (2 * len(ratio))
    low, high = chi2.ppf([share, 1.0 - share], DIES - 1) / (DIES - 1)
    assert np.all((low < ratio) & (ratio < high)), ratio
