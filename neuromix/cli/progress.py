"""Progress on standard error, from the first second; plain lines where there is no terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

QUIET_SECONDS = 10.0
"""Between two plain lines."""


@contextlib.contextmanager
def reporting(first: str) -> Iterator[Callable[[int, int, str], None]]:
    """Yield a callable that is told runs done, runs in all, and what is going on."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(first, total=None)

            def show(done: int, total: int, what: str) -> None:
                bar.update(task, completed=done, total=total, description=what)

            yield show
        return
    last = [time.monotonic()]
    print(f"{first} …", file=sys.stderr, flush=True)  # noqa: T201

    def line(done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if now - last[0] >= QUIET_SECONDS:
            last[0] = now
            print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)  # noqa: T201

    yield line
