"""One worker, what it has loaded, and what is done when it fails; for one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Self

from neuromix.engine.job import Job, Outcome, Remains
from neuromix.engine.messages import WAVE, Answer, Load, Probe, Run, Runs, Vector, unpack_array
from neuromix.engine.process import WorkerProcess
from neuromix.errors import EngineError, EngineMissing, TimedOut, WorkerDied

_TRIES = 3
_LOAD_TIMEOUT = 120.0
_PROBE_TIMEOUT = 30.0


class Runner:
    """A worker that is started when it is needed and replaced when it is gone or worn out."""

    def __init__(self) -> None:
        self._process: WorkerProcess | None = None
        self._loaded: object = None
        self._lock = threading.Lock()
        self._stopped = False
        self._version = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()

    def stop(self) -> None:
        """End the worker in the middle of a run; for another thread than the one that runs."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the worker and remove its folder, once nobody runs."""
        self._stopped = True
        self._drop()

    def identify(self) -> dict[str, str]:
        """Return path, version and extensions of libngspice.

        Raises
        ------
        EngineMissing
            Where it is not installed.
        """
        for tried in range(1, _TRIES + 1):
            try:
                answer = self._started().ask(Probe(), _PROBE_TIMEOUT)
            except (WorkerDied, TimedOut):
                self._drop()
                if self._stopped or tried == _TRIES:
                    raise
                continue
            _require_library(answer)
            break
        return answer.texts

    def version(self) -> str:
        """Return the version of libngspice; it is asked for once. Raises as :meth:`identify`."""
        if not self._version:
            self._version = self.identify().get("version", "unknown")
        return self._version

    def run(self, job: Job) -> Iterator[list[Outcome]]:
        """Yield the outcomes of all variations, in their order and as they come.

        What is worth it (a worker that died) is tried again, three times in all; a run that found
        no end is not.
        """
        done = faults = 0
        at_once = len(job.variations) == 1
        while done < len(job.variations):
            try:
                for answers in self._answers(job, done, at_once):
                    faults = 0
                    done += len(answers)
                    yield [_outcome(answer) for answer in answers]
            except (WorkerDied, TimedOut) as error:
                self._drop()
                if self._stopped:
                    raise
                # Answers that waited for company are lost: only alone does a run show its fault.
                faults += at_once or isinstance(error, TimedOut)
                at_once = True
                if faults == _TRIES or isinstance(error, TimedOut):
                    faults = 0
                    done += 1
                    yield [_gone(error)]

    def _answers(self, job: Job, first: int, at_once: bool) -> Iterator[list[Answer]]:
        """Yield the answers of the worker from a variation on, until the last or its own end."""
        process = self._started()
        left = len(job.variations) - first
        if self._loaded != (job.deck, job.measures):
            answer = self._load(process, job)
            if answer.error:
                # What cannot be loaded once is not going to be loaded for the next run.
                yield [answer] * left
                return
        answers: list[Answer] = []
        names = tuple(vector.name for vector in job.deck.vectors)
        runs = tuple(
            Run(job.variations[k], names if k in job.keep else ())
            for k in range(first, len(job.variations))
        )
        try:
            for answers in process.answers(Runs(runs, at_once), job.timeout):
                left -= len(answers)
                yield answers
                if left == 0 or answers[-1].exhausted:
                    break
        finally:
            # A worker that is worn out, or that still has something to say, is of no more use.
            if left or answers[-1].exhausted:
                self._drop()

    def _load(self, process: WorkerProcess, job: Job) -> Answer:
        self._loaded = None
        deck = job.deck
        vectors = tuple(Vector(v.name, v.source, v.sign, v.part) for v in deck.vectors)
        load = Load(deck.lines(), deck.command, vectors, deck.axis, deck.stop, job.measures)
        answer = process.ask(load, _LOAD_TIMEOUT)
        _require_library(answer)
        if answer.exhausted:
            self._drop()
        elif not answer.error:
            self._loaded = (deck, job.measures)
        return answer

    def _started(self) -> WorkerProcess:
        with self._lock:
            if self._stopped:
                raise WorkerDied("the engine is closed")
            if self._process is None:
                self._process = WorkerProcess()
                self._loaded = None
            return self._process

    def _drop(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.close()
            self._process = None


def _require_library(answer: Answer) -> None:
    if answer.error == EngineMissing.__name__:
        raise EngineMissing(answer.summary, answer.evidence, answer.cure)


def _gone(error: EngineError) -> Outcome:
    reason = (error.summary, *error.evidence, error.cure or "")
    return Outcome(failure=type(error).__name__, reason=reason)


def _outcome(answer: Answer) -> Outcome:
    waves = {
        name.removeprefix(WAVE): unpack_array(raw)
        for name, raw in answer.arrays.items()
        if name.startswith(WAVE)
    }
    if answer.error:
        reason = (answer.summary, *answer.evidence, answer.cure)
        return Outcome(failure=answer.error, reason=reason, remains=Remains(answer.log, waves))
    arrays = {
        name: unpack_array(raw) for name, raw in answer.arrays.items() if not name.startswith(WAVE)
    }
    return Outcome(answer.values, arrays, waves)
