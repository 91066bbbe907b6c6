"""The contract of an engine; ngspice in workers and replay of stored results both keep it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from neuromix import errors
from neuromix.display.progress import Progress, quiet
from neuromix.engine.job import Job, Outcome
from neuromix.errors import EngineError, NetlistError, NeuromixError

__all__ = ["Engine", "Progress", "Store", "quiet", "raised"]


class Engine(Protocol):
    """Runs jobs; outcomes come back in the order of jobs and variations."""

    def run(self, jobs: Sequence[Job], progress: Progress = quiet) -> Sequence[Sequence[Outcome]]:
        """Run all variations of all jobs.

        A run that fails gives an outcome with a failure; it is never dropped. What is wrong with
        the engine itself is raised.
        """
        ...


class Store(Protocol):
    """Keeps outcomes: what is recalled is not simulated again."""

    folder: Path

    def recall(self, job: Job, positions: Sequence[int]) -> Iterator[Outcome | None]:
        """Yield what is known of some variations of a job."""
        ...

    def keep(self, job: Job, position: int, outcome: Outcome) -> None:
        """Keep what came out under a variation."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


def raised(outcome: Outcome, title: str) -> NeuromixError:
    """Return the failure of an outcome as the error to raise."""
    kind = getattr(errors, outcome.failure, EngineError)
    if not (isinstance(kind, type) and issubclass(kind, (EngineError, NetlistError))):
        kind = EngineError
    *evidence, cure = outcome.reason or ("",)
    return kind(f"{title}: {evidence[0] if evidence else outcome.failure}", evidence[1:], cure)
