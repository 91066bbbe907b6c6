"""Spreads from few runs: the design, the response, the moments, and the whole on small cells."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.few_runs.design import exact_draws, usual_runs
from neuromix.characterization.few_runs.moments import correlation, covariance, variance_errors
from neuromix.characterization.few_runs.parameters import (
    in_sigmas,
    mismatch_parameters,
    variations,
)
from neuromix.characterization.few_runs.response import fit_response
from neuromix.characterization.few_runs.shares import device_budget
from neuromix.characterization.few_runs.spread import few_run_spread
from neuromix.declare import Condition
from neuromix.engine.job import Outcome
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import (
    BadValue,
    BelowNumericalFloor,
    NotConverged,
    TechnologyError,
    UnknownName,
)


def _draws(runs, parameters, seed=0):
    return exact_draws(runs, parameters, np.random.default_rng(seed))


@pytest.mark.parametrize(("runs", "parameters"), [(60, 40), (54, 12), (10, 8)])
def test_moments_of_the_draws_are_exact(runs, parameters):
    z = _draws(runs, parameters)
    assert z.shape == (runs, parameters)
    assert np.abs(z.mean(axis=0)).max() < 1e-12
    assert np.abs(z.T @ z / runs - np.eye(parameters)).max() < 1e-12


def test_draws_are_those_of_their_seed_and_look_normal():
    assert np.array_equal(_draws(54, 12, 3), _draws(54, 12, 3))
    assert not np.allclose(_draws(54, 12, 3), _draws(54, 12, 4))
    # Half of a normal distribution lies within 0.6745 sigma.
    assert np.mean(np.abs(_draws(400, 10)) < 0.6745) == pytest.approx(0.5, abs=0.01)


def test_as_many_runs_as_parameters_are_refused():
    with pytest.raises(BadValue, match="too few for 12"):
        _draws(13, 12)


@pytest.mark.parametrize("parameters", [2, 4, 12, 28, 40, 240])
def test_usual_runs_keep_within_two_a_parameter_and_forty_with_those_of_the_floor(parameters):
    assert parameters + 8 < usual_runs(parameters) <= 2 * parameters + 34


def test_a_quadratic_function_is_found_exactly():
    z = _draws(54, 12)
    y = 3.0 + 2.0 * z[:, 0] - z[:, 5] + 0.5 * (z[:, 3] ** 2 - 1.0) + 0.8 * z[:, 1] * z[:, 2]
    response = fit_response(z, y[:, None])
    assert {item.parameters for item in response.curvatures} == {(3, 3), (1, 2)}
    assert response.constant[0] == pytest.approx(3.0)
    assert covariance(response)[0, 0] == pytest.approx(4.0 + 1.0 + 2.0 * 0.25 + 0.64)
    fresh = np.random.default_rng(1).standard_normal((5, 12))
    expected = (
        3.0
        + 2.0 * fresh[:, 0]
        - fresh[:, 5]
        + 0.5 * (fresh[:, 3] ** 2 - 1.0)
        + 0.8 * fresh[:, 1] * fresh[:, 2]
    )
    assert response.predict(fresh)[:, 0] == pytest.approx(expected)


def test_chance_lets_no_term_of_second_order_in():
    entered = 0
    for seed in range(50):
        z = _draws(54, 20, seed)
        noise = np.random.default_rng([seed, 1]).standard_normal((54, 2))
        entered += len(fit_response(z, z[:, :2] + noise).curvatures) > 0
    # Expected at a level of 1 %: half a time in 50; four or more with a probability of 2e-3.
    assert entered < 4


def test_a_rest_that_nothing_explains_is_counted_with_its_error():
    z = _draws(60, 12)
    y = z[:, 0] + np.random.default_rng(2).standard_normal(60)
    response = fit_response(z, y[:, None])
    variance, error = covariance(response)[0, 0], variance_errors(response)[0]
    assert 0.0 < error < variance
    assert variance == pytest.approx(2.0, abs=4.0 * error)


def test_correlations_are_those_of_shared_terms():
    z = _draws(54, 12)
    y = np.column_stack([z[:, 0] + z[:, 1], z[:, 0] - z[:, 1], z[:, 0] + 2.0 * z[:, 2]])
    found = correlation(covariance(fit_response(z, y)))
    assert found[0, 1] == pytest.approx(0.0, abs=1e-9)
    assert found[0, 2] == pytest.approx(1.0 / np.sqrt(10.0))


def test_a_product_is_shared_between_its_devices():
    z = _draws(54, 6)
    elements = ("xa", "xa", "xb", "xb", "xc", "xc")
    response = fit_response(z, (3.0 * z[:, 0] + 2.0 * z[:, 2] * z[:, 4])[:, None])
    budget = device_budget(response, 0, elements)
    shares = {item.devices: item.share for item in budget.shares}
    assert shares == pytest.approx({"xa": 9 / 13, "xb": 2 / 13, "xc": 2 / 13})
    assert sum(shares.values()) + budget.rest == pytest.approx(1.0)


def _transistors(name):
    # A wide device and a narrow one of the same deck are enough.
    from neuromix.characterization.assembly import assemble

    cell = library.cell(name)
    technology = library.technology("generic180")
    deck = assemble(cell, cell.benches[0], technology, Condition())
    return technology, deck.transistors


def test_variations_and_sigmas_are_inverse_to_each_other():
    technology, transistors = _transistors("gm_c_integrator")
    parameters = mismatch_parameters(technology, transistors)
    z = _draws(54, len(parameters))
    assert in_sigmas(parameters, variations(parameters, z)) == pytest.approx(z)


def test_a_parameter_without_spread_is_not_drawn():
    technology, transistors = _transistors("gm_c_integrator")
    parameters = mismatch_parameters(library.technology("sky130"), transistors)
    assert {item.name for item in parameters} == {"delvto"}
    assert {item.name for item in mismatch_parameters(technology, transistors)} == {
        "delvto",
        "mulu0",
    }


class Pretended:
    """An engine in whose place a function of the alterations answers."""

    def __init__(self, answer):
        self.answer = answer

    def run(self, jobs, progress=None):
        return [
            [
                self.answer(job, {(a.device, a.parameter): a.value for a in variation})
                for variation in job.variations
            ]
            for job in jobs
        ]


def _pretended(answer, **options):
    return few_run_spread(
        "gm_c_integrator", "linear_range", "generic180", engine=Pretended(answer), **options
    )


def _thresholds(job, altered):
    shifts = [value for (_, name), value in altered.items() if name == "delvto"]
    return Outcome(
        {"offset": 1e-3 + shifts[0] - 2.0 * shifts[1], "distortion": np.exp(300 * shifts[2])}
    )


def test_spread_of_a_known_answer():
    technology, transistors = _transistors("gm_c_integrator")
    sigmas = [
        technology.device(t.neutral).mismatch.sigmas(t.width, t.length)[0] for t in transistors
    ]
    found = _pretended(_thresholds)
    offset, distortion = found["offset"], found["distortion"]
    assert offset.sigma == pytest.approx(np.hypot(sigmas[0], 2.0 * sigmas[1]))
    assert offset.centre == pytest.approx(1e-3)
    assert offset.low <= offset.sigma <= offset.high
    assert not offset.logarithmic
    assert distortion.logarithmic
    assert distortion.sigma == pytest.approx(300 * sigmas[2])
    assert distortion.centre == pytest.approx(1.0)
    assert found.correlation("offset", "distortion") == pytest.approx(0.0, abs=1e-9)
    assert found.left_out == {"transconductance": "54 of 54 runs do not have it"}
    assert found.runs == 60
    drawn = variations(found.parameters, np.ones((1, len(found.parameters))))
    predicted = found.predict("distortion", drawn)
    assert predicted.value[0] == pytest.approx(np.exp(300 * sigmas[2]))
    assert predicted.low[0] <= predicted.value[0] <= predicted.high[0]


def test_a_spread_shows_itself():
    found = _pretended(_thresholds)
    assert repr(found).startswith("MismatchSpread(gm_c_integrator in generic180, linear_range: ")
    html = found._repr_html_()
    assert "ln distortion" in html
    assert "60 runs for 12 drawn parameters" in html


def test_no_spread_of_that_name():
    with pytest.raises(UnknownName, match="offset"):
        _pretended(_thresholds)["ofset"]


def test_a_spread_below_its_floor_is_refused():
    def shaky(job, altered):
        found = _thresholds(job, altered)
        method = 1e-2 if "method=gear" in job.deck.lines() else 0.0
        return Outcome({"offset": found.values["offset"] + method})

    with pytest.raises(BelowNumericalFloor, match="offset"):
        _pretended(shaky)
    assert _pretended(shaky, allow_below_floor=True)["offset"].floor == pytest.approx(1e-2)


def test_runs_that_fail_are_refused_or_counted():
    answered = []

    def failing(job, altered):
        answered.append(1)
        bad = len(answered) == 7
        return (
            Outcome(failure="SimulationFailed", reason=("no",))
            if bad
            else _thresholds(job, altered)
        )

    with pytest.raises(NotConverged, match="1 of 54 runs failed"):
        _pretended(failing)
    answered.clear()
    found = _pretended(failing, allow_failures=True)
    assert found.failures == 1
    assert found["offset"].standard_error < 1e-6


def test_a_cell_whose_measures_do_not_vary_is_refused():
    with pytest.raises(TechnologyError, match="no measure"):
        _pretended(lambda _job, _altered: Outcome({"offset": 1e-3}))


@pytest.mark.ngspice
def test_the_integrator_in_spice():
    with NgspiceEngine(1) as engine:
        found = few_run_spread("gm_c_integrator", "linear_range", "gf180mcu", engine=engine)
    offset = found["offset"]
    # 1500 draws of a plain Monte Carlo: 2.94 mV within 2 %; the pair and the mirror make it.
    assert offset.sigma == pytest.approx(2.94e-3, rel=0.08)
    assert offset.standard_error < 0.01
    assert {item.devices for item in offset.budget.shares[:2]} == {"xpair_p", "xpair_n"}
    assert offset.floor < 1e-3 * offset.sigma
