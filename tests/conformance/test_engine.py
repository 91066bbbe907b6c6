"""What every engine keeps: ngspice in workers, over executors, and replay of what was stored.

The deck is a divider of 3 V, whose answer is known in closed form. The folder of the replayed
engine is filled from that form, so that half of this suite needs no ngspice.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from neuromix.engine.executor import ExecutorEngine
from neuromix.engine.job import Job, Outcome
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.engine.replay import ReplayEngine
from neuromix.engine.store import OutcomeStore
from neuromix.errors import EngineMissing
from neuromix.netlist.deck import Deck, Vector

LOWER = (1e3, 2e3, 5e2, 1e4, 1.0, 3e3, 7e3)


def deck(supply: float) -> Deck:
    return Deck(
        title="divider",
        circuit=f"v1 in 0 {supply!r}\nr1 in out 1k\nr2 out 0 1k\n",
        cards="",
        models="none",
        command="op",
        vectors=(Vector("out", "out"), Vector("i(v1)", "v1#branch", -1.0)),
        axis="",
        stop=0.0,
    )


MEASURES = (
    MeasureCall("voltage", "final", {"of": "out"}),
    MeasureCall("current", "final", {"of": "i(v1)"}),
)
VARIATIONS = tuple((Alteration("r2", "resistance", value),) for value in LOWER)
GOOD = Job(deck(3.0), MEASURES, VARIATIONS, keep=(2,))
OTHER = Job(deck(1.0), MEASURES)
LOOP = Deck("loop", "v1 a 0 1\nv2 a 0 2\n", "", "none", "op", (Vector("a", "a"),), "", 0.0)
BROKEN = Job(LOOP, (MeasureCall("voltage", "final", {"of": "a"}),))
JOBS = (GOOD, BROKEN, OTHER)


def voltage(supply: float, lower: float) -> float:
    return supply * lower / (1e3 + lower)


def by_formula(supply: float, lower: float, *, keep: bool) -> Outcome:
    out, current = voltage(supply, lower), supply / (1e3 + lower)
    waves = {"out": np.array([out]), "i(v1)": np.array([current])} if keep else {}
    return Outcome({"voltage": out, "current": current}, {}, waves)


EXECUTORS = {
    "threads": lambda: ThreadPoolExecutor(2),
    # A forked process would inherit threads and locks of the tests.
    "processes": lambda: ProcessPoolExecutor(2, multiprocessing.get_context("spawn")),
}


@pytest.fixture(
    params=[
        "replay",
        *(pytest.param(name, marks=pytest.mark.ngspice) for name in ("ngspice", *EXECUTORS)),
    ],
)
def engine(request, tmp_path):
    if request.param == "ngspice":
        with NgspiceEngine(workers=2) as found:
            yield found
        return
    if request.param in EXECUTORS:
        with EXECUTORS[request.param]() as pool, ExecutorEngine(pool) as found:
            yield found
        return
    store = OutcomeStore(tmp_path)
    for k, lower in enumerate(LOWER):
        store.put(GOOD.key(k), by_formula(3.0, lower, keep=k in GOOD.keep))
    store.put(OTHER.key(0), by_formula(1.0, 1e3, keep=False))
    store.put(BROKEN.key(0), Outcome(failure="SingularCircuit", reason=("no", "singular", "mend")))
    yield ReplayEngine(tmp_path)


def test_outcomes_are_in_the_order_of_jobs_and_variations(engine):
    rows = engine.run(JOBS)
    assert [len(row) for row in rows] == [len(LOWER), 1, 1]
    found = [outcome.values["voltage"] for outcome in rows[0]]
    np.testing.assert_allclose(found, [voltage(3.0, lower) for lower in LOWER], rtol=1e-9)
    assert rows[2][0].values["voltage"] == pytest.approx(0.5, rel=1e-9)
    assert rows[0][1].values["current"] == pytest.approx(1e-3, rel=1e-9)


def test_a_failure_is_an_outcome_and_is_not_dropped(engine):
    (broken,) = engine.run(JOBS)[1]
    assert broken.failure == "SingularCircuit"
    assert not broken.values
    assert len(broken.reason) >= 2
    assert broken.reason[-1], "the cure is the last of it"


def test_waveforms_are_those_that_were_asked_for(engine):
    row = engine.run([GOOD])[0]
    assert [k for k, outcome in enumerate(row) if outcome.waves] == [2]
    assert set(row[2].waves) == {"out", "i(v1)"}
    np.testing.assert_allclose(row[2].waves["out"], [voltage(3.0, LOWER[2])], rtol=1e-9)


def test_progress_reaches_the_total(engine):
    told = []
    engine.run(JOBS, lambda done, total, what: told.append((done, total, what)))
    assert told[-1][:2] == (9, 9)
    assert {total for _, total, _ in told} == {9}
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert all(isinstance(what, str) for _, _, what in told)


def test_nothing_to_do(engine):
    assert engine.run([]) == []


def test_the_same_again(engine):
    first, second = engine.run([GOOD]), engine.run([GOOD])
    assert [o.values for o in first[0]] == [o.values for o in second[0]]


def test_replay_names_what_it_has_not(tmp_path):
    with pytest.raises(EngineMissing, match="divider: no stored result of run 0") as caught:
        ReplayEngine(tmp_path).run([GOOD])
    assert str(tmp_path) in caught.value.evidence[0]


@pytest.mark.ngspice
def test_replay_gives_what_ngspice_stored_bit_by_bit(tmp_path):
    told = []
    with NgspiceEngine(2, tmp_path) as engine:
        simulated = engine.run(JOBS)
        recalled = engine.run(JOBS, lambda done, total, what: told.append((done, total, what)))
    assert told == [(9, 9, "recalled")]
    replayed = ReplayEngine(tmp_path).run(JOBS)
    for rows in (recalled, replayed):
        for ours, theirs in zip(simulated, rows, strict=True):
            for one, other in zip(ours, theirs, strict=True):
                np.testing.assert_equal(vars(one), vars(other))


@pytest.mark.ngspice
def test_a_nominal_run_after_an_altered_one_is_nominal():
    # ``alter`` stays until it is altered again: a worker that kept the deck kept the draw as well.
    nominal = Job(GOOD.deck, MEASURES)
    mixed = Job(GOOD.deck, MEASURES, ((), VARIATIONS[3], (), VARIATIONS[1], ()))
    other = Job(GOOD.deck, MEASURES, ((Alteration("r1", "resistance", 2e3),),))
    with NgspiceEngine(1) as engine:
        engine.run([GOOD])
        assert engine.run([nominal])[0][0].values["voltage"] == pytest.approx(1.5, rel=1e-9)
        voltages = [outcome.values["voltage"] for outcome in engine.run([mixed])[0]]
        assert engine.run([other])[0][0].values["voltage"] == pytest.approx(1.0, rel=1e-9)
    expected = [1.5, voltage(3.0, 1e4), 1.5, 2.0, 1.5]
    np.testing.assert_allclose(voltages, expected, rtol=1e-9)


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("changes", "failure", "said"),
    [
        ({"circuit": "v1 a 0 1\nr1 a 0 1k\nc1 a b 1p\nc2 b 0 1p\n"}, "SingularCircuit", "b"),
        ({"circuit": "v1 a 0 1\nm1 a a 0 0 none w=1u l=1u\n"}, "SimulationFailed", "none"),
        ({"circuit": "v1 a 0 1\nx1 a 0 nothing\n"}, "SimulationFailed", "nothing"),
        ({"circuit": "v1 a 0 1\nr1 a 0 {none}\n"}, "UndefinedParameter", "none"),
        ({"circuit": "v1 a 0 1\nd1 a 0 d9\n"}, "SimulationFailed", "d9"),
        ({"circuit": ""}, "SimulationFailed", ""),
        ({"vectors": (Vector("b", "b"),)}, "SimulationFailed", "b"),
        (
            {
                "command": "tran 1u 1m 0 1u",
                "axis": "time",
                "stop": 2e-3,
                "vectors": (Vector("time", "time"), Vector("a", "a")),
            },
            "NotConverged",
            "before 0.002",
        ),
        ({"command": "no such command"}, "SimulationFailed", ""),
        ({"command": ""}, "SimulationFailed", "new results"),
    ],
    ids=["floating", "model", "subckt", "parameter", "diode", "empty", "vector", "axis", "command",
         "nothing"],
)  # fmt: skip
def test_decks_that_ngspice_accepts_without_a_word_or_refuses(changes, failure, said):
    given = {"circuit": "v1 a 0 1\nr1 a 0 1k\n", "command": "op", "vectors": (Vector("a", "a"),)}
    given = {"title": "t", "cards": "", "models": "", "axis": "", "stop": 0.0} | given | changes
    healthy = Job(deck(2.0), MEASURES)
    with NgspiceEngine(1) as engine:
        rows = engine.run([healthy, Job(Deck(**given)), healthy])
    assert rows[1][0].failure == failure
    assert said in " ".join(rows[1][0].reason)
    # The vectors of the circuit before could be read in the place of the broken one's.
    for row in (rows[0], rows[2]):
        assert row[0].values["voltage"] == pytest.approx(1.0, rel=1e-9)


@pytest.mark.ngspice
def test_a_device_that_is_not_there():
    job = Job(GOOD.deck, MEASURES, ((Alteration("r9", "resistance", 1.0),),))
    with NgspiceEngine(1) as engine:
        assert engine.run([job])[0][0].failure == "SimulationFailed"


@pytest.mark.ngspice
@pytest.mark.parametrize(
    "call",
    [
        MeasureCall("m", "final", {"of": "nowhere"}),
        MeasureCall("m", "final", {"off": "out"}),
        MeasureCall("m", "charge", {"of": "out"}),
        MeasureCall("m", "no_such_measure", {}),
    ],
)
def test_a_measure_that_cannot_be_taken_names_itself(call):
    with NgspiceEngine(1) as engine:
        (outcome,) = engine.run([Job(GOOD.deck, (call,))])[0]
    assert outcome.failure in {"SimulationFailed", "UnknownName"}
    assert "m" in outcome.reason[0]
    assert "Traceback" not in " ".join(outcome.reason)


def test_several_threads_share_an_engine(engine):
    with ThreadPoolExecutor(4) as callers:
        found = list(callers.map(lambda _: engine.run([GOOD, OTHER]), range(8)))
    for good, other in found:
        assert [outcome.values["voltage"] for outcome in good] == pytest.approx(
            [voltage(3.0, lower) for lower in LOWER]
        )
        assert other[0].values["voltage"] == pytest.approx(0.5)
