"""How long work reports on itself: one line that is renewed in a notebook, nothing in a script.

The command line has its own bars and lines in ``neuromix.cli.progress``.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from neuromix.errors import BadValue

Progress = Callable[[int, int, str], None]
"""Called with what is done and what is to do, in runs or as its caller says, and what goes on."""

PATIENCE = 0.5
"""s: work that is done sooner shows nothing."""

RENEWAL = 0.2
"""s between two versions of the line."""

_BAR = 24


def quiet(_done: int, _total: int, _what: str) -> None:
    """Report nothing."""


def in_notebook() -> bool:
    """Tell whether this process is a Jupyter kernel."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    return hasattr(get_ipython(), "kernel")


@contextlib.contextmanager
def watching(progress: Progress | None, unit: str = "runs") -> Iterator[Progress]:
    """Yield the progress that was given, or a line in a notebook and nothing elsewhere."""
    if progress is not None and not callable(progress):
        raise BadValue(
            f"progress={progress!r} is not a function",
            cure="progress=lambda done, whole, what: print(done, whole, what)",
        )
    if progress is not None or not in_notebook():
        yield progress or quiet
        return
    line = Line(unit)
    try:
        yield line
    finally:
        line.close()


def phase(progress: Progress, name: str, before: int, whole: int) -> Progress:
    """Return what a part of some work is told to report to: the runs before it count as well."""

    def report(done: int, _total: int, _what: str) -> None:
        progress(before + done, whole, name)

    return report


def portion(progress: Progress, name: str, low: float, high: float) -> Progress:
    """Return what a part of some work is told to report to, in percent of it all: low … high."""

    def report(done: int, total: int, _what: str) -> None:
        progress(round(low + (high - low) * done / max(total, 1)), 100, name)

    return report


class Line:
    """One line of a notebook's output that is renewed, and at last says how long it took."""

    def __init__(self, unit: str = "runs") -> None:
        self._unit = unit
        self._started = self._shown = time.monotonic()
        self._handle: Any = None
        self._state = (0, 0, "")

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note, and show it where the last version is old enough."""
        self._state = (done, total, what)
        now = time.monotonic()
        wait = PATIENCE if self._handle is None else RENEWAL
        if now - self._shown >= wait:
            self._shown = now
            part = done / total if total else 0.0
            bar = "█" * round(_BAR * part) + "░" * (_BAR - round(_BAR * part))
            self._show(
                f"{bar} {done} of {total} {self._unit}, {now - self._started:.0f} s · {what}"
            )

    def close(self) -> None:
        """Leave a line of what was done, where any was shown."""
        if self._handle is not None:
            done, total, what = self._state
            spent = time.monotonic() - self._started
            self._show(f"{done} of {total} {self._unit} in {spent:.0f} s · {what}")

    def _show(self, text: str) -> None:
        from IPython.display import display

        data = {"text/plain": text}
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(data, raw=True)
