"""Memory: flat over ten thousand runs, and limited where one deck asks for too much."""

from __future__ import annotations

import functools
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.draws import mismatch_draws
from neuromix.characterization.recipe import Stimulus
from neuromix.characterization.requests import AnswerRow, Request
from neuromix.declare import Condition
from neuromix.engine.campaign_folder import CampaignFolder
from neuromix.engine.job import Job, Outcome
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.engine.table import OutcomeTable
from neuromix.errors import BadValue
from neuromix.netlist.deck import Deck, Transistor, Vector

pytestmark = [pytest.mark.ngspice, pytest.mark.usefixtures("no_zombie")]

GROWTH = 50 * 2**20
"""Bytes; what is promised for ten thousand short simulations in one process."""

MEASURES = (MeasureCall("end", "final", {"of": "out"}),)


def resident(pid: int) -> int:
    """Return the memory of a process, bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def ringing(stop: float, step: float) -> Deck:
    """Return an RC circuit under a sine."""
    return Deck(
        title="ringing",
        circuit="v1 in 0 sin(0 1 1e5)\nr1 in out 1k\nc1 out 0 1n\n",
        cards="",
        models="none",
        command=f"tran {step!r} {stop!r} 0 {step!r}",
        vectors=(Vector("time", "time"), Vector("out", "out")),
        axis="time",
        stop=stop,
    )


def varied(count: int, first: int) -> Job:
    """Return runs of a few microseconds, each of another resistance."""
    values = (1e3 + 0.01 * k for k in range(first, first + count))
    return Job(
        ringing(1e-6, 1e-7),
        MEASURES,
        tuple((Alteration("r1", "resistance", value),) for value in values),
    )


@pytest.mark.slow
@pytest.mark.promise("R17")
def test_ten_thousand_simulations_in_one_process(workers_of, tmp_path, record_property):
    opener = functools.partial(CampaignFolder, tmp_path / "campaign", {})
    with NgspiceEngine(1, opener) as engine:
        engine.run([varied(500, 0)])
        (worker,) = workers_of(os.getpid())
        before = resident(worker), resident(os.getpid())
        outcomes = engine.run([varied(10_000, 500)])[0]
        (same,) = workers_of(os.getpid())
        after = resident(worker), resident(os.getpid())
    assert same == worker, "another worker would hide what the first one kept"
    assert not any(outcome.failure for outcome in outcomes)
    assert len({outcome.values["end"] for outcome in outcomes}) > 9_000
    growth = [later - earlier for earlier, later in zip(before, after, strict=True)]
    for who, item in zip(("worker", "parent"), growth, strict=True):
        record_property(f"growth of the {who}", f"{item / 2**20:.1f} MiB")
    assert max(growth) < GROWTH, [f"{item / 2**20:.1f} MiB" for item in growth]


def test_ten_thousand_outcomes_are_numbers():
    # As many as a campaign of six stimuli has, each with a value and twenty spikes.
    count, spikes = 10_000, np.linspace(0.0, 1.0, 20)
    tracemalloc.start()
    try:
        tables = [OutcomeTable(count) for _ in range(6)]
        for table in tables:
            for k in range(count):
                table.put(k, Outcome({"rate": float(k)}, {"spikes": spikes + k}))
        answers = [AnswerRow(Request(Stimulus("s", "b"), Condition()), table) for table in tables]
        assert sum(answer.record.values["rate"] for row in answers for answer in row) > 0.0
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    spikes_alone = 6 * count * spikes.nbytes
    assert held - spikes_alone < GROWTH / 5


def test_ten_thousand_draws_are_numbers():
    transistors = tuple(Transistor(f"m.x{k}.m0", "nfet", 1e-6, 1e-6) for k in range(20))
    tracemalloc.start()
    try:
        draws = mismatch_draws(library.technology("generic180"), transistors, 10_000, 1, "c")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(draws[9_999]) == 40
    assert held < 2 * 10_000 * 40 * 8


def test_a_deck_that_asks_for_too_much(monkeypatch):
    monkeypatch.setenv("NEUROMIX_WORKER_MEMORY", "600M")
    with NgspiceEngine(1) as engine:
        # A thousand million steps are announced; ngspice wants room for all of them at once.
        (outcome,) = engine.run([Job(ringing(100.0, 1e-7), MEASURES, timeout=30.0)])[0]
        assert outcome.failure == "SimulationFailed"
        assert "NEUROMIX_WORKER_MEMORY" in outcome.reason[-1]
        assert any("allocate" in line for line in outcome.reason)
        assert engine.run([Job(ringing(1e-5, 1e-7), MEASURES)])[0][0].failure == ""


@pytest.mark.parametrize(("given", "said"), [("1M", "less than a worker needs"), ("x", "number")])
def test_a_limit_that_is_none(monkeypatch, given, said):
    monkeypatch.setenv("NEUROMIX_WORKER_MEMORY", given)
    with NgspiceEngine(1) as engine, pytest.raises(BadValue, match=said):
        engine.run([Job(ringing(1e-5, 1e-7), MEASURES)])
