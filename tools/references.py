"""Make the references of ``tests/reference/`` anew: waveforms of every cell, and mismatch.

Run by ``make references REASON="…" [NAMES="…"]``. A name is that of a cell, or ``mismatch`` for the
Monte Carlo draws of the neuron; all of them without one. Waveforms that a reference still describes
are left as they are, so that a change of one cell shows up in the files of that cell.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import mismatch_references

import neuromix as nmx
from neuromix.cli.progress import reporting
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import NeuromixError
from neuromix.regression.directory import Task, cell_task, check
from neuromix.regression.reference import checked_reason

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "reference"
MISMATCH = "mismatch"
FETCHED_APART = {"sky130"}
"""Technologies whose model set `make setup` does not fetch."""


def tasks(names: list[str]) -> Iterator[Task]:
    """Yield every bench of the named cells in every technology that `make setup` fetches."""
    for name in names:
        cell = nmx.cell(name)
        for technology in (name for name in cell.technologies if name not in FETCHED_APART):
            for bench in cell.benches:
                yield cell_task(FOLDER, name, bench.name, technology)


def record_waveforms(names: list[str], reason: str, workers: int) -> bool:
    """Record the waveforms of the named cells; return whether all of them could be."""
    good = True
    wanted = list(tasks(names))
    with reporting("loading models") as progress, NgspiceEngine(workers) as engine:
        pictures = ROOT / "build" / "reference-failures"
        for done, item in enumerate(
            check(wanted, FOLDER, engine, pictures=pictures, reason=reason, workers=workers)
        ):
            progress(done + 1, len(wanted), item.outcome.name)
            sys.stdout.write(f"{item.outcome}\n")
            good &= not item.outcome.bad(strict=True)
    return good


def main() -> int:
    """Read the command line and make what it names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reason", required=True, help="why; stored in what is written")
    parser.add_argument("--workers", type=int, default=2, help="simulations at a time")
    parser.add_argument("names", nargs="*", help=f"cells, and {MISMATCH}; everything by default")
    words = parser.parse_args()
    names = words.names or [*(cell.name for cell in nmx.cells), MISMATCH]
    try:
        checked_reason(words.reason)
        cells = [name for name in names if name != MISMATCH]
        good = record_waveforms(cells, words.reason, words.workers)
        if MISMATCH in names:
            page = ROOT / "docs" / "mismatch.md"
            mismatch_references.record_draws(FOLDER, page, ROOT / "build" / "simulations")
    except NeuromixError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
