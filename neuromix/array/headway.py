"""What of a run is done, in percent."""

from __future__ import annotations

from neuromix.display.progress import Progress, quiet

PIECE = 200_000
"""Steps of blocks after which a run may tell how far it is: some hundredths of a second."""


class Headway:
    """Adds up the work that is done and tells it, in percent; for one thread.

    Parameters
    ----------
    progress : callable
        Called with percents done, 100, and what is going on.
    whole : float
        All work, in whatever unit its parts are added.
    """

    def __init__(self, progress: Progress = quiet, whole: float = 1.0) -> None:
        self._progress = progress
        self._whole = whole
        self._done = 0.0
        self._told = -1

    def add(self, work: float, what: str) -> None:
        """Add a part that is done."""
        self._done += work
        percent = min(100, int(100.0 * self._done / self._whole + 1e-9))
        if percent != self._told:
            self._told = percent
            self._progress(percent, 100, what)


UNHEARD = Headway()
"""Tells nobody."""
