"""Progress on standard error, from the first second; a line a phase where there is no terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from neuromix.display.progress import quiet


@contextlib.contextmanager
def reporting(first: str, lines: bool = True) -> Iterator[Callable[[int, int, str], None]]:
    """Yield a callable that is told runs done, runs in all, and what is going on.

    Parameters
    ----------
    first : str
        What goes on at first.
    lines : bool
        Whether something is said where there is no terminal, too.
    """
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
    if not lines:
        yield quiet
        return
    said = {first}
    print(f"{first} …", file=sys.stderr, flush=True)  # noqa: T201

    def line(done: int, total: int, what: str) -> None:
        if what not in said:
            said.add(what)
            runs = f", {done} of {total} runs done" if total > 1 else ""
            print(f"{what}{runs} …", file=sys.stderr, flush=True)  # noqa: T201

    yield line
