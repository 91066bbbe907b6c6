"""The engine that simulates: jobs spread over ngspice worker processes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Self

from neuromix import units
from neuromix.engine.contract import Progress, quiet
from neuromix.engine.job import Job, Outcome
from neuromix.engine.messages import Answer, Load, Probe, Run, Vector, unpack_array
from neuromix.engine.process import WorkerProcess
from neuromix.engine.store import OutcomeStore
from neuromix.errors import EngineError, EngineMissing, Interrupted, TimedOut, WorkerDied

_TRIES = 3
_LOAD_TIMEOUT = 120.0
_PROBE_TIMEOUT = 30.0
_LARGEST_CHUNK = 16


class NgspiceEngine:
    """Workers that persist over many jobs; a context manager.

    Parameters
    ----------
    workers : int
        Processes.
    store : Path, optional
        Folder of outcomes: what is there is not simulated again, what is new is put there.
    """

    def __init__(self, workers: int = 2, store: Path | None = None) -> None:
        self._workers = max(1, round(units.number(workers, "workers")))
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="ngspice")
        self._local = threading.local()
        self._lock = threading.Lock()
        self._processes: set[WorkerProcess] = set()
        self._folder = store
        self._store: OutcomeStore | None = None
        self._closing = False
        self._done = self._total = 0

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
        with self._lock:
            for process in self._processes:
                process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._processes:
            process.close()
        self._processes.clear()

    def _interrupted(self) -> Interrupted:
        kept = (
            "nothing was kept; store=FOLDER keeps what is done"
            if self._folder is None
            else f"they are kept in {self._folder}; run it again and it goes on"
        )
        return Interrupted(f"{self._done} of {self._total} runs were done; {kept}")

    def probe(self) -> dict[str, str]:
        """Return path, version and extensions of libngspice.

        Raises
        ------
        EngineMissing
            Where it is not installed.
        """
        with WorkerProcess() as process:
            answer = process.ask(Probe(), _PROBE_TIMEOUT)
        if answer.error:
            raise EngineMissing(answer.summary, answer.evidence, answer.cure)
        return answer.texts

    def run(self, jobs: Sequence[Job], progress: Progress = quiet) -> list[list[Outcome]]:
        """Run all variations of all jobs; see :class:`neuromix.engine.contract.Engine`."""
        if self._closing:
            raise WorkerDied("the engine is closed", cure="a new NgspiceEngine")
        results: list[list[Outcome | None]] = [[None] * len(job.variations) for job in jobs]
        total = self._total = sum(len(job.variations) for job in jobs)
        self._open_store()
        done = self._done = self._recall(jobs, results)
        progress(done, total, "recalled" if done else "loading models")
        futures: dict[Future[list[Outcome]], tuple[int, list[int]]] = {}
        for number, job in enumerate(jobs):
            missing = [k for k, outcome in enumerate(results[number]) if outcome is None]
            size = max(1, min(_LARGEST_CHUNK, -(-len(missing) // (4 * self._workers))))
            for start in range(0, len(missing), size):
                chunk = missing[start : start + size]
                futures[self._threads.submit(self._chunk, job, chunk)] = (number, chunk)
        try:
            waiting = set(futures)
            while waiting:
                finished, waiting = wait(waiting, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in finished:
                    number, chunk = futures[future]
                    for position, outcome in zip(chunk, future.result(), strict=True):
                        results[number][position] = outcome
                    self._done = done = done + len(chunk)
                    progress(done, total, jobs[number].deck.title)
        except BaseException as error:
            for future in futures:
                future.cancel()
            self.close()
            if isinstance(error, KeyboardInterrupt):
                raise self._interrupted() from None
            raise
        return [[item for item in row if item is not None] for row in results]

    def _open_store(self) -> None:
        """Open the store for the version of ngspice that the first worker has."""
        if self._folder is None or self._store is not None:
            return
        asked = self._threads.submit(self._identify)
        try:
            self._store = OutcomeStore(self._folder, asked.result())
        except BaseException as error:
            asked.cancel()
            self.close()
            if isinstance(error, KeyboardInterrupt):
                raise self._interrupted() from None
            raise

    def _identify(self) -> str:
        """Return the name of the engine, from a worker that then goes on to simulate."""
        for attempt in range(_TRIES):
            try:
                answer = self._process().ask(Probe(), _PROBE_TIMEOUT)
            except (WorkerDied, TimedOut):
                self._drop()
                if self._closing or attempt == _TRIES - 1:
                    raise
                continue
            if answer.error:
                raise EngineMissing(answer.summary, answer.evidence, answer.cure)
            break
        return f"ngspice-{answer.texts.get('version', 'unknown')}"

    def _recall(self, jobs: Sequence[Job], results: list[list[Outcome | None]]) -> int:
        if self._store is None:
            return 0
        found = 0
        for number, job in enumerate(jobs):
            for position in range(len(job.variations)):
                results[number][position] = self._store.get(job.key(position))
                found += results[number][position] is not None
        return found

    def _process(self) -> WorkerProcess:
        process: WorkerProcess | None = getattr(self._local, "process", None)
        if process is None:
            process = WorkerProcess()
            self._local.process = process
            self._local.loaded = None
            self._local.altered = frozenset()
            with self._lock:
                self._processes.add(process)
        if self._closing:
            raise WorkerDied("the engine is closed")
        return process

    def _drop(self) -> None:
        process: WorkerProcess | None = getattr(self._local, "process", None)
        if process is not None:
            process.close()
            with self._lock:
                self._processes.discard(process)
        self._local.process = None

    def _chunk(self, job: Job, positions: Sequence[int]) -> list[Outcome]:
        outcomes = []
        for position in positions:
            outcome = self._one(job, position)
            if self._store is not None:
                self._store.put(job.key(position), outcome)
            outcomes.append(outcome)
        return outcomes

    def _one(self, job: Job, position: int) -> Outcome:
        """Run one variation; what is worth it (a dead worker, a time-out) is tried again."""
        failure: EngineError | None = None
        for _ in range(_TRIES):
            try:
                answer = self._ask(job, position)
            except (WorkerDied, TimedOut) as error:
                self._drop()
                if self._closing:
                    raise
                failure = error
                if isinstance(error, TimedOut):
                    break
                continue
            if answer.exhausted:
                self._drop()
            if answer.error == EngineMissing.__name__:
                raise EngineMissing(answer.summary, answer.evidence, answer.cure)
            return _outcome(answer)
        assert failure is not None
        return Outcome(
            failure=type(failure).__name__,
            reason=(failure.summary, *failure.evidence, failure.cure or ""),
        )

    def _ask(self, job: Job, position: int) -> Answer:
        process = self._process()
        marker = (job.deck.key, job.measures)
        altered = frozenset((item.device, item.parameter) for item in job.variations[position])
        # What an earlier run altered and this one does not would stay as it was.
        if self._local.loaded != marker or not self._local.altered <= altered:
            self._local.loaded = None
            loaded = process.ask(
                Load(
                    job.deck.lines(),
                    job.deck.command,
                    tuple(Vector(v.name, v.source, v.sign, v.part) for v in job.deck.vectors),
                    job.deck.axis,
                    job.deck.stop,
                    job.measures,
                ),
                _LOAD_TIMEOUT,
            )
            if loaded.error:
                return loaded
            self._local.loaded = marker
        self._local.altered = altered
        keep = tuple(v.name for v in job.deck.vectors) if position in job.keep else ()
        return process.ask(Run(job.variations[position], keep), job.timeout)


def _outcome(answer: Answer) -> Outcome:
    if answer.error:
        return Outcome(failure=answer.error, reason=(answer.summary, *answer.evidence, answer.cure))
    prefix = "wave "
    return Outcome(
        dict(answer.values),
        {n: unpack_array(v) for n, v in answer.arrays.items() if not n.startswith(prefix)},
        {
            n.removeprefix(prefix): unpack_array(v)
            for n, v in answer.arrays.items()
            if n.startswith(prefix)
        },
    )
