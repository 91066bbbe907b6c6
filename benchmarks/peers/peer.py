"""What every peer's script shares: its options, one pinned core, and the line that it prints.

``python -m benchmarks.peers.brian2_run cuba.npz [--core 0] [--seed 1] [--repeats 3] [--membranes]
[--paced]`` runs a workload that :meth:`benchmarks.workload.Workload.save` wrote and prints a JSON
object for each repeat, each with a noise of its own. ``seconds`` is processor time of the
simulation alone, as Brian2 measures it: another process on the core does not count.

With ``--paced`` it prints an object with ``ready`` when all is built, and then reads a line from
standard input before each repeat, so that another program can run several simulators in turn. With
``--exact`` it prints how it differs from the reference instead; see :mod:`benchmarks.peers.exact`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.agreement import Statistics
from benchmarks.peers.exact import differences, silent
from benchmarks.reference import Record
from benchmarks.workload import Workload


@dataclass(frozen=True)
class Timed:
    """A run: what it left, and how long it took.

    Parameters
    ----------
    record : Record
    seconds : float, s
        Processor time of the simulation alone.
    warm_up_seconds : float, s
        What came before it in this repeat and is not building: loading, first calls.
    build_seconds : float, s
        Building anew for this repeat.
    """

    record: Record
    seconds: float
    warm_up_seconds: float = 0.0
    build_seconds: float = 0.0


@dataclass(frozen=True)
class Peer:
    """A simulator with a workload built into it.

    Parameters
    ----------
    name, version : str
    run : function of a seed
        Runs the workload once, from its beginning.
    settings : dict
        What was chosen for speed.
    """

    name: str
    version: str
    run: Callable[[int], Timed]
    settings: dict[str, str]


Build = Callable[[Workload, bool, argparse.Namespace], Peer]
"""Makes a peer of a workload; the second argument says whether membranes are sampled."""


def main(build: Build, options: Callable[[argparse.ArgumentParser], None] = lambda _: None) -> None:
    """Build a peer and run it as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", type=Path)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--membranes", action="store_true", help="sample them (not for timing)")
    parser.add_argument("--paced", action="store_true", help="wait for a line before each repeat")
    parser.add_argument("--exact", action="store_true", help="compare with the reference")
    options(parser)
    given = parser.parse_args()
    os.sched_setaffinity(0, {given.core})
    work = Workload.load(given.workload)
    if given.exact:
        work = silent(work)
        peer = build(work, True, given)
        found = differences(work, peer.run(given.seed).record)
        print(json.dumps({"peer": peer.name, "workload": work.name, **found}))
        return
    start = time.perf_counter()
    peer = build(work, given.membranes, given)
    build_seconds = time.perf_counter() - start
    if given.paced:
        print(json.dumps({"ready": peer.name}), flush=True)
    for seed in range(given.seed, given.seed + given.repeats):
        if given.paced and not sys.stdin.readline():
            return
        timed = peer.run(seed)
        events = work.synaptic_events(timed.record.neuron)
        line = {
            "peer": peer.name,
            "version": peer.version,
            "settings": peer.settings,
            "workload": work.name,
            "seed": seed,
            "seconds": timed.seconds,
            "build_seconds": build_seconds + timed.build_seconds,
            "warm_up_seconds": timed.warm_up_seconds,
            "spikes": len(timed.record.neuron),
            "synaptic_events": events,
            "synaptic_events_per_s": events / timed.seconds,
            **asdict(Statistics.of(work, timed.record)),
        }
        print(json.dumps(line), flush=True)
