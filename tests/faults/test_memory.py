"""Memory: flat over ten thousand runs, and limited where one deck asks for too much."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from neuromix.engine.job import Job
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue
from neuromix.netlist.deck import Deck, Vector

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
def test_ten_thousand_simulations_in_one_process(workers_of):
    with NgspiceEngine(1) as engine:
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
    assert max(growth) < GROWTH, [f"{item / 2**20:.1f} MiB" for item in growth]


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
