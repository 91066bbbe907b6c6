"""A worker process seen from the parent: start, ask, time out, kill."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

import msgspec

from neuromix import units
from neuromix.data.files import named
from neuromix.engine.messages import FOLDER_PREFIX, FRAME, LARGEST_FRAME, Answer, frame
from neuromix.errors import BadValue, TimedOut, WorkerDied

_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "NEUROMIX_LIBNGSPICE", "LANG")
_LOG_KEPT = 4000
MEMORY = 4 * 2**30
"""Bytes of address space that a worker may take; NEUROMIX_WORKER_MEMORY says otherwise."""

LEAST_MEMORY = 512 * 2**20
"""Bytes; Python and its libraries need about half of them before any circuit is loaded."""


def _memory() -> int:
    """Return how much memory a worker may take, bytes.

    Raises
    ------
    BadValue
        Where NEUROMIX_WORKER_MEMORY is no such number.
    """
    given = os.environ.get("NEUROMIX_WORKER_MEMORY")
    memory = units.parse(given, of="NEUROMIX_WORKER_MEMORY") if given else MEMORY
    if memory < LEAST_MEMORY:
        raise BadValue(
            f"NEUROMIX_WORKER_MEMORY: {given} bytes are less than a worker needs to start",
            cure=f"{LEAST_MEMORY} or more, such as 8G",
        )
    return int(memory)


class WorkerProcess:
    """One worker; a context manager that leaves no process and no folder behind.

    Parameters
    ----------
    module : str
        What the process runs.
    """

    def __init__(self, module: str = "neuromix.engine.worker") -> None:
        memory = _memory()
        try:
            self._folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        except OSError as error:
            raise named(Path(tempfile.gettempdir()), error) from error
        self._errors = (self._folder / "stderr").open("w+b")
        source = Path(__file__).resolve().parents[2]
        environment = {
            name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ
        } | {
            "HOME": str(self._folder),
            "PYTHONPATH": os.pathsep.join([str(source), *filter(None, sys.path)]),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=self._folder,
            env=environment,
            start_new_session=True,
        )
        self._decoder = msgspec.msgpack.Decoder(Answer)
        self._pending = bytearray()
        self._writable = self._selector(self._process.stdin, selectors.EVENT_WRITE)
        self._readable = self._selector(self._process.stdout, selectors.EVENT_READ)
        self._closed = False

    @staticmethod
    def _selector(pipe: IO[bytes] | None, event: int) -> selectors.BaseSelector:
        assert pipe is not None
        os.set_blocking(pipe.fileno(), False)
        selector = selectors.DefaultSelector()
        selector.register(pipe, event)
        return selector

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()

    def ask(self, request: msgspec.Struct, timeout: float) -> Answer:
        """Send a request and wait for its only answer.

        Raises
        ------
        TimedOut
            After ``timeout`` seconds; the worker and all that it started are killed.
        WorkerDied
            Where the process ended before it answered.
        """
        return next(self.answers(request, timeout))[0]

    def answers(self, request: msgspec.Struct, timeout: float) -> Iterator[list[Answer]]:
        """Send a request and yield its answers, all that have come; without end.

        ``timeout`` is for each wait; raises as :meth:`ask`.
        """
        deadline = time.monotonic() + timeout
        try:
            self._write(memoryview(frame(request)), deadline, timeout)
            while True:
                while not (bodies := self._whole_frames()):
                    self._read(deadline, timeout)
                yield [self._decoder.decode(body) for body in bodies]
                deadline = time.monotonic() + timeout
        except OSError as error:
            raise self._died() from error
        except msgspec.DecodeError as error:
            raise self._died("what it sent is no answer") from error

    def _write(self, left: memoryview, deadline: float, timeout: float) -> None:
        """Write all of it; a worker that does not read must not hang its parent."""
        assert self._process.stdin is not None
        descriptor = self._process.stdin.fileno()
        while left:
            self._wait(self._writable, deadline, timeout)
            left = left[os.write(descriptor, left[: 1 << 20]) :]

    def _wait(self, selector: selectors.BaseSelector, deadline: float, timeout: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0.0 or not selector.select(left):
            self.close()
            raise TimedOut(
                f"ngspice gave no answer within {timeout:.0f} s",
                ["its process was killed"],
                "a longer time-out, a shorter analysis, or fewer spikes",
            )

    def _read(self, deadline: float, timeout: float) -> None:
        assert self._process.stdout is not None
        self._wait(self._readable, deadline, timeout)
        part = os.read(self._process.stdout.fileno(), 1 << 20)
        if not part:
            raise self._died()
        self._pending += part

    def _whole_frames(self) -> list[bytes]:
        """Take what has come whole out of what has been read."""
        bodies, start = [], 0
        while len(self._pending) - start >= FRAME.size:
            (length,) = FRAME.unpack_from(self._pending, start)
            if length > LARGEST_FRAME:
                raise self._died("what it sent is no answer")
            end = start + FRAME.size + length
            if end > len(self._pending):
                break
            bodies.append(bytes(self._pending[start + FRAME.size : end]))
            start = end
        del self._pending[:start]
        return bodies

    def _died(self, why: str = "") -> WorkerDied:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=0.0 if why else 1.0)
        code = self._process.poll()
        self._errors.seek(0)
        lines = self._errors.read()[-_LOG_KEPT:].decode(errors="replace").strip().splitlines()
        self.close()
        if why or code is None:
            how = f"was ended: {why or 'it closed its pipe'}"
        else:
            how = f"ended with {f'signal {signal.Signals(-code).name}' if code < 0 else code}"
        return WorkerDied(
            f"the ngspice worker {how}",
            lines[-4:],
            "`neuromix doctor`; if that is clean, the deck crashes ngspice",
        )

    def kill(self) -> None:
        """Kill the worker's process group; for another thread than the one that asks.

        The pipes stay open: one that is closed under a thread waiting for it never wakes it.
        """
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill the worker's process group and remove its folder; safe to call twice."""
        if not self._closed:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._closed = True
        self._process.wait()
        self._writable.close()
        self._readable.close()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)
