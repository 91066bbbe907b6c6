"""The unit of work of any executor: a chunk, run by a worker that this thread keeps for the next.

An executor may run it in another thread, another process, or on another machine; it needs no more
than neuromix and libngspice there. A worker ends with the process that has started it.
"""

from __future__ import annotations

import platform
import threading

from neuromix.engine.job import Job, Outcome
from neuromix.engine.runner import Runner
from neuromix.errors import EngineMissing

_THIS_THREAD = threading.local()
_LOCK = threading.Lock()
_RUNNERS: dict[str, list[Runner]] = {}


def run_chunk(owner: str, version: str, job: Job) -> list[Outcome]:
    """Run all variations of a job for the engine of that name.

    Raises
    ------
    EngineMissing
        Where the library here is of another version than where the campaign began: its numbers
        may be others.
    """
    runner = _runner(owner)
    here = runner.version()
    if here != version:
        raise EngineMissing(
            f"ngspice is of version {here} on {platform.node()}, and {version} elsewhere",
            cure="the same version on all machines",
        )
    return [outcome for outcomes in runner.run(job) for outcome in outcomes]


def identify(owner: str) -> dict[str, str]:
    """Return path, version and extensions of the library there."""
    return _runner(owner).identify()


def stop(owner: str) -> None:
    """End all workers of an engine that are in this process, in the middle of a run if need be."""
    with _LOCK:
        for runner in _RUNNERS.get(owner, ()):
            runner.stop()


def release(owner: str) -> None:
    """Remove all workers of an engine from this process, once none of them runs."""
    with _LOCK:
        for runner in _RUNNERS.pop(owner, ()):
            runner.close()


def _runner(owner: str) -> Runner:
    """Return the runner of this thread for an engine; that of an earlier engine is ended."""
    known: tuple[str, Runner] | None = getattr(_THIS_THREAD, "known", None)
    if known is not None and known[0] == owner:
        return known[1]
    runner = Runner()
    with _LOCK:
        if known is not None:
            known[1].close()
            _RUNNERS[known[0]] = [r for r in _RUNNERS.get(known[0], []) if r is not known[1]]
        _RUNNERS.setdefault(owner, []).append(runner)
    _THIS_THREAD.known = owner, runner
    return runner
