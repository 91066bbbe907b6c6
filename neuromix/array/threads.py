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


def shared_out(
    work: Callable[[int, int], Part],
    blocks: int,
    threads: Threads,
    pieces: int = 1,
    done: Callable[[int], None] = lambda _: None,
) -> list[Part]:
    """Return what ``work(first, end)`` gives for ranges that cover all blocks, in their order.

    There are as many ranges as threads, or ``pieces`` if these are more; ``done`` is told, by the
    thread that calls, how many blocks each had.
    """
    parts = max(1, min(max(threads.count, pieces), blocks))
    if parts == 1:
        only = work(0, blocks)
        done(blocks)
        return [only]
    borders = [blocks * k // parts for k in range(parts + 1)]
    run = map if threads.executor is None or parts < 2 else threads.executor.map
    found = []
    for begin, end, made in zip(
        borders[:-1], borders[1:], run(work, borders[:-1], borders[1:]), strict=True
    ):
        found.append(made)
        done(end - begin)
    return found
