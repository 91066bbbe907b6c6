"""The neuron on sky130, whose model set has to be fetched: these tests skip where it is not."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

import neuromix as nmx
from neuromix import pdk
from neuromix.characterization.assembly import assemble
from neuromix.characterization.draws import mismatch_draws, process_draws
from neuromix.declare import Condition
from neuromix.engine.job import Job
from neuromix.engine.messages import MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Vector
from neuromix.pdk import bins, subcircuits

TECHNOLOGY = nmx.technology("sky130")
CELL = nmx.cell("lif_neuron")

pytestmark = [
    pytest.mark.ngspice,
    pytest.mark.skipif(
        not pdk.is_there(TECHNOLOGY), reason="not fetched (38 MB): neuromix pdk install sky130"
    ),
]


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(workers=1) as running:
        yield running


def bias_deck(corner="tt"):
    """Return the neuron at time zero, and the gate voltage that its leak's replica finds."""
    deck = assemble(CELL, CELL.benches[0], TECHNOLOGY, Condition(corner=corner))
    vectors = (Vector("v", "i_leak"), Vector("shift", "@m.xcell.xleak_replica.m0[delvto]"))
    return dataclasses.replace(deck, command="op", axis="", stop=0.0, vectors=vectors)


def measured(engine, deck, variations):
    calls = tuple(MeasureCall(name, "final", {"of": name}) for name in ("v", "shift"))
    (outcomes,) = engine.run([Job(deck, calls, variations)])
    assert [outcome.reason for outcome in outcomes if outcome.failure] == []
    return np.array([[outcome.values[name] for name in ("v", "shift")] for outcome in outcomes])


@pytest.mark.parametrize(("corner", "rate"), [("tt", 1850.0), ("ff", 1946.0), ("fs", 1685.0)])
def test_it_fires_as_in_the_other_technologies(engine, corner, rate):
    ds = nmx.simulate(
        CELL, "step", "sky130", condition=Condition(corner=corner), engine=engine, i_in=1e-9
    )
    assert float(ds.rate) == pytest.approx(rate, rel=0.01)
    assert ds.attrs["models"] == f"sky130 {corner} {TECHNOLOGY.model_set.sha256}"


def test_its_intervals_are_equal(engine):
    ds = nmx.simulate(CELL, "step", "sky130", engine=engine, duration=8e-3)
    intervals = np.diff(ds.spikes.values)
    settled = intervals[1:]
    assert len(settled) > 8
    assert settled.std() / settled.mean() < 1e-3


def test_an_operating_point_is_quick(engine):
    measured(engine, bias_deck(), ((),))  # the worker runs
    taken = []
    for _ in range(5):
        for cached in (bins._sections, bins._bins, subcircuits._packaged, subcircuits._subcircuits):
            cached.cache_clear()
        started = time.perf_counter()
        measured(engine, bias_deck("ss"), ((),))
        taken.append(time.perf_counter() - started)
    assert min(taken) < 0.2


def test_mismatch_and_dies_move_what_a_corner_has_shifted(engine):
    samples = 40
    deck = bias_deck("ss")
    ((nominal, shift),) = measured(engine, deck, ((),))
    assert shift > 0.01, "the slow corner raises the threshold"
    for draws in (
        mismatch_draws(TECHNOLOGY, deck.transistors, samples, 1, CELL.name),
        process_draws(TECHNOLOGY, deck.transistors, samples, 1),
    ):
        wanted = [
            item.value
            for row in draws
            for item in row
            if (item.device, item.parameter) == ("m.xcell.xleak_replica.m0", "delvto")
        ]
        found = measured(engine, deck, draws)
        assert found[:, 1] == pytest.approx(shift + np.array(wanted), abs=1e-12)
        # In weak inversion the gate follows the threshold, as long as the current is the same.
        assert found[:, 0] - nominal == pytest.approx(np.array(wanted), rel=0.1, abs=2e-4)
