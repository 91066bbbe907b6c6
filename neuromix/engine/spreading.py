"""What engines that simulate have in common: recall, chunks, outcomes as they come, Ctrl-C.

Chunks shrink towards the end of the work, so that all workers end together (guided
self-scheduling: Polychronopoulos and Kuck, IEEE Trans. Computers 36:1425, 1987).
"""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from neuromix import units
from neuromix.engine.contract import Progress, Store, quiet
from neuromix.engine.job import Job, Outcome
from neuromix.engine.store import OutcomeStore
from neuromix.engine.table import OutcomeTable
from neuromix.errors import Interrupted, WorkerDied

LARGEST_CHUNK = 64
_SHARE = 4
"""Chunks that each worker would take of what is left, were they equal."""

_LOOK = 1.0
"""s between two looks at whether Ctrl-C was pressed, where nothing comes."""

Opener = Callable[[str], Store]
"""Opens a store for outcomes of an engine of that name, such as ``"ngspice-39"``."""


@dataclass
class _Course:
    """How many of its runs a call of ``run`` has done."""

    total: int
    done: int = 0


@dataclass(eq=False)
class Chunk:
    """Some variations of a job, of which the first ``done`` have come back."""

    number: int
    positions: list[int]
    job: Job
    done: int = 0


@dataclass(frozen=True)
class Arrival:
    """The next outcomes of a chunk, or the end of everything."""

    chunk: Chunk
    outcomes: Sequence[Outcome] = ()
    error: BaseException | None = None


Arrivals = SimpleQueue[Arrival]


class SpreadingEngine(ABC):
    """Hands chunks of jobs to workers; a context manager.

    Parameters
    ----------
    workers : int
        That are kept busy.
    store : Path or Opener, optional
        Where outcomes are kept, and recalled instead of simulated again.
    chunk : int, optional
        Runs that a worker gets at a time; by default many at first and few in the end.
    """

    def __init__(self, workers: int, store: Path | Opener | None, chunk: int | None) -> None:
        self._workers = max(1, round(units.number(workers, "workers")))
        self._fixed = None if chunk is None else max(1, round(units.number(chunk, "chunk")))
        self._opener: Opener | None = (
            (lambda engine: OutcomeStore(store, engine)) if isinstance(store, Path) else store
        )
        self._store: Store | None = None
        self._closing = False
        self._storing = threading.Lock()
        self._latest = _Course(0)

    @abstractmethod
    def _begin(self, chunk: Chunk, arrivals: Arrivals) -> None:
        """See that all outcomes of a chunk arrive, in their order, or an error."""

    @abstractmethod
    def _identify(self) -> dict[str, str]:
        """Return path, version and extensions of the library that workers use."""

    @abstractmethod
    def _end(self) -> None:
        """End what works, in the middle of a run if need be."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if isinstance(error, KeyboardInterrupt) and not isinstance(error, Interrupted):
            raise self._interrupted() from None

    def close(self) -> None:
        """End all workers, in the middle of a run if need be."""
        self._closing = True
        self._end()
        if self._store is not None:
            self._store.close()

    def probe(self) -> dict[str, str]:
        """Return path, version and extensions of libngspice.

        Raises
        ------
        EngineMissing
            Where it is not installed.
        """
        return self._identify()

    def run(self, jobs: Sequence[Job], progress: Progress = quiet) -> Sequence[Sequence[Outcome]]:
        """Run all variations of all jobs; see :class:`neuromix.engine.contract.Engine`."""
        if self._closing:
            raise WorkerDied("the engine is closed", cure="a new engine")
        try:
            return self._run(jobs, progress)
        except BaseException as error:
            self.close()
            if isinstance(error, KeyboardInterrupt):
                raise self._interrupted() from None
            raise

    def _run(self, jobs: Sequence[Job], progress: Progress) -> list[OutcomeTable]:
        tables = [OutcomeTable(len(job.variations)) for job in jobs]
        # Several threads may run jobs on one engine.
        course = self._latest = _Course(sum(map(len, tables)))
        with self._storing:
            if self._opener is not None and self._store is None:
                self._store = self._opener(f"ngspice-{self._identify().get('version', 'unknown')}")
        self._recall(jobs, tables, course)
        progress(course.done, course.total, "recalled" if course.done else "loading models")
        arrivals: Arrivals = SimpleQueue()
        chunks = self._chunks(jobs, tables)
        for chunk in itertools.islice(chunks, 2 * self._workers):
            self._begin(chunk, arrivals)
        while course.done < course.total:
            try:
                arrival = arrivals.get(timeout=_LOOK)
            except Empty:
                continue
            if arrival.error is not None:
                raise arrival.error
            self._take(arrival, tables[arrival.chunk.number], course)
            progress(course.done, course.total, arrival.chunk.job.deck.title)
            if arrival.chunk.done == len(arrival.chunk.positions):
                for chunk in itertools.islice(chunks, 1):
                    self._begin(chunk, arrivals)
        return tables

    def _recall(self, jobs: Sequence[Job], tables: Sequence[OutcomeTable], course: _Course) -> None:
        if self._store is None:
            return
        for job, table in zip(jobs, tables, strict=True):
            every = range(len(job.variations))
            for position, outcome in zip(every, self._store.recall(job, every), strict=True):
                if outcome is not None:
                    table.put(position, outcome)
                    course.done += 1

    def _take(self, arrival: Arrival, table: OutcomeTable, course: _Course) -> None:
        chunk = arrival.chunk
        for outcome in arrival.outcomes:
            if self._store is not None:
                with self._storing:
                    self._store.keep(chunk.job, chunk.done, outcome)
            table.put(chunk.positions[chunk.done], outcome)
            chunk.done += 1
            course.done += 1

    def _chunks(self, jobs: Sequence[Job], tables: Sequence[OutcomeTable]) -> Iterator[Chunk]:
        missing = [table.missing() for table in tables]
        left = sum(map(len, missing))
        for number, (job, positions) in enumerate(zip(jobs, missing, strict=True)):
            start = 0
            while start < len(positions):
                guided = min(LARGEST_CHUNK, -(-left // (_SHARE * self._workers)))
                some = positions[start : start + (self._fixed or guided)]
                yield Chunk(number, some, job.part(some))
                start += len(some)
                left -= len(some)

    def _interrupted(self) -> Interrupted:
        kept = (
            "nothing was kept; store=FOLDER keeps what is done"
            if self._store is None
            else f"they are kept in {self._store.folder}; run it again and it goes on"
        )
        course = self._latest
        return Interrupted(f"{course.done} of {course.total} runs were done; {kept}")
