"""How fast networks of linear neurons are simulated, against Brian2, NEST and torch.

``python benchmarks/array.py [--json] [--workloads cuba …] [--repeats 5] [--page docs/peers.md]``:
the networks of :mod:`benchmarks.graphs` on one pinned core, with mismatch and noise. Ours and each
peer run in turn (A B A C A B …), each in a process that was built and warmed up before, so that a
disturbance meets all; seconds are processor time on every side. Ratios are of the medians of the
fastest peer, as its users have it, to ours; peers for which somebody wrote a noise generator as
simple as ours by hand (``--noise sums``) have ratios of their own, ``ratio_…_hand_written``. Rates,
irregularity and synchrony are compared over all repeats, membranes in runs of their own; the
program fails where they do not agree (:mod:`benchmarks.agreement`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.agreement import Statistics, agree, membrane_distance
from benchmarks.graphs import WORKLOADS
from benchmarks.ours import Ours
from benchmarks.peers_page import page
from benchmarks.workload import Workload

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
PEERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "cuba": (("brian2",), ("brian2", "--noise", "sums"), ("nest",)),
    "brunel": (("brian2",), ("brian2", "--noise", "sums"), ("nest",)),
    "feedforward": (
        ("brian2",), ("brian2", "--noise", "sums"), ("nest",), ("torch",),
        ("torch", "--noise", "sums"),
    ),
}  # fmt: skip
"""Module and options of what can run each workload."""

HAND_WRITTEN = "--noise sums"
"""What tells such a peer from the others."""

SLOW = ("nest",)
"""Peers of which one run is enough to know that they are not the fastest."""


@dataclass
class Process:
    """A peer in a process of its own, which runs once for each line that it is sent."""

    name: str
    process: subprocess.Popen[str]
    lines: list[dict[str, Any]]

    @classmethod
    def start(cls, command: tuple[str, ...], file: Path, core: int, *options: str) -> Process:
        """Start a peer and wait until it is built."""
        peer, *own = command
        words = [str(PYTHON), "-W", "ignore", "-m", f"benchmarks.peers.{peer}_run", str(file)]
        words += [*own, "--core", str(core), "--paced", *options]
        process = subprocess.Popen(
            words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        found = cls(" ".join(command), process, [])
        found._answer("ready")
        return found

    def run(self) -> dict[str, Any]:
        """Run the workload once more and return what the peer says of it."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.lines.append(self._answer("seconds"))
        return self.lines[-1]

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    @property
    def seconds(self) -> float:
        """Median of its runs."""
        return float(np.median([line["seconds"] for line in self.lines]))

    def _answer(self, key: str) -> dict[str, Any]:
        """Return the next line that is ours; simulators print lines of their own."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{") and key in (found := json.loads(line)):
                return dict(found)
        raise SystemExit(f"{self.name} ended without an answer")


def main() -> None:
    """Measure, and print a row for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--workloads", nargs="+", choices=tuple(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--page", type=Path, help="write the page of docs/ there")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    given = parser.parse_args()
    if not PYTHON.exists():
        raise SystemExit("the peers are not installed\n  try: make bench-peers")
    os.sched_setaffinity(0, {given.core})
    figures: dict[str, float] = {}
    complaints: list[str] = []
    for name in given.workloads:
        found, said = compared(name, given.repeats, given.core)
        figures |= found
        complaints += [f"{name}: {sentence}" for sentence in said]
    if given.page:
        given.page.write_text(page(figures, PEERS), encoding="utf-8")
    if not given.json:
        for key, value in figures.items():
            print(f"{key:44} {value:.6g}")
    for sentence in complaints:
        print(sentence, file=sys.stderr)
    if given.json:
        print(json.dumps(figures))
    if complaints:
        raise SystemExit(1)


def compared(name: str, repeats: int, core: int) -> tuple[dict[str, float], list[str]]:
    """Return figures of a workload by name, and what of the runs does not agree."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.npz"
        work = WORKLOADS[name]()
        work.save(file)
        ours = Ours.of(work)
        peers = [
            Process.start(peer, file, core, "--repeats", str(1 if peer[0] in SLOW else repeats))
            for peer in PEERS[name]
        ]
        seconds, statistics, spikes = [], [], []
        for repeat in range(repeats):
            for peer in peers:
                if repeat and peer.name in SLOW:
                    continue
                record, took = ours.run(len(seconds) + 1)
                seconds.append(took)
                statistics.append(Statistics.of(work, record))
                spikes.append(work.synaptic_events(record.neuron))
                peer.run()
        for peer in peers:
            peer.close()
        usual = [peer for peer in peers if HAND_WRITTEN not in peer.name]
        fastest = min(usual, key=lambda peer: peer.seconds)
        by_hand = min((peer.seconds for peer in peers if peer not in usual), default=np.nan)
        theirs = Statistics.mean([Statistics.from_json(line) for line in fastest.lines])
        said = agree(Statistics.mean(statistics), theirs)
        distances, apart = membranes(work, ours, tuple(fastest.name.split()), file, core)
        took = float(np.median(seconds))
        figures = {
            f"ratio_{name}": fastest.seconds / took,
            f"ratio_{name}_hand_written": by_hand / took,
            f"seconds_{name}": took,
            f"synaptic_events_per_s_{name}": float(np.median(spikes)) / took,
            f"build_s_{name}": ours.build_seconds,
            f"warm_up_s_{name}": ours.warm_up_seconds,
            f"rate_off_{name}": off(statistics, theirs, "rate"),
            f"cv_off_{name}": off(statistics, theirs, "cv"),
            f"membrane_distance_{name}": max(distances),
        }
        for peer in peers:
            key = peer.name.replace(" --noise ", "_")
            figures[f"ratio_{name}_to_{key}"] = peer.seconds / took
        return figures, said + apart


def off(ours: list[Statistics], theirs: Statistics, name: str) -> float:
    """Return the largest relative difference of the means of a statistic over layers."""
    mean = np.array(getattr(Statistics.mean(ours), name))
    return float(np.nanmax(np.abs(mean / np.array(getattr(theirs, name)) - 1.0)))


def membranes(
    work: Workload, ours: Ours, peer: tuple[str, ...], file: Path, core: int
) -> tuple[list[float], list[str]]:
    """Return the distances of the membranes of each layer from a peer's, and complaints."""
    runs = 1 if work.samples > 1 else MEMBRANE_RUNS
    process = Process.start(peer, file, core, "--membranes", "--repeats", str(runs))
    theirs = Statistics.mean([Statistics.from_json(process.run()) for _ in range(runs)])
    process.close()
    mine = Statistics.mean([Statistics.of(work, ours.membranes(k)) for k in range(runs)])
    distances = [
        membrane_distance(a, b) for a, b in zip(mine.membrane, theirs.membrane, strict=True)
    ]
    return distances, [said for said in agree(mine, theirs) if said.startswith("membrane")]


MEMBRANE_RUNS = 4
"""Of a single sample, whose membranes vary from seed to seed."""


if __name__ == "__main__":
    main()
