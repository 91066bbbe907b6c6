"""Replay: an engine that only knows what was stored, for machines without ngspice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from neuromix.engine.contract import Progress, quiet
from neuromix.engine.job import Job, Outcome
from neuromix.engine.store import OutcomeStore
from neuromix.errors import EngineMissing


class ReplayEngine:
    """Looks outcomes up in a folder that :class:`NgspiceEngine` has filled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = OutcomeStore(folder)

    def run(self, jobs: Sequence[Job], progress: Progress = quiet) -> list[list[Outcome]]:
        """Return the stored outcomes.

        Raises
        ------
        EngineMissing
            Where one was never stored.
        """
        results = []
        total = sum(len(job.variations) for job in jobs)
        for job in jobs:
            found = []
            every = range(len(job.variations))
            for position, outcome in zip(every, self._store.recall(job, every), strict=True):
                if outcome is None:
                    raise EngineMissing(
                        f"{job.deck.title}: no stored result of run {position}",
                        [f"looked in {self._folder}"],
                        "run it once on a machine with ngspice, with the same folder",
                    )
                found.append(outcome)
            results.append(found)
        progress(total, total, "replayed")
        return results
