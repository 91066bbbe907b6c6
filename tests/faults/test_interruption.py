"""Campaigns that are interrupted or killed, and go on where they were."""

from __future__ import annotations

import functools
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from processes import journals, recorded

from neuromix.data.netcdf import read_dataset
from neuromix.engine.campaign_folder import CampaignFolder
from neuromix.engine.job import Job
from neuromix.engine.journal import Journal
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.engine.replay import ReplayEngine
from neuromix.netlist.deck import Deck, Vector

pytestmark = pytest.mark.ngspice

PROGRAM = [sys.executable, "-c", "from neuromix.cli import main; main()"]


def stored(folder: Path) -> list[Path]:
    # A driver that is killed while it writes leaves a hidden file, which nobody reads.
    return sorted(p for p in folder.rglob("*.json") if not p.name.startswith("."))


def start(folder: Path, *words: str) -> subprocess.Popen:
    return subprocess.Popen(
        [*PROGRAM, "characterize", "lif_neuron", "-o", str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests themselves run in the background, their children would ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def interrupt(process: subprocess.Popen, workers_of, within, runs: Path, count: int) -> str:
    """Send SIGINT once so many runs are stored; return what was said, having checked the rest."""
    assert within(300.0, lambda: recorded(runs) >= count)
    assert process.poll() is None, "it ended before it could be interrupted"
    workers = workers_of(process.pid)
    assert workers
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, said = process.communicate(timeout=30.0)
    assert time.monotonic() - started < 3.0
    assert process.returncode == 130
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    return said


@pytest.mark.promise("R15")
def test_ctrl_c_keeps_what_was_done(tmp_path, workers_of, within, own_temporary_folder):
    folder = tmp_path / "out put"
    runs = folder / "lif_neuron.gf180mcu.runs"
    process = start(folder, "--samples", "8")
    said = interrupt(process, workers_of, within, runs, 3)
    last = said.splitlines()[-1]
    assert last.startswith("interrupted: ")
    assert str(runs) in last, "where what was done is kept"
    assert said.splitlines()[0].startswith("loading models"), "progress from the first second"
    assert "Traceback" not in said
    assert [path.name for path in folder.iterdir()] == [runs.name], "nothing half-written"
    (file,) = journals(runs)
    count, book = recorded(runs), Journal(file)
    assert len(book) == count >= 3, "every record is whole"
    book.close()
    assert not list(own_temporary_folder.iterdir())


@pytest.mark.parametrize("delay", [0.05, 0.3, 0.8])
@pytest.mark.promise("R15")
def test_ctrl_c_at_any_moment_of_the_start(tmp_path, within, workers_of, delay, record_property):
    process = start(tmp_path)
    assert process.stderr.readline().startswith("loading models")
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, said = process.communicate(timeout=30.0)
    taken = time.monotonic() - started
    assert taken < 3.0
    record_property(f"ended after Ctrl-C at {delay} s, within", f"{taken:.2f} s")
    assert process.returncode == 130
    assert "Traceback" not in said
    assert within(1.0, lambda: not workers_of(process.pid))


DECK = Deck(
    title="ringing",
    circuit="v1 in 0 sin(0 1 1e5)\nr1 in out 1k\nc1 out 0 1n\n",
    cards="",
    models="none",
    command="tran 1e-7 1e-3 0 1e-7",
    vectors=(Vector("time", "time"), Vector("out", "out")),
    axis="time",
    stop=1e-3,
)
JOB = Job(
    DECK,
    (MeasureCall("end", "final", {"of": "out"}), MeasureCall("all", "charge", {"of": "out"})),
    tuple((Alteration("r1", "resistance", 1e3 + 10.0 * k),) for k in range(40)),
)
DRIVER = """\
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from neuromix.engine.job import Job
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Deck, Vector
with NgspiceEngine(2, Path({folder!r})) as engine:
    engine.run([{job!r}])
"""


@pytest.mark.promise("R2")
def test_a_killed_driver_goes_on_and_ends_with_the_same_numbers(
    tmp_path, within, own_temporary_folder
):
    runs = tmp_path / "runs"
    with NgspiceEngine(1) as engine:
        expected = [outcome.values for outcome in engine.run([JOB])[0]]
    script = DRIVER.format(path=sys.path, folder=str(runs), job=JOB)
    counts = []
    for wanted in (1, 9, 17, 25):
        driver = subprocess.Popen([sys.executable, "-c", script])
        try:
            assert within(30.0, lambda n=wanted: len(stored(runs)) >= n)
        finally:
            driver.kill()
            driver.wait()
        counts.append(len(stored(runs)))
    assert counts == sorted(counts)
    assert 0 < counts[0] < len(JOB.variations), "killed too late: the test tests nothing"
    with NgspiceEngine(2, runs) as engine:
        told = []
        found = [o.values for o in engine.run([JOB], lambda *now: told.append(now))[0]]
    assert told[0][0] >= counts[-1]
    assert found == expected
    assert [o.values for o in ReplayEngine(runs).run([JOB])[0]] == expected
    assert within(2.0, lambda: not list(own_temporary_folder.iterdir()))


@pytest.mark.promise("R4")
def test_a_damaged_run_is_simulated_again(tmp_path):
    with NgspiceEngine(2, tmp_path) as engine:
        expected = [outcome.values for outcome in engine.run([JOB])[0]]
    for number, path in enumerate(stored(tmp_path)[:10]):
        raw = path.read_bytes()
        path.write_bytes(raw[: len(raw) // 2] if number % 2 else raw.replace(b"1", b"2"))
    told = []
    with NgspiceEngine(2, tmp_path) as engine:
        found = [o.values for o in engine.run([JOB], lambda *now: told.append(now))[0]]
    assert told[0][0] == len(JOB.variations) - 10
    assert found == expected


CAMPAIGN = """\
import functools, sys
sys.path[:0] = {path!r}
from pathlib import Path
from neuromix.engine.campaign_folder import CampaignFolder
from neuromix.engine.job import Job
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Deck, Vector
opener = functools.partial(CampaignFolder, Path({folder!r}), dict(campaign="c"))
with NgspiceEngine(2, opener, chunk={chunk!r}) as engine:
    engine.run([{job!r}])
"""


def campaign_is_killed_and_resumed(folder, samples, kills, chunk, within):
    """Kill a driver when it has done more and more; return numbers and runs that were done."""
    job = replace(
        JOB,
        variations=tuple((Alteration("r1", "resistance", 1e3 + 3.0 * k),) for k in range(samples)),
    )
    with NgspiceEngine(1) as engine:
        expected = [outcome.values for outcome in engine.run([job])[0]]
    script = CAMPAIGN.format(path=sys.path, folder=str(folder), job=job, chunk=chunk)
    for number in range(1, kills + 1):
        wanted = number * samples // (kills + 2)
        driver = subprocess.Popen([sys.executable, "-c", script])
        try:
            assert within(60.0, lambda n=wanted: recorded(folder) >= n)
            assert driver.poll() is None, "killed too late: the test tests nothing"
        finally:
            driver.kill()
            driver.wait()
    opener = functools.partial(CampaignFolder, folder, {"campaign": "c"})
    with NgspiceEngine(2, opener, chunk=chunk) as engine:
        found = [outcome.values for outcome in engine.run([job])[0]]
    assert found == expected
    return recorded(folder)


@pytest.mark.promise("R2")
def test_a_killed_campaign_goes_on(tmp_path, within, own_temporary_folder):
    # Nothing is simulated twice but what no record was written of.
    assert campaign_is_killed_and_resumed(tmp_path / "c", 60, 2, 7, within) == 60
    assert within(2.0, lambda: not list(own_temporary_folder.iterdir()))


@pytest.mark.slow
@pytest.mark.promise("R2")
def test_a_campaign_that_is_killed_ten_times(
    tmp_path, within, own_temporary_folder, record_property
):
    assert campaign_is_killed_and_resumed(tmp_path / "c", 200, 10, None, within) == 200
    record_property("driver killed", 10)
    record_property("records of 200 samples", 200)
    assert within(2.0, lambda: not list(own_temporary_folder.iterdir()))


def measured(folder: Path) -> dict[str, np.ndarray]:
    data = read_dataset(folder / "lif_neuron.gf180mcu.nc")
    return {str(name): data[name].values for name in data.variables}


@pytest.mark.slow
@pytest.mark.promise("R15")
def test_an_interrupted_campaign_ends_with_the_same_bytes(tmp_path, workers_of, within):
    one, two = tmp_path / "one", tmp_path / "two"
    whole = start(one, "--samples", "8", "--workers", "1", "--json")
    text, said = whole.communicate(timeout=600)
    assert whole.returncode == 0, said
    for count in (5, 60):
        process = start(two, "--samples", "8", "--workers", "2")
        interrupt(process, workers_of, within, two / "lif_neuron.gf180mcu.runs", count)
    again = start(two, "--samples", "8", "--workers", "2", "--json")
    text_again, said = again.communicate(timeout=600)
    assert again.returncode == 0, said
    ours, theirs = measured(one), measured(two)
    assert set(ours) == set(theirs)
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)
    first, second = json.loads(text), json.loads(text_again)
    assert first["spreads"] == second["spreads"]
    assert first["model"]["parameters"] == second["model"]["parameters"]
