"""The stored mismatch of the neuron against figures that were measured independently before.

With ideal gate voltages, 1 nA, foundry mismatch without global variation: a coefficient of
variation of 1.24 % in rate, 0.95 % in threshold, 9.1 % in refractory time, 4.2 % in energy per
spike, and a correlation of -0.63 between rate and refractory time. They are from an earlier
hand-made characterization of the same topology in the same technology, whose definitions of
threshold and refractory time may differ from ours, hence the factor of 1.5. References are made by
``make references``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuromix import library
from neuromix.data.netcdf import read_dataset

FOLDER = Path(__file__).parents[1] / "reference" / "lif_neuron"
AT_ONE_NANOAMPERE = 2
EARLIER = {
    "rate": 0.0124,
    "threshold": 0.0095,
    "refractory_time": 0.091,
    "energy_per_spike": 0.042,
}


def drawn(name, measure):
    values = read_dataset(FOLDER / f"{name}.nc")[f"mismatch_{measure}"].values
    return values[AT_ONE_NANOAMPERE]


def variation(values):
    return float(np.std(values, ddof=1) / np.mean(values))


@pytest.mark.parametrize("measure", EARLIER)
def test_ideal_biases_agree_within_half(measure):
    values = drawn("ideal_bias", measure)
    assert len(values) >= 200
    assert 1 / 1.5 < variation(values) / EARLIER[measure] < 1.5


def test_rate_and_refractory_time_are_correlated():
    rate, hold = drawn("ideal_bias", "rate"), drawn("ideal_bias", "refractory_time")
    assert np.corrcoef(rate, hold)[0, 1] == pytest.approx(-0.63, abs=0.15)


@pytest.mark.parametrize("measure", ["rate", "refractory_time"])
def test_replicas_add_their_own(measure):
    assert variation(drawn("replica_bias", measure)) > variation(drawn("ideal_bias", measure))


@pytest.mark.parametrize("name", ["ideal_bias", "replica_bias", "unseen_draws"])
def test_spreads_stand_above_the_numerical_floor(name):
    data = read_dataset(FOLDER / f"{name}.nc")
    for measure in EARLIER:
        sigma = data[f"mismatch_{measure}"].values.std(axis=1, ddof=1)
        assert np.all(sigma > 3.0 * data[f"mismatch_{measure}_floor"].values)


@pytest.mark.parametrize("name", ["ideal_bias", "replica_bias", "unseen_draws"])
def test_references_are_of_today_s_model_set(name):
    sha256 = library.technology("gf180mcu").model_set.sha256
    assert read_dataset(FOLDER / f"{name}.nc").attrs["models_sha256"] == sha256
