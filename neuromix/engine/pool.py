"""The engine that simulates on this machine: jobs spread over ngspice worker processes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from neuromix.engine.runner import Runner
from neuromix.engine.spreading import Arrival, Arrivals, Chunk, Opener, SpreadingEngine


class NgspiceEngine(SpreadingEngine):
    """Workers that persist over many jobs; a context manager.

    Parameters
    ----------
    workers : int
        Processes.
    store : Path or callable, optional
        Folder of outcomes: what is there is not simulated again, what is new is put there. Or what
        opens a store, given the name and version of the engine.
    chunk : int, optional
        Runs that a worker gets at a time; by default many at first and few in the end. No number
        depends on it.
    """

    def __init__(
        self, workers: int = 2, store: Path | Opener | None = None, *, chunk: int | None = None
    ) -> None:
        super().__init__(workers, store, chunk)
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="ngspice")
        self._local = threading.local()
        self._lock = threading.Lock()
        self._runners: list[Runner] = []

    def _begin(self, chunk: Chunk, arrivals: Arrivals) -> None:
        self._threads.submit(self._run_chunk, chunk, arrivals)

    def _run_chunk(self, chunk: Chunk, arrivals: Arrivals) -> None:
        try:
            for outcomes in self._runner().run(chunk.job):
                arrivals.put(Arrival(chunk, outcomes))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            arrivals.put(Arrival(chunk, error=error))

    def _identify(self) -> dict[str, str]:
        return self._threads.submit(lambda: self._runner().identify()).result()

    def _runner(self) -> Runner:
        """Return the runner of this thread."""
        found: Runner | None = getattr(self._local, "runner", None)
        if found is None:
            found = self._local.runner = Runner()
            with self._lock:
                self._runners.append(found)
                if self._closing:
                    found.stop()
        return found

    def _end(self) -> None:
        with self._lock:
            for runner in self._runners:
                runner.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for runner in self._runners:
            runner.close()
