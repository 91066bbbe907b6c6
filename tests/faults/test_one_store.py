"""Two drivers on one store at once: no outcome is lost or torn, and none is another one's."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from neuromix.engine.job import Job, Outcome
from neuromix.engine.messages import MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.engine.store import OutcomeStore
from neuromix.netlist.deck import Deck, Vector

KEYS = 200
DRIVER = """\
import sys
sys.path[:0] = {path!r}
from pathlib import Path
import numpy as np
from neuromix.engine.job import Outcome
from neuromix.engine.store import OutcomeStore

store, order = OutcomeStore(Path({folder!r})), {order!r}
print("ready", flush=True)
sys.stdin.readline()
for k in order:
    key = f"{{k:064x}}"
    stored = store.get(key)
    if stored is not None and stored.values["k"] != k:
        sys.exit(f"key {{k}} holds the outcome of {{stored.values['k']}}")
    store.put(key, Outcome({{"k": float(k)}}, {{"a": np.full(5000, float(k))}}))
"""


@pytest.fixture
def drivers(tmp_path):
    """Start drivers that wait for one another, let them go at once, and return their errors."""
    folder = tmp_path / "store"

    def go(*orders):
        started = [
            subprocess.Popen(
                [sys.executable, "-c", DRIVER.format(path=sys.path, folder=str(folder), order=o)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for o in orders
        ]
        for process in started:
            assert process.stdout.readline() == "ready\n"
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [process.communicate(timeout=60)[1] for process in started]

    return go, folder


@pytest.mark.promise("R12")
def test_two_drivers_on_one_store(drivers, record_property):
    record_property("keys", KEYS)
    go, folder = drivers
    keys = list(range(KEYS))
    # The same order meets at every key, the other one once, in the middle.
    assert go(keys, keys) == ["", ""]
    assert go(keys, keys[::-1]) == ["", ""]
    store = OutcomeStore(folder)
    for k in keys:
        found = store.get(f"{k:064x}")
        assert isinstance(found, Outcome)
        assert found.values == {"k": float(k)}
        assert np.array_equal(found.arrays["a"], np.full(5000, float(k)))
    left = [file.name for file in folder.rglob("*") if file.is_file()]
    assert len(left) == KEYS, "no temporary file is left"


@pytest.mark.ngspice
def test_what_another_version_simulated_is_not_recalled(tmp_path):
    deck = Deck(
        title="a divider",
        circuit="v1 in 0 1\nr1 in out 1k\nr2 out 0 1k\n",
        cards="",
        models="none",
        command="op",
        vectors=(Vector("out", "out"),),
        axis="",
        stop=0.0,
    )
    job = Job(deck, (MeasureCall("level", "final", {"of": "out"}),))
    for other in ("", "ngspice-31"):
        OutcomeStore(tmp_path, other).put(job.key(0), Outcome({"level": 0.7}))
    with NgspiceEngine(1, tmp_path) as engine:
        assert engine.run([job])[0][0].values["level"] == pytest.approx(0.5)
    # It is recalled by a new engine of the same version: a mark in the stored outcome shows it.
    with NgspiceEngine(1) as engine:
        version = engine.probe()["version"]
    OutcomeStore(tmp_path, f"ngspice-{version}").put(job.key(0), Outcome({"level": 0.9}))
    with NgspiceEngine(1, tmp_path) as engine:
        assert engine.run([job])[0][0].values["level"] == 0.9
