"""Faults of real workers: killed at random, hanging, orphaned, flooding."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import pytest

from neuromix.engine.job import Job
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Deck, Vector

pytestmark = [pytest.mark.ngspice, pytest.mark.usefixtures("no_zombie")]

MEASURES = (MeasureCall("end", "final", {"of": "out"}),)


def ringing(stop: float) -> Deck:
    """Return an RC circuit under a sine; about 0.1 s of work for each 10 ms."""
    return Deck(
        title="ringing",
        circuit="v1 in 0 sin(0 1 1e5)\nr1 in out 1k\nc1 out 0 1n\n",
        cards="",
        models="none",
        command=f"tran 1e-7 {stop!r} 0 1e-7",
        vectors=(Vector("time", "time"), Vector("out", "out")),
        axis="time",
        stop=stop,
    )


ENDLESS = ringing(1e3)
JOB = Job(
    ringing(2e-3),
    MEASURES,
    tuple((Alteration("r1", "resistance", 1e3 + 10.0 * k),) for k in range(24)),
)


def survive(job, kills, workers_of):
    """Run a job again and again until so many of its workers are killed; return all outcomes."""
    stop, advanced, chance = threading.Event(), threading.Event(), random.Random(2)
    killed, found = [], []

    def assassin():
        while not stop.wait(chance.uniform(0.0, 0.2)):
            # Something has to come back in between, or a slow machine would never get anywhere.
            if advanced.wait(0.1) and (living := sorted(workers_of(os.getpid()))):
                advanced.clear()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(living), signal.SIGKILL)
                    killed.append(1)

    thread = threading.Thread(target=assassin)
    thread.start()
    try:
        with NgspiceEngine(2) as engine:
            while len(killed) < kills:
                found += engine.run([job], lambda done, *_: done and advanced.set())
    finally:
        stop.set()
        thread.join()
    return found


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.promise("R1")
def test_killed_workers_do_not_show(workers_of, own_temporary_folder, kills, record_property):
    with NgspiceEngine(2) as engine:
        expected = [outcome.values for outcome in engine.run([JOB])[0]]
    for row in survive(JOB, kills, workers_of):
        for outcome, values in zip(row, expected, strict=True):
            # Three deaths in a row on one run leave a failure with its name; never a wrong number.
            assert outcome.failure in {"", "WorkerDied"}
            assert outcome.failure or outcome.values == values
        assert sum(not outcome.failure for outcome in row) >= 20
    assert not list(own_temporary_folder.iterdir())
    record_property("workers killed", kills)
    record_property("wrong results", 0)


@pytest.mark.promise("R5")
def test_a_run_without_end_is_ended_with_its_group(
    workers_of, within, own_temporary_folder, record_property
):
    started = time.monotonic()
    with NgspiceEngine(1) as engine:
        (outcome,) = engine.run([Job(ENDLESS, MEASURES, timeout=1.0)])[0]
        taken = time.monotonic() - started
        assert taken < 3.0 + 1.0  # a worker takes up to a second to start
        record_property("a run with a time-out of 1 s ended after", f"{taken:.1f} s")
        assert outcome.failure == "TimedOut"
        assert "no answer within 1 s" in outcome.reason[0]
        assert within(0.5, lambda: not workers_of(os.getpid()))
        # The engine goes on with a new worker.
        assert engine.run([Job(ringing(1e-5), MEASURES)])[0][0].failure == ""
    assert not list(own_temporary_folder.iterdir())


DRIVER = """\
import sys
sys.path[:0] = {path!r}
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Deck, Vector
deck = {deck!r}
print("ready", flush=True)
with NgspiceEngine(2) as engine:
    engine.run([Job(deck), Job(deck)])
"""


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_workers_follow_a_killed_parent(by, workers_of, alive, within, own_temporary_folder):
    script = DRIVER.format(path=sys.path, deck=ENDLESS)
    driver = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert within(10.0, lambda: len(workers_of(driver.pid)) == 2)
    workers = workers_of(driver.pid)
    time.sleep(0.7)  # deep in a run
    driver.send_signal(by)
    driver.wait()
    driver.stdout.close()
    assert within(2.0, lambda: not any(map(alive, workers)))
    assert within(1.0, lambda: not list(own_temporary_folder.iterdir()))


def test_alterations_that_do_nothing_fail_their_run_alone():
    def variation(device, value):
        return (Alteration("r1", "resistance", 1e3), Alteration(device, "capacitance", value))

    wrong = variation("c7", 1e-9), variation("c1", float("nan")), variation("c1", float("inf"))
    right = variation("c1", 1e-9)
    job = Job(ringing(1e-5), MEASURES, tuple(v for item in wrong for v in (right, item)))
    with NgspiceEngine(1) as engine:
        outcomes = engine.run([job])[0]
    assert [outcome.failure for outcome in outcomes] == ["", "SimulationFailed"] * 3
    assert len({outcome.values["end"] for outcome in outcomes[::2]}) == 1
    for outcome in outcomes[1::2]:
        assert "c7[capacitance]" in outcome.reason[0] or "cannot be altered" in outcome.reason[0]


@pytest.mark.promise("R5")
def test_a_flood_of_words_is_kept_short(own_temporary_folder):
    # Each step prints one line; ngspice's log and the file behind it stay small.
    flood = Deck(
        title="flood",
        circuit="v1 in 0 1\nr1 in 0 1k\n",
        cards="",
        models="none",
        command="op",
        vectors=(Vector("in", "in"),),
        axis="",
        stop=0.0,
    )
    circuit = flood.circuit + "".join(f"d{k} in 0 none{k}\n" for k in range(20_000))
    with NgspiceEngine(1) as engine:
        (outcome,) = engine.run([Job(dataclasses.replace(flood, circuit=circuit))])[0]
        (file,) = own_temporary_folder.glob("*/stderr")
        assert file.stat().st_size <= 1_000_000
    assert outcome.failure
    assert sum(map(len, outcome.reason)) < 5000


@pytest.mark.parametrize("variable", ["TMPDIR", "HOME", "LANG"])
@pytest.mark.promise("R13")
def test_odd_surroundings(variable, monkeypatch, tmp_path):
    folder = tmp_path / 'a "folder" with blanks, é and 神经'
    folder.mkdir()
    if variable == "TMPDIR":
        monkeypatch.setenv("TMPDIR", str(folder))
        monkeypatch.setattr(tempfile, "tempdir", None)
    elif variable == "HOME":
        monkeypatch.delenv("HOME", raising=False)
        monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    else:
        monkeypatch.setenv("LANG", "de_DE.UTF-8")
        monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.chdir(folder)
    (folder / ".spiceinit").write_text(f"shell touch {tmp_path}/canary\n")
    with NgspiceEngine(1, folder / "runs") as engine:
        (outcome,) = engine.run([Job(ringing(1e-5), MEASURES)])[0]
    assert outcome.failure == ""
    # sin(2 pi 1e5 t) through 1 kOhm and 1 nF at the end of one period, transient included
    w, tau = 2e5 * np.pi, 1e-6
    share = 1.0 / (1.0 + (w * tau) ** 2)
    assert outcome.values["end"] == pytest.approx(share * w * tau * (np.exp(-10.0) - 1.0), rel=1e-3)
    assert not (tmp_path / "canary").exists()
    tempfile.tempdir = None


@pytest.mark.promise("R13")
def test_a_working_folder_that_cannot_be_written(monkeypatch, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.chmod(0o500)
    with NgspiceEngine(1) as engine:
        assert engine.run([Job(ringing(1e-5), MEASURES)])[0][0].failure == ""
    folder.chmod(0o700)
    assert list(folder.iterdir()) == []
