"""How fast campaigns are, against what libngspice itself can do and against PySpice.

``python benchmarks/engine.py [--json]``: the operating point of a five-transistor amplifier and the
replica of its bias under mismatch, on gf180mcu: the same deck, alterations and numbers on all
sides, taken in turn, medians of five. ``raw`` is a bare ctypes loop on the same library: load once,
alter, op, read. ``pyspice`` makes a new PySpice Circuit for each draw, on the whole model set,
through PySpice's own shared-library mode. The campaign has its journal, alterations are read back
and logs classified. Each of these sides has one core for all its processes; the second worker and
Dask have all cores.

Processor time is that of all processes of a side; on a machine with other work it is the fairer
measure, and it is printed beside.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import neuromix as nmx
from neuromix import library
from neuromix.characterization.assembly import assemble
from neuromix.characterization.draws import mismatch_draws
from neuromix.declare import Condition
from neuromix.engine.campaign_folder import CampaignFolder
from neuromix.engine.cluster import executor_at
from neuromix.engine.contract import Engine
from neuromix.engine.executor import ExecutorEngine
from neuromix.engine.job import Job
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Deck, Vector
from neuromix.pdk.whole import whole_set

REPEATS = 5
SAMPLES = 3000
PYSPICE_SAMPLES = 20
SECONDS_OF_WORK = 8
"""Jobs of about 1 s each, for what is spread over workers."""

BARE = Path(__file__).with_name("engine_bare.py")


def amplifier() -> tuple[Deck, Job]:
    """Return the deck and the draws."""
    cell, technology = nmx.cell("gm_c_integrator"), library.technology("gf180mcu")
    deck = assemble(cell, cell.benches[0], technology, Condition())
    deck = replace(deck, command="op", axis="", stop=0.0, vectors=(Vector("v_out", "v_out"),))
    draws = mismatch_draws(technology, deck.transistors, SAMPLES, 1, cell.name)
    return deck, Job(deck, (MeasureCall("out", "final", {"of": "v_out"}),), draws)


def campaign(job: Job) -> tuple[list[float], float, float, float]:
    """Return numbers, seconds, processor seconds and peak memory of a worker of a campaign."""
    with tempfile.TemporaryDirectory() as folder:
        opener = functools.partial(CampaignFolder, Path(folder), {})
        with NgspiceEngine(1, opener) as engine:
            engine.run([job.part(range(20))])
            start, busy = time.perf_counter(), processor_time()
            found = [outcome.values["out"] for outcome in engine.run([job])[0]]
            clock, spent = time.perf_counter() - start, processor_time() - busy
            return found, clock, spent, largest_worker()


def processor_time() -> float:
    """Return the processor time of this process and its living children, s."""
    ticks, own = 0, os.getpid()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(entry.name) == own or int(words[1]) == own:
                ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def bare(kind: str, deck: Deck, job: Job, count: int) -> tuple[list[float], float, float]:
    """Return numbers, seconds and processor seconds of ``engine_bare.py`` in its own process."""
    task = {
        "lines": deck.lines().splitlines(),
        "draws": [[(a.device, a.parameter, a.value) for a in d] for d in job.variations[:count]],
    }
    done = subprocess.run(
        [sys.executable, BARE, kind], input=json.dumps(task), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["numbers"], answer["seconds"], answer["processor_seconds"]


def seconds_of_work() -> Job:
    """Return variations of an RC circuit under a sine, of about a second each."""
    deck = Deck(
        title="ringing",
        circuit="v1 in 0 sin(0 1 1e5)\nr1 in out 1k\nc1 out 0 1n\n",
        cards="",
        models="none",
        command="tran 1e-7 0.028 0 1e-7",
        vectors=(Vector("time", "time"), Vector("out", "out")),
        axis="time",
        stop=0.028,
    )
    draws = tuple((Alteration("r1", "resistance", 1e3 + float(k)),) for k in range(SECONDS_OF_WORK))
    return Job(deck, (MeasureCall("end", "final", {"of": "out"}),), draws)


def took(engine: Engine, job: Job) -> float:
    """Return the seconds that a job takes."""
    start = time.perf_counter()
    engine.run([job])
    return time.perf_counter() - start


def spread(job: Job) -> dict[str, float]:
    """Return what a second worker and what Dask make of jobs of a second."""
    from distributed import LocalCluster

    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    with (
        cluster,
        executor_at(f"dask:{cluster.scheduler_address}") as (executor, threads),
        NgspiceEngine(1, chunk=1) as one,
        NgspiceEngine(2, chunk=1) as two,
        ExecutorEngine(executor, threads, chunk=1) as far,
    ):
        sides = {"one": one, "two": two, "far": far}
        for engine in sides.values():
            engine.run([job.part(range(2))])
        seconds: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(REPEATS):
            for name, engine in sides.items():
                seconds[name].append(took(engine, job))
    found = {name: median(values) for name, values in seconds.items()}
    return {
        "job_s": found["one"] / len(job.variations),
        "speedup_2_workers": found["one"] / found["two"],
        "dask_overhead": found["far"] / found["two"] - 1.0,
    }


def largest_worker() -> float:
    """Return the peak memory of the workers of this process, bytes."""
    found = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "status").read_text()
            except OSError:
                continue
            words = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
            if words["PPid"].strip() == str(os.getpid()) and "VmHWM" in words:
                found = max(found, 1024 * int(words["VmHWM"].split()[0]))
    return float(found)


def main() -> None:
    """Measure, and print a figure a line."""
    deck, job = amplifier()
    technology = library.technology("gf180mcu")
    whole = replace(deck, cards=whole_set(technology, "tt"))
    rates: dict[str, list[float]] = {}
    seconds: dict[str, list[float]] = {}
    difference, peak = 0.0, 0.0
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    for _ in range(REPEATS):
        ours, *times = campaign(job)
        peak = max(peak, times.pop())
        raw, *raw_times = bare("alter", deck, job, SAMPLES)
        pyspice, *pyspice_times = bare("pyspice", whole, job, PYSPICE_SAMPLES)
        difference = max(
            difference,
            *(abs(a - b) for a, b in zip(ours, raw, strict=True)),
            *(abs(a - b) for a, b in zip(ours, pyspice, strict=False)),
        )
        for name, count, (clock, busy) in (
            ("op", SAMPLES, times),
            ("raw", SAMPLES, raw_times),
            ("pyspice_loop", PYSPICE_SAMPLES, pyspice_times),
        ):
            rates.setdefault(f"{name}_samples_per_s", []).append(count / clock)
            seconds.setdefault(f"{name}_processor_s_per_sample", []).append(busy / count)
    figures = {name: median(values) for name, values in (rates | seconds).items()}
    for name, other in (("raw", "raw"), ("pyspice", "pyspice_loop")):
        figures[f"ratio_to_{name}"] = (
            figures["op_samples_per_s"] / figures[f"{other}_samples_per_s"]
        )
        figures[f"processor_ratio_to_{name}"] = (
            figures[f"{other}_processor_s_per_sample"] / figures["op_processor_s_per_sample"]
        )
    figures["largest_difference_v"] = difference
    figures["worker_peak_bytes"] = peak
    os.sched_setaffinity(0, cores)
    figures |= spread(seconds_of_work())
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:36} {value:.6g}")


if __name__ == "__main__":
    main()
