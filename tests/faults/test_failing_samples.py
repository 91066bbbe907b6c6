"""Samples that do not converge, and mismatch that is not there: never dropped, never believed."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

import neuromix as nmx
from neuromix.engine.job import Outcome
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import NotConverged, TechnologyError

pytestmark = pytest.mark.ngspice

SAMPLES = 100

NETLIST = """\
* A mirror of currents.
.subckt mirror i_in out vss
xinput  i_in i_in vss vss nfet w=2u l=2u
xoutput out  i_in vss vss nfet w=2u l=2u
.ends mirror
"""

DECLARATION = '''\
"""A mirror of currents."""

from neuromix.declare import (
    Bench, Cell, Constant, Current, Measure, OperatingPoint, Port, Realisation, Voltage,
)

cell = Cell(
    name="mirror",
    summary="mirror of currents",
    ports=(
        Port("i_in", "input", "current to copy"),
        Port("out", "output", "sinks it"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(Realisation("generic180", (), (), 1.8),),
    benches=(
        Bench(
            "copy",
            "a constant current",
            (Current("i_in", Constant(1e-8)), Voltage("out", Constant(0.9))),
            OperatingPoint(),
            (),
            (Measure("i_out", "final", "A", (("of", "i(out)"),), "current into the output"),),
            ("i(out)",),
        ),
    ),
)
'''


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    for folder, name, text in (
        ("netlists", "mirror.cir", NETLIST),
        ("circuits", "mirror.py", DECLARATION),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path))
    return nmx.cell("mirror")


class Failing:
    """ngspice, of which the first draws of every campaign of mismatch do not converge."""

    def __init__(self, engine, failing):
        self.engine, self.failing = engine, failing

    def run(self, jobs, progress=lambda *_: None):
        rows = self.engine.run(jobs, progress)
        return [
            [
                Outcome(failure="NotConverged", reason=("timestep too small", "finer steps"))
                if job.variations[k] and k < self.failing
                else outcome
                for k, outcome in enumerate(row)
            ]
            for job, row in zip(jobs, rows, strict=True)
        ]


def campaign(cell, failing, allow_failures=False):
    with NgspiceEngine(1) as engine:
        return nmx.characterize(
            cell,
            nmx.Plan(samples=SAMPLES),
            engine=Failing(engine, failing),
            allow_failures=allow_failures,
            floor_draws=1,
        )


@pytest.mark.promise("R11")
@pytest.mark.parametrize("failing", [0, 1, 10])
def test_samples_that_do_not_converge(mirror, failing, record_property):
    # The ladder asks for those that failed alone, and each time the first of them fail again.
    few = failing <= 0.01 * SAMPLES
    if not few:
        with pytest.raises(NotConverged, match=rf"{failing} of \d+ runs failed") as caught:
            campaign(mirror, failing)
        assert "timestep too small" in str(caught.value)
        assert "--allow-failures" in str(caught.value.cure)
    data = campaign(mirror, failing, allow_failures=not few)
    values = data.mismatch_i_out.to_numpy().ravel()
    assert len(values) == SAMPLES
    assert np.flatnonzero(np.isnan(values)).tolist() == list(range(failing))
    assert np.isfinite(values[failing:]).all()
    record_property(f"{failing} % do not converge", "taken" if few else "refused, taken if allowed")


@pytest.mark.promise("R7")
def test_mismatch_that_changes_nothing_is_an_error(mirror, monkeypatch):
    """The draws are there and the technology ignores them: all samples are equal."""
    from neuromix.characterization import campaign as module

    drawn = module.mismatch_draws

    def dead(*given):
        return tuple(
            tuple(replace(item, value=float(item.parameter == "mulu0")) for item in variation)
            for variation in drawn(*given)
        )

    monkeypatch.setattr(module, "mismatch_draws", dead)
    with pytest.raises(TechnologyError, match="one and the same result") as caught:
        nmx.characterize(mirror, nmx.Plan(samples=20), floor_draws=1, workers=1)
    assert caught.value.cure == "neuromix pdk check generic180"
