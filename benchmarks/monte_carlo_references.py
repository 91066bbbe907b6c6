"""Stored references of ``benchmarks/mismatch.py``: plain Monte Carlo draws and fresh instances.

Written by ``python benchmarks/mismatch.py --record``; one ``.npz`` a cell, of plain arrays. The
draws are not stored, since their seed makes them again; a hash of deck and draws is, so that a
reference of another circuit or another model set is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neuromix import library
from neuromix.characterization.assembly import job_for
from neuromix.characterization.draws import mismatch_draws
from neuromix.characterization.recipe import Stimulus
from neuromix.characterization.requests import Request, run_requests
from neuromix.data.files import replacing
from neuromix.data.provenance import digest
from neuromix.declare import Condition
from neuromix.engine.job import Variation
from neuromix.engine.pool import NgspiceEngine

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).resolve().parent / "references"
SEED = 4
MONTE_CARLO, FRESH = "plain Monte Carlo", "fresh"
SAMPLES = {MONTE_CARLO: 1000, FRESH: 500}


@dataclass(frozen=True)
class Stimulated:
    """A cell on a bench."""

    cell: str
    bench: str
    parameters: tuple[tuple[str, float], ...] = ()
    technology: str = "gf180mcu"

    @property
    def file(self) -> Path:
        """Where the reference is."""
        return FOLDER / f"{self.cell}.{self.bench}.{self.technology}.npz"


@dataclass(frozen=True, eq=False)
class Reference:
    """Measured values by measure, and the draws of the fresh instances."""

    monte_carlo: Mapping[str, np.ndarray]
    fresh: Mapping[str, np.ndarray]
    fresh_draws: tuple[Variation, ...]


def requests(item: Stimulated) -> tuple[dict[str, Request], str]:
    """Return what is simulated, by part, and the hash that tells it from everything else."""
    cell, technology = library.cell(item.cell), library.technology(item.technology)
    stimulus = Stimulus(item.bench, item.bench, item.parameters)
    bench = stimulus.bench_of(cell)
    job = job_for(cell, bench, technology, Condition(), dict(item.parameters))
    parts = {
        part: Request(
            stimulus,
            Condition(),
            variations=mismatch_draws(
                technology, job.deck.transistors, count, SEED, cell.name, part
            ),
        )
        for part, count in SAMPLES.items()
    }
    return parts, digest(
        job.deck.key, repr(job.measures), repr([tuple(r.variations) for r in parts.values()])
    )


def record(item: Stimulated, engine: NgspiceEngine) -> None:
    """Simulate both parts of a reference and store their measures."""
    cell, technology = library.cell(item.cell), library.technology(item.technology)
    parts, key = requests(item)
    kept = {"key": np.array(key)}
    for part, request in parts.items():
        (answers,) = run_requests(cell, technology, engine, [request])
        failed = [answer for answer in answers if answer.failed]
        if failed:
            raise SystemExit(f"{item.cell}, {part}: {len(failed)} of {len(answers)} runs failed")
        for name in answers[0].record.values:
            values = np.array([answer.record.values[name] for answer in answers])
            kept[f"{part}: {name}"] = values
        print(f"{item.cell}, {part}: {len(answers)} runs", flush=True)
    with replacing(item.file) as beside:
        np.savez_compressed(beside, **kept)


def read(item: Stimulated) -> Reference:
    """Return a stored reference; one of another deck, model set or seed is refused."""
    parts, key = requests(item)
    command = "python benchmarks/mismatch.py --record"
    if not item.file.is_file():
        raise SystemExit(f"{item.file.name} is not there; {command}")
    with np.load(item.file, allow_pickle=False) as stored:
        if str(stored["key"]) != key:
            raise SystemExit(f"{item.file.name} is of another deck, model set or seed; {command}")
        values = {
            part: {
                name.removeprefix(f"{part}: "): stored[name]
                for name in stored.files
                if name.startswith(f"{part}: ")
            }
            for part in SAMPLES
        }
    return Reference(values[MONTE_CARLO], values[FRESH], parts[FRESH].variations)
