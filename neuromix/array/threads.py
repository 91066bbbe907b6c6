"""Work that is shared out to threads, with results in one order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

Part = TypeVar("Part")


class Threads:
    """The thread that calls, and others that help it.

    Each helper has a queue of its own, and the caller does its share itself. Threads that wait at
    one queue are woken one for each entry, unless two come at once: then the first that wakes may
    take both (CPython 3.11), and work of a millisecond is done one after the other.

    Parameters
    ----------
    count : int
        How many in all.
    """

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._helpers = tuple(ThreadPoolExecutor(1) for _ in range(count - 1))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for helper in self._helpers:
            helper.shutdown(cancel_futures=True)

    def each(self, work: Callable[..., Part], *columns: Any) -> Iterator[Part]:
        """Yield what ``work`` gives for each row of ``columns``, in their order.

        Row k is done by helper k, and then again from the first; rows of the caller when they are
        asked for.
        """
        rows = list(zip(*columns, strict=True))
        futures: dict[int, Future[Part]] = {
            k: self._helpers[k % self.count - 1].submit(work, *row)
            for k, row in enumerate(rows)
            if k % self.count
        }
        for k, row in enumerate(rows):
            yield futures.pop(k).result() if k in futures else work(*row)


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
    found = []
    for begin, end, made in zip(
        borders[:-1], borders[1:], threads.each(work, borders[:-1], borders[1:]), strict=True
    ):
        found.append(made)
        done(end - begin)
    return found
