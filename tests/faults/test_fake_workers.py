"""Workers that misbehave in every way that does not need ngspice; each is named, none hangs."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from neuromix.engine.job import Job
from neuromix.engine.messages import Alteration, Load, Run
from neuromix.engine.pool import NgspiceEngine
from neuromix.engine.process import WorkerProcess
from neuromix.errors import EngineMissing, TimedOut, WorkerDied
from neuromix.netlist.deck import Deck

pytestmark = pytest.mark.usefixtures("no_zombie")

BEGIN = """\
import os, struct, subprocess, sys, time
FRAME = struct.Struct("<Q")
def read():
    header = sys.stdin.buffer.read(8)
    return sys.stdin.buffer.read(FRAME.unpack(header)[0])
def send(body, length=None):
    os.write(1, FRAME.pack(len(body) if length is None else length) + body)
"""
REQUEST = Run((), ())
LARGE = Load("x" * 10_000_000, "op", (), "", 0.0, ())


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Make every worker run this script."""

    def install(script):
        file = tmp_path / "fake.py"
        file.write_text(BEGIN + script)
        program = tmp_path / "python"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{file}"\n')
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))

    return install


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sys.exit(3)", "ended with 3"),
        ("os.kill(os.getpid(), 11)", "signal SIGSEGV"),
        ("read(); os.kill(os.getpid(), 9)", "signal SIGKILL"),
        ("read(); sys.stderr.write('last words'); sys.stderr.flush(); os._exit(1)", "last words"),
        ("read(); send(b'garbage')", "is no answer"),
        ("read(); send(b'\\x80', 2**60)", "is no answer"),
        ("read(); send(b'short', 100)", "ended with 0"),
        ("read(); send(b'\\x81\\xa6values\\xc3')", "is no answer"),
        ("read(); os.close(1); os.close(2); time.sleep(60)", "closed its pipe"),
    ],
)
@pytest.mark.promise("R5")
def test_a_worker_that_dies_or_babbles(fake, script, said, own_temporary_folder):
    fake(script)
    started = time.monotonic()
    process = WorkerProcess()
    with pytest.raises(WorkerDied) as caught:
        process.ask(REQUEST, 20.0)
    assert said in str(caught.value)
    assert time.monotonic() - started < 4.0
    assert not list(own_temporary_folder.iterdir())


@pytest.mark.parametrize(
    ("script", "request_"),
    [
        ("time.sleep(60)", REQUEST),
        ("time.sleep(60)", LARGE),
        ("read(); send(b'', 10); time.sleep(60)", REQUEST),
        (
            "read(); send(b'', 2**32)\nwhile True: os.write(1, b'1' * 1000); time.sleep(0.01)",
            REQUEST,
        ),
    ],
    ids=["says nothing", "does not read", "half an answer", "trickles"],
)
@pytest.mark.promise("R5")
def test_a_worker_that_hangs(fake, script, request_, own_temporary_folder, record_property):
    fake(script)
    process = WorkerProcess()
    started = time.monotonic()
    with pytest.raises(TimedOut):
        process.ask(request_, 1.0)
    taken = time.monotonic() - started
    assert taken < 3.0
    record_property("a hang with a time-out of 1 s ended after", f"{taken:.1f} s")
    assert not list(own_temporary_folder.iterdir())


@pytest.mark.promise("R5")
def test_the_whole_group_of_a_hanging_worker_is_gone(fake, tmp_path, alive, within):
    note = tmp_path / "child"
    fake(
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    )
    with WorkerProcess() as process, pytest.raises(TimedOut):
        process.ask(REQUEST, 1.0)
    assert within(1.0, lambda: not alive(int(note.read_text())))


DECK = Deck("t", "", "", "none", "op", (), "", 0.0)


def test_a_dying_worker_is_tried_three_times_and_then_an_outcome(fake, tmp_path):
    count = tmp_path / "count"
    fake(f"open({str(count)!r}, 'a').write('x')\nsys.exit(1)")
    with NgspiceEngine(1) as engine:
        (outcome,) = engine.run([Job(DECK)])[0]
    assert outcome.failure == "WorkerDied"
    assert count.read_text() == "xxx"


def test_a_time_out_is_not_tried_again(fake, tmp_path):
    count = tmp_path / "count"
    fake(f"open({str(count)!r}, 'a').write('x')\nread(); send(b'\\x80'); read(); time.sleep(60)")
    started = time.monotonic()
    with NgspiceEngine(1) as engine:
        (outcome,) = engine.run([Job(DECK, timeout=1.0)])[0]
    assert outcome.failure == "TimedOut"
    assert time.monotonic() - started < 3.0
    assert count.read_text() == "x"


def test_a_flaky_worker_does_not_show(fake, tmp_path):
    count = tmp_path / "count"
    fake(
        f"open({str(count)!r}, 'a').write('x')\n"
        f"if os.path.getsize({str(count)!r}) < 3: sys.exit(1)\n"
        "while True: read(); send(b'\\x80')"
    )
    with NgspiceEngine(1, chunk=1) as engine:
        outcomes = engine.run([Job(DECK, variations=((),) * 5)])[0]
    assert [outcome.failure for outcome in outcomes] == [""] * 5


CULPRIT = """\
import msgspec
sys.path[:0] = {path!r}
from neuromix.engine.messages import Request, Runs
decoder = msgspec.msgpack.Decoder(Request)
while True:
    request = decoder.decode(read())
    if not isinstance(request, Runs):
        send(b'\\x80')
        continue
    waiting = b''
    for run in request.runs:
        if run.alterations[0].value == 3.0:
            {fault}
        waiting += FRAME.pack(1) + b'\\x80'
        if request.at_once:
            os.write(1, waiting)
            waiting = b''
    os.write(1, waiting)
"""
FIVE = tuple((Alteration("r1", "resistance", float(k)),) for k in range(5))


def test_of_answers_that_travel_together_only_the_culprit_is_marked(fake):
    # What waited for company is lost with the worker; it is not to blame, and is run again.
    fake(CULPRIT.format(path=sys.path, fault="os._exit(1)"))
    with NgspiceEngine(1, chunk=5) as engine:
        outcomes = engine.run([Job(DECK, variations=FIVE)])[0]
    assert [outcome.failure for outcome in outcomes] == ["", "", "", "WorkerDied", ""]


def test_closing_from_another_thread_ends_a_waiting_one_at_once(fake, within):
    import threading

    fake("read(); send(b'\\x80'); read(); time.sleep(60)")
    engine = NgspiceEngine(2)
    raised = []

    def run():
        try:
            engine.run([Job(DECK), Job(DECK)])
        except WorkerDied as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.5)
    started = time.monotonic()
    engine.close()
    thread.join(5.0)
    assert time.monotonic() - started < 3.0
    assert not thread.is_alive()
    assert raised


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.03])
def test_closing_while_workers_are_started(fake, delay):
    import threading

    fake("while True: read(); time.sleep(0.2); send(b'\\x80')")
    engine = NgspiceEngine(2)
    thread = threading.Thread(target=lambda: _quietly(engine))
    thread.start()
    time.sleep(delay)
    started = time.monotonic()
    engine.close()
    thread.join(5.0)
    assert time.monotonic() - started < 2.0
    assert not thread.is_alive()


def _quietly(engine):
    import contextlib

    with contextlib.suppress(WorkerDied, RuntimeError):
        engine.run([Job(DECK, variations=((),) * 200)])


def test_a_closed_engine_says_so():
    engine = NgspiceEngine(1)
    engine.close()
    with pytest.raises(WorkerDied, match="closed"):
        engine.run([Job(DECK)])


def test_no_folder_for_workers(monkeypatch):
    import tempfile

    from neuromix.errors import BadValue

    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent/folder")
    with pytest.raises(BadValue, match="cannot write /nonexistent"):
        WorkerProcess()


@pytest.mark.parametrize(
    ("name", "said"),
    [("/nonexistent/libngspice.so", "no /nonexistent"), ("libm.so.6", "not libngspice")],
)
def test_libraries_that_are_not_ngspice(monkeypatch, name, said):
    monkeypatch.setenv("NEUROMIX_LIBNGSPICE", name)
    with NgspiceEngine(1) as engine, pytest.raises(EngineMissing, match=said) as caught:
        engine.run([Job(DECK)])
    assert caught.value.cure
    with NgspiceEngine(1) as engine, pytest.raises(EngineMissing, match=said):
        engine.probe()


def test_the_environment_of_a_worker_is_bare(fake, tmp_path, monkeypatch):
    note = tmp_path / "note"
    monkeypatch.setenv("SPICE_SCRIPTS", "/somewhere")
    monkeypatch.setenv("LD_PRELOAD_OF_MINE", "x")
    fake(f"open({str(note)!r}, 'w').write(repr((dict(os.environ), os.getcwd(), os.listdir('.'))))")
    with WorkerProcess() as process, pytest.raises(WorkerDied):
        process.ask(REQUEST, 5.0)
    environment, folder, content = eval(note.read_text())
    assert "SPICE_SCRIPTS" not in environment
    assert environment["HOME"] == folder
    assert content == ["stderr"]
    assert not Path(folder).exists()
