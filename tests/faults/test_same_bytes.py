"""Workers, chunks, order and place do not change a bit of any number."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from neuromix.engine import cluster
from neuromix.engine.cluster import executor_at
from neuromix.engine.executor import ExecutorEngine
from neuromix.engine.job import Job
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue, EngineMissing, Interrupted, WorkerDied
from neuromix.netlist.deck import Deck, Vector

pytestmark = [pytest.mark.ngspice, pytest.mark.usefixtures("no_zombie")]

DECK = Deck(
    title="ringing",
    circuit="v1 in 0 sin(0 1 1e5)\nr1 in out 1k\nc1 out 0 1n\n",
    cards="",
    models="none",
    command="tran 1e-7 2e-5 0 1e-7",
    vectors=(Vector("time", "time"), Vector("out", "out")),
    axis="time",
    stop=2e-5,
)
SAMPLES = 100
JOB = Job(
    DECK,
    (MeasureCall("end", "final", {"of": "out"}), MeasureCall("all", "charge", {"of": "out"})),
    tuple(
        (
            Alteration("r1", "resistance", 1e3 + 7.0 * k),
            Alteration("c1", "capacitance", 1e-9 + 1e-12 * k),
        )
        for k in range(SAMPLES)
    ),
    keep=(3, 50),
)


def content(rows):
    """Return all that came out, as bytes."""
    (row,) = rows
    return b"".join(
        np.array(sorted(o.values.items()), dtype="U9,f8").tobytes()
        + b"".join(o.waves[name].tobytes() for name in sorted(o.waves))
        for o in row
    )


@pytest.fixture(scope="module")
def expected():
    with NgspiceEngine(1) as engine:
        return content(engine.run([JOB]))


@pytest.mark.parametrize(
    ("workers", "chunk"), [(1, 1), (2, 7), (4, 50), (2, None), (4, 1), (1, 50)]
)
@pytest.mark.promise("R6")
def test_workers_and_chunks(expected, workers, chunk):
    with NgspiceEngine(workers, chunk=chunk) as engine:
        assert content(engine.run([JOB])) == expected


@pytest.mark.promise("R6")
def test_shuffled_order(expected):
    order = list(range(SAMPLES))
    random.Random(3).shuffle(order)
    with NgspiceEngine(2, chunk=7) as engine:
        (row,) = engine.run([JOB.part(order)])
        back = sorted(range(SAMPLES), key=order.__getitem__)
        assert content([[row[k] for k in back]]) == expected


@pytest.mark.parametrize("kind", ["threads", "processes"])
@pytest.mark.promise("R6")
def test_executors(expected, kind):
    spawn = multiprocessing.get_context("spawn")
    pool = ThreadPoolExecutor(2) if kind == "threads" else ProcessPoolExecutor(2, spawn)
    with pool, ExecutorEngine(pool, 2, chunk=7) as engine:
        assert content(engine.run([JOB])) == expected


def test_an_executor_that_is_none():
    with pytest.raises(BadValue, match=r"not a concurrent\.futures\.Executor"):
        ExecutorEngine(2)


def test_an_executor_that_loses_a_process(within):
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    with pool, ExecutorEngine(pool, 1) as engine:
        engine.run([JOB.part([0])])

        def killing(*_state):
            for process in list(pool._processes.values()):
                process.kill()

        with pytest.raises(WorkerDied, match="executor") as caught:
            engine.run([JOB], killing)
        assert caught.value.cure


def test_ctrl_c_ends_what_an_executor_has_begun(workers_of):
    endless = Job(
        Deck("endless", DECK.circuit, "", "none", "tran 1e-7 1e3 0 1e-7", DECK.vectors, "time", 1e3)
    )
    before = workers_of(os.getpid())
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()

        def stop(*_state):
            signal.setitimer(signal.ITIMER_REAL, 0.7)

        def raised(*_frame):
            raise KeyboardInterrupt

        old = signal.signal(signal.SIGALRM, raised)
        try:
            with pytest.raises(Interrupted), ExecutorEngine(pool, 1) as engine:
                engine.run([endless], stop)
        finally:
            signal.signal(signal.SIGALRM, old)
    assert time.monotonic() - started < 6.0
    assert workers_of(os.getpid()) == before


@pytest.fixture
def scheduler():
    """Start a Dask scheduler and two workers on the loopback interface; return the address."""
    pytest.importorskip("distributed", reason="neuromix[dask] is not installed")
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    processes = []

    def start(*words):
        command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    try:
        said = start("dask_scheduler", *options).stderr
        line = next(text for text in said if "Scheduler at:" in text)
        address = line.split()[-1]
        for number in range(2):
            start(
                *("dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"),
                *("--host", "127.0.0.1", "--name", f"worker {number}"),
            )
        from distributed import Client

        with Client(address) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
    finally:
        for process in processes[::-1]:
            process.terminate()
        for process in processes:
            try:
                process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                # distributed, asked to end, now and then waits for a task of its own without end.
                process.kill()
                process.communicate()


@pytest.mark.slow
@pytest.mark.promise("R6")
def test_dask(expected, scheduler):
    told = []
    with executor_at(f"dask:{scheduler}") as (pool, threads):
        assert threads == 2
        with ExecutorEngine(pool, threads, chunk=7) as engine:
            assert content(engine.run([JOB], lambda *now: told.append(now))) == expected
    assert told[-1][:2] == (SAMPLES, SAMPLES)
    assert len(told) > 10, "progress comes chunk by chunk"


def test_nobody_at_the_address(monkeypatch):
    pytest.importorskip("distributed", reason="neuromix[dask] is not installed")
    monkeypatch.setattr(cluster, "_CONNECTION_TIMEOUT", 1.0)
    with (
        pytest.raises(EngineMissing, match="no Dask scheduler answers"),
        executor_at("dask:tcp://127.0.0.1:9"),
    ):
        pass


def test_tls_without_certificates():
    pytest.importorskip("distributed", reason="neuromix[dask] is not installed")
    with (
        pytest.raises(BadValue, match="no certificates"),
        executor_at("dask:tls://machine:8786"),
    ):
        pass
