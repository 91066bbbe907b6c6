"""The per-device budget finds what was put in, and says how well."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.assembly import assemble
from neuromix.characterization.budget import Draws, campaign_draws, variance_budget
from neuromix.characterization.draws import mismatch_draws
from neuromix.declare import Condition


def _draws(samples, names, seed=0):
    random = np.random.default_rng(seed)
    groups = tuple(name.rstrip("0123456789").rstrip("_") for name in names)
    return Draws(tuple(names), groups, random.standard_normal((samples, len(names), 2)))


NAMES = ("xleak", "xinput", "xmirror", "xload")


def test_shares_of_a_linear_measure_are_found_within_their_errors():
    draws = _draws(400, NAMES)
    noise = np.random.default_rng(1).standard_normal(400)
    z = draws.values
    values = 5.0 + 1e-3 * (3.0 * z[:, 0, 0] + 2.0 * z[:, 1, 0] + 1.0 * z[:, 1, 1] + 1.0 * noise)
    budget = variance_budget(values, draws)
    assert budget.single
    expected = {"xleak": 9 / 15, "xinput": 5 / 15, "xmirror": 0.0, "xload": 0.0}
    for item in budget.shares:
        assert item.share == pytest.approx(expected[item.devices], abs=4.0 * item.standard_error)
        assert item.standard_error < 0.05
    assert budget.shares[0].devices == "xleak"
    assert budget.rest == pytest.approx(1 / 15, abs=0.02)
    assert sum(item.share for item in budget.shares) + budget.rest == pytest.approx(1.0)


def test_a_device_without_influence_has_no_share_on_average():
    found = []
    for seed in range(40):
        draws = _draws(60, NAMES, seed)
        noise = np.random.default_rng([seed, 1]).standard_normal(60)
        budget = variance_budget(draws.values[:, 0, 0] + noise, draws)
        found += [item.share for item in budget.shares if item.devices == "xload"]
    assert np.mean(found) == pytest.approx(0.0, abs=4.0 * np.std(found) / np.sqrt(len(found)))


def test_with_fewer_draws_than_devices_groups_are_told_apart():
    names = [f"xunit_{k}" for k in range(60)] + ["xmirror"]
    draws = _draws(80, names)
    z = draws.values
    values = 4.0 * z[:, -1, 0] + 0.3 * z[:, :60, 0].sum(axis=1)
    budget = variance_budget(values, draws)
    assert not budget.single
    shares = {item.devices: item for item in budget.shares}
    assert set(shares) == {"xunit", "xmirror"}
    assert (shares["xunit"].count, shares["xmirror"].count) == (60, 1)
    assert shares["xmirror"].share == pytest.approx(16.0 / (16.0 + 60 * 0.09), abs=0.12)


def test_what_is_not_linear_stays_in_the_rest():
    draws = _draws(300, NAMES)
    values = draws.values[:, 0, 0] ** 2
    assert variance_budget(values - values.mean(), draws).rest > 0.8


def test_a_lognormal_measure_is_taken_by_its_logarithm():
    draws = _draws(300, NAMES)
    budget = variance_budget(-np.exp(draws.values[:, 2, 0]), draws)
    assert budget.shares[0].devices == "xmirror"
    assert budget.rest < 1e-6


@pytest.mark.parametrize(
    "values",
    [np.full(200, 2.0), np.full(200, np.nan), np.r_[np.arange(20.0), np.full(180, np.nan)]],
)
def test_no_budget_of_what_does_not_vary_or_is_not_there(values):
    assert variance_budget(values, _draws(200, NAMES)) is None


def test_failed_draws_are_left_out():
    draws = _draws(200, NAMES)
    values = draws.values[:, 3, 0].copy()
    values[::7] = np.nan
    assert variance_budget(values, draws).shares[0].devices == "xload"


def test_the_draws_are_in_sigmas_and_bear_the_elements_names():
    draws = campaign_draws(library.cell("lif_neuron"), library.technology("gf180mcu"), 500, 1)
    assert draws.names[0] == "xleak"
    assert draws.values.shape == (500, len(draws.names), 2)
    assert draws.values.std() == pytest.approx(1.0, abs=0.02)
    assert abs(draws.values.mean()) < 0.02


def test_a_parameter_without_spread_has_draws_of_zero_and_no_share():
    draws = campaign_draws(library.cell("lif_neuron"), library.technology("sky130"), 500, 1)
    assert np.ptp(draws.values[:, :, 1]) == 0.0
    budget = variance_budget(1.0 + 1e-3 * draws.values[:, 0, 0], draws)
    assert budget.shares[0].devices == "xleak"
    assert budget.shares[0].share == pytest.approx(1.0, abs=0.01)


@pytest.mark.ngspice
def test_the_draws_are_those_of_the_campaign():
    cell, technology = library.cell("lif_neuron"), library.technology("gf180mcu")
    deck = assemble(cell, cell.bench("step"), technology, Condition())
    (first,) = mismatch_draws(technology, deck.transistors, 1, 7, cell.name)
    again = campaign_draws(cell, technology, 1, 7)
    law = technology.device("nfet").mismatch
    device = deck.transistors[0]
    sigma, _ = law.sigmas(device.width, device.length)
    assert first[0].value == pytest.approx(sigma * again.values[0, 0, 0])
