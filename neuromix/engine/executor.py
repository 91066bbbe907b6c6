"""The engine that simulates wherever an executor is: threads, processes, a cluster of machines."""

from __future__ import annotations

import uuid
from concurrent.futures import CancelledError, Executor, Future, wait
from pathlib import Path

from neuromix.engine import remote
from neuromix.engine.job import Outcome
from neuromix.engine.spreading import Arrival, Arrivals, Chunk, Opener, SpreadingEngine
from neuromix.errors import BadValue, NeuromixError, WorkerDied

_PATIENCE = 2.0
"""s that is waited for chunks to end which were stopped."""


class ExecutorEngine(SpreadingEngine):
    """Spreads chunks over an executor, which stays the caller's; a context manager.

    Each thread or process of the executor keeps one ngspice worker from chunk to chunk, until it
    ends or works for another engine.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Such as a ``ProcessPoolExecutor``, or ``dask.distributed.Client(…).get_executor()``.
    workers : int
        How many chunks it works on at a time.
    store : Path or callable, optional
        As of :class:`neuromix.engine.pool.NgspiceEngine`; it is written here, not there.
    chunk : int, optional
        Runs that are handed over at a time; by default many at first and few in the end.

    Raises
    ------
    BadValue
        Where it is no executor.
    """

    def __init__(
        self,
        executor: Executor,
        workers: int = 2,
        store: Path | Opener | None = None,
        *,
        chunk: int | None = None,
    ) -> None:
        if not isinstance(executor, Executor):
            raise BadValue(
                f"a {type(executor).__name__} is not a concurrent.futures.Executor",
                cure="ProcessPoolExecutor(2), or dask.distributed.Client(…).get_executor()",
            )
        super().__init__(workers, store, chunk)
        self._executor = executor
        self._name = uuid.uuid4().hex
        self._version = ""
        self._begun: dict[Future[list[Outcome]], Chunk] = {}

    def _begin(self, chunk: Chunk, arrivals: Arrivals) -> None:
        def arrived(future: Future[list[Outcome]]) -> None:
            self._begun.pop(future, None)
            try:
                arrivals.put(Arrival(chunk, future.result()))
            except NeuromixError as error:
                arrivals.put(Arrival(chunk, error=error))
            except (Exception, CancelledError) as error:  # noqa: BLE001 - of any executor
                arrivals.put(Arrival(chunk, error=_lost(error)))

        if not self._version:
            self._version = self._identify().get("version", "unknown")
        future = self._executor.submit(remote.run_chunk, self._name, self._version, chunk.job)
        self._begun[future] = chunk
        future.add_done_callback(arrived)

    def _identify(self) -> dict[str, str]:
        try:
            return self._executor.submit(remote.identify, self._name).result()
        except NeuromixError:
            raise
        except Exception as error:  # whatever an executor makes of a lost worker
            raise _lost(error) from error

    def _end(self) -> None:
        begun = list(self._begun)
        for future in begun:
            future.cancel()
        remote.stop(self._name)
        wait(begun, timeout=_PATIENCE)
        remote.release(self._name)


def _lost(error: BaseException) -> WorkerDied:
    """Return what is said where not ngspice, but the executor itself is at fault."""
    return WorkerDied(
        "the executor gave a chunk back unfinished",
        [f"{type(error).__name__}: {error}"],
        "look at the executor's own log; with a store, run it again and it goes on",
    )
