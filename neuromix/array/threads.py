"""Work on blocks of neurons, shared out to threads in one order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

Part = TypeVar("Part")


@dataclass(frozen=True)
class Threads:
    """Threads that a run may use.

    Parameters
    ----------
    count : int
    executor : Executor, optional
        None where there is one thread.
    """

    count: int = 1
    executor: Executor | None = None


ALONE = Threads()
"""One thread."""


def shared_out(work: Callable[[int, int], Part], blocks: int, threads: Threads) -> list[Part]:
    """Return what ``work(first, end)`` gives for ranges that cover all blocks, in their order."""
    parts = min(threads.count, blocks)
    if threads.executor is None or parts < 2:
        return [work(0, blocks)]
    borders = [blocks * k // parts for k in range(parts + 1)]
    return list(threads.executor.map(work, borders[:-1], borders[1:]))
