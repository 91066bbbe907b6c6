"""Where a worker puts its answers: those of short runs travel together, none waits for long."""

from __future__ import annotations

import threading
import time
from typing import BinaryIO

from neuromix.engine.messages import Answer, frame

LONGEST_WAIT = 0.02
"""s that an answer may wait for company; a write and a wake-up cost as much as a short run."""


class Outbox:
    """Answers on their way to the parent.

    A thread of its own sends what waits while ngspice runs, so that what a parent has not heard of
    after a time-out is the run that hangs, and not one before it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting: list[bytes] = []
        self._lock = threading.Lock()
        self._filled = threading.Event()
        self._broken: OSError | None = None
        threading.Thread(target=self._empty, daemon=True).start()

    def put(self, answer: Answer) -> None:
        """Send an answer within :data:`LONGEST_WAIT`."""
        with self._lock:
            self._waiting.append(frame(answer))
        self._filled.set()
        if self._broken is not None:
            raise self._broken

    def send(self, answer: Answer) -> None:
        """Send an answer, and all that wait, now."""
        with self._lock:
            self._waiting.append(frame(answer))
        self.flush()

    def flush(self) -> None:
        """Send all that wait."""
        with self._lock:
            self._filled.clear()
            if self._waiting:
                self._stream.write(b"".join(self._waiting))
                self._stream.flush()
                self._waiting.clear()

    def _empty(self) -> None:
        try:
            while self._filled.wait():
                time.sleep(LONGEST_WAIT)
                self.flush()
        except OSError as error:
            self._broken = error
