"""Settings are tightened until a tolerance is met, and what was used is told."""

from __future__ import annotations

import pytest

from neuromix import library
from neuromix.characterization.adapting import adapted_settings
from neuromix.characterization.few_runs.spread import few_run_spread
from neuromix.characterization.recipe import Stimulus
from neuromix.characterization.requests import Request
from neuromix.declare import Condition
from neuromix.engine.job import Outcome
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue, BelowNumericalFloor, UnknownName

CELL = library.cell("gm_c_integrator")
TECHNOLOGY = library.technology("generic180")


class Approximate:
    """An engine whose error is ``share`` of reltol times trtol; it fails below a least reltol."""

    def __init__(self, share, least=0.0):
        self.share, self.least = share, least

    def run(self, jobs, progress=None):
        return [[self.answer(job)] * len(job.variations) for job in jobs]

    def answer(self, job):
        (line,) = (row for row in job.deck.lines().splitlines() if row.startswith(".options"))
        options = dict(item.split("=") for item in line.split()[1:] if "=" in item)
        if float(options["reltol"]) < self.least:
            return Outcome(failure="NotConverged", reason=("no",))
        error = self.share * float(options["reltol"]) * float(options["trtol"])
        return Outcome({"offset": 1e-3 * (1.0 + error)})


def _adapted(engine, **tolerances):
    request = Request(Stimulus("linear_range", "linear_range"), Condition())
    return adapted_settings(CELL, TECHNOLOGY, engine, [request], tolerances)["linear_range"]


def test_settings_that_are_good_enough_are_left():
    found = _adapted(Approximate(1.0), offset=1e-4)
    assert found.steps == 0
    assert found.settings == CELL.bench("linear_range").settings
    assert found.floors["offset"] == pytest.approx(0.9e-5, rel=1e-3)


def test_settings_are_tightened_until_the_floor_is_below_the_tolerance():
    found = _adapted(Approximate(1.0), offset=1e-7)
    assert found.steps == 2
    assert found.settings.reltol == pytest.approx(1e-7)
    assert found.floors["offset"] == pytest.approx(0.9e-7)


def test_where_iterations_cannot_be_so_exact_steps_are():
    found = _adapted(Approximate(1.0, least=0.5e-6), offset=1e-7)
    assert found.settings.reltol == pytest.approx(1e-6)
    assert found.settings.trtol == pytest.approx(0.1)


def test_a_tolerance_that_is_not_met_is_told_with_all_that_was_tried():
    with pytest.raises(BelowNumericalFloor, match="offset 1e-15") as caught:
        _adapted(Approximate(1.0), offset=1e-15)
    assert sum("reltol" in line for line in caught.value.evidence) == 5
    with pytest.raises(BelowNumericalFloor, match="does not converge"):
        _adapted(Approximate(1.0, least=1e-4), offset=1e-15)


def test_mistakes_are_named():
    with pytest.raises(UnknownName, match="ofset"):
        _adapted(Approximate(1.0), ofset=1e-4)
    with pytest.raises(BadValue, match="no share"):
        _adapted(Approximate(1.0), offset=10.0)


@pytest.mark.ngspice
def test_the_synapse_misses_its_tolerance_at_the_default_and_passes_when_tightened():
    with NgspiceEngine(1) as engine:
        usual, tight = (
            few_run_spread(
                "dpi_synapse", "pulse", "gf180mcu", runs=32, engine=engine, tolerances=tolerances
            )
            for tolerances in ({}, {"peak": 1e-3})
        )
    own = library.cell("dpi_synapse").bench("pulse").settings
    assert usual.settings == own
    assert tight.settings == own.tighter()
    # The peak is taken by its logarithm, whose floor is relative.
    assert usual["peak"].floor > 1e-3 > tight["peak"].floor
