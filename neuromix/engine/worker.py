"""The worker process: one libngspice, fed with decks over a pipe.

Started as ``python -m neuromix.engine.worker BYTES``, the memory that it may take, with an empty
folder as home and working directory; speaks :mod:`neuromix.engine.messages` on its standard
streams. A crash of ngspice ends this process and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from neuromix.engine.binding import Ngspice, describe
from neuromix.engine.log import MORE_MEMORY, classify
from neuromix.engine.messages import (
    FOLDER_PREFIX,
    FRAME,
    SHIFTS,
    Answer,
    Load,
    Probe,
    Request,
    Run,
    Vector,
    pack_array,
    write,
)
from neuromix.errors import NeuromixError, NotConverged, SimulationFailed
from neuromix.measure import take

RUNS_BEFORE_EXHAUSTED = 20_000
"""ngspice keeps about 400 bytes of each run, so a worker is replaced after this many."""

LARGEST_LOG = 1_000_000
"""Bytes of a file that this process may write; ngspice can be made to print without end."""

_PARENT_LOOK = 0.5
_END_TOLERANCE = 1e-6


def _follow_parent() -> None:
    """End this process when its parent is gone, even in the middle of a run."""
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_LOOK)
        _leave_nothing()
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def _leave_nothing() -> None:
    """Remove the working folder that the parent made, for a parent that can no longer do it."""
    here = Path.cwd()
    if here.name.startswith(FOLDER_PREFIX):
        shutil.rmtree(here, ignore_errors=True)


def _limit(memory: int) -> None:
    """Keep a crash, a flood of output or a huge circuit from taking the machine along."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for kind, most in ((resource.RLIMIT_FSIZE, LARGEST_LOG), (resource.RLIMIT_AS, memory)):
            _, hard = resource.getrlimit(kind)
            largest = most if hard == resource.RLIM_INFINITY else min(hard, most)
            resource.setrlimit(kind, (largest, hard))


class Worker:
    """State of the process: the library, the loaded deck, the number of runs."""

    def __init__(self) -> None:
        self._engine = Ngspice()
        self._loaded: Load | None = None
        self._nominals: dict[str, float] = {}
        self._runs = 0

    def answer(self, request: Request) -> Answer:
        """Do what is asked; failures become answers."""
        try:
            if isinstance(request, Probe):
                return Answer(texts=describe(self._engine))
            if isinstance(request, Load):
                return self._load(request)
            return self._run(request)
        except NeuromixError as error:
            return Answer(
                error=type(error).__name__,
                summary=error.summary,
                evidence=error.evidence,
                cure=error.cure or "",
                exhausted=self._engine.exited,
            )

    def _check_log(self) -> None:
        failure = classify(self._engine.take_log())
        if failure is not None:
            raise failure
        if self._engine.exited:
            raise SimulationFailed("ngspice asked to end its process")

    def _load(self, request: Load) -> Answer:
        self._loaded = None
        self._nominals.clear()
        self._engine.command("destroy all")
        self._engine.command("remcirc")
        self._engine.take_log()
        self._engine.load(request.lines)
        self._check_log()
        self._loaded = request
        return Answer()

    def _run(self, request: Run) -> Answer:
        if self._loaded is None:
            raise SimulationFailed("no deck is loaded")
        for item in request.alterations:
            target = f"@{item.device}[{item.parameter}]"
            value = item.value + (self._nominal(target) if item.parameter in SHIFTS else 0.0)
            self._engine.command(f"alter {target} = {value!r}")
            found = float(self._engine.vector(target)[0])
            if abs(found - value) > 1e-9 * abs(value) + 1e-300:
                raise SimulationFailed(f"ngspice did not alter {target}")
        before = self._engine.plot()
        self._engine.take_log()
        self._engine.command(self._loaded.command)
        self._check_log()
        self._runs += 1
        waves = self._waves(self._loaded, before)
        self._engine.command("destroy all")
        values: dict[str, float] = {}
        arrays: dict[str, bytes] = {}
        for call in self._loaded.measures:
            try:
                measured = take(call.kind, waves, call.arguments)
            except (KeyError, TypeError, ValueError, IndexError) as error:
                raise SimulationFailed(
                    f"the measure {call.name!r} cannot be taken: {error!r}",
                    [f"{call.kind} of {call.arguments}", f"waveforms: {', '.join(waves)}"],
                    "correct the measure, or what the bench keeps, in the declaration",
                ) from error
            if isinstance(measured, np.ndarray):
                arrays[call.name] = pack_array(measured)
            else:
                values[call.name] = float(measured)
        for name in request.keep:
            arrays[f"wave {name}"] = pack_array(waves[name])
        return Answer(values, arrays, exhausted=self._runs >= RUNS_BEFORE_EXHAUSTED)

    def _nominal(self, target: str) -> float:
        """Return the value that the loaded deck gives a parameter, before any alteration."""
        if target not in self._nominals:
            self._nominals[target] = float(self._engine.vector(target)[0])
        return self._nominals[target]

    def _waves(self, deck: Load, before: str) -> dict[str, NDArray[np.float64]]:
        plot = self._engine.plot()
        if plot == before:
            raise SimulationFailed("ngspice made no new results")
        if deck.command.startswith("noise "):
            # `noise` makes two plots, the spectrum and then its integral.
            kind, number = plot[:5], int(plot[5:])
            self._engine.command(f"setplot {kind}{number - 1}")
        waves = {item.name: self._wave(item) for item in deck.vectors}
        for name, wave in waves.items():
            if not np.all(np.isfinite(wave)):
                raise SimulationFailed(f"ngspice returned values of {name} that are not finite")
        if deck.axis:
            axis = waves[deck.axis]
            end = float(axis[-1])
            # A sweep may end at 0, so that its end alone is no scale.
            if abs(end - deck.stop) > _END_TOLERANCE * max(abs(axis[0]), abs(deck.stop)):
                raise NotConverged(
                    f"ngspice stopped at {deck.axis} = {end:.6g} before {deck.stop:.6g}"
                )
        return waves

    def _wave(self, vector: Vector) -> NDArray[np.float64]:
        if vector.part == "magnitude":
            return np.abs(self._engine.complex_vector(vector.source))
        if vector.part == "phase":
            response = vector.sign * self._engine.complex_vector(vector.source)
            return np.asarray(np.degrees(np.unwrap(np.angle(response))))
        return vector.sign * self._engine.vector(vector.source)


def _read(stream: BinaryIO) -> bytes | None:
    header = stream.read(FRAME.size)
    if len(header) < FRAME.size:
        return None
    (length,) = FRAME.unpack(header)
    body = stream.read(length)
    return body if len(body) == length else None


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    # What a library prints must not end up between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit(int(sys.argv[1]))
    _follow_parent()
    try:
        # A parent that was killed shows as an end of its words, or as nobody to answer to.
        with contextlib.suppress(BrokenPipeError):
            _serve(answers)
    finally:
        _leave_nothing()


def _serve(answers: BinaryIO) -> None:
    decoder = msgspec.msgpack.Decoder(Request)
    worker: Worker | None = None
    while (body := _read(sys.stdin.buffer)) is not None:
        try:
            worker = worker or Worker()
            answer = worker.answer(decoder.decode(body))
        except MemoryError:
            answer = Answer(
                error=SimulationFailed.__name__,
                summary="the worker has no memory left for this deck",
                cure=MORE_MEMORY,
                exhausted=True,
            )
        except NeuromixError as error:
            answer = Answer(
                error=type(error).__name__,
                summary=error.summary,
                evidence=error.evidence,
                cure=error.cure or "",
            )
        write(answers, answer)


if __name__ == "__main__":
    main()
