"""A file system of 64 kB as store and as output: DiskFull, at once, and nothing half-written."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.ngspice

MOUNT = [
    "unshare",
    "-rm",
    "sh",
    "-c",
    'mount -t tmpfs -o size=64k none "$1" && shift && "$@"',
    "sh",
]
STORE = """\
import sys
sys.path[:0] = {path!r}
from functools import partial
from pathlib import Path
from neuromix.engine.campaign_folder import CampaignFolder
from neuromix.engine.job import Job
from neuromix.engine.journal import Journal
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import DiskFull
from neuromix.netlist.deck import Deck, Vector
circuit = "v1 in 0 sin(0 1 1e5)\\nr1 in out 1k\\nc1 out 0 1n\\n"
deck = Deck("t", circuit, "", "", "tran 1e-7 1e-3 0 1e-7",
            (Vector("time", "time"), Vector("out", "out")), "time", 1e-3)
folder, campaign = Path({folder!r}), {campaign!r}
try:
    with NgspiceEngine(2, partial(CampaignFolder, folder, {{}}) if campaign else folder) as engine:
        engine.run([Job(deck, variations=((),) * 8, keep=tuple(range(8)))])
except DiskFull as error:
    print(error)
if campaign:
    raw = (folder / "journal").read_bytes()
    assert len(Journal(folder / "journal")) == raw.count(b"\\x93run"), "half a record"
print(sorted(p.name for p in folder.rglob("*") if p.is_file() and not p.name.endswith(".json")))
"""


@pytest.fixture
def tiny(tmp_path):
    """Return a runner of commands that see a tiny file system, and its folder."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    if subprocess.run([*MOUNT, folder, "true"], capture_output=True).returncode:
        pytest.skip(
            "this system lets no user mount a tmpfs; the stub of ENOSPC is in tests/unit/data"
        )

    def run(*words):
        started = time.monotonic()
        done = subprocess.run([*MOUNT, folder, *words], capture_output=True, text=True, timeout=60)
        assert time.monotonic() - started < 15.0
        return done

    return run, folder


@pytest.mark.parametrize(("campaign", "left"), [(False, "[]"), (True, "['journal', 'lock']")])
@pytest.mark.promise("R3")
def test_the_store(tiny, campaign, left):
    run, folder = tiny
    script = STORE.format(path=sys.path, folder=str(folder), campaign=campaign)
    done = run(sys.executable, "-c", script)
    first, *_, last = done.stdout.splitlines() or ["", done.stderr]
    assert first.startswith(f"no space left to write {folder}"), done.stdout + done.stderr
    assert last == left, "no temporary file is left"
    assert "Traceback" not in done.stderr


@pytest.mark.promise("R3")
def test_a_dataset_of_a_run(tiny):
    run, folder = tiny
    program = "from neuromix.cli import main; main()"
    done = run(
        *("sh", "-c", '"$@"; echo exit $? $(ls -A "$0")', folder),
        *(sys.executable, "-c", program, "simulate", "lif_neuron", "step"),
        *("-p", "duration=2m", "-p", "max_step=1u", "-o", f"{folder}/x.nc"),
    )
    assert done.stderr.startswith(f"DiskFull: no space left to write {folder}/x.nc"), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1] == "exit 1"
