"""The worker process: one libngspice, fed with decks over a pipe.

Started as ``python -m neuromix.engine.worker BYTES``, the memory that it may take, with an empty
folder as home and working directory; speaks :mod:`neuromix.engine.messages` on its standard
streams. A crash of ngspice ends this process and nothing else.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from neuromix.engine.binding import Ngspice, describe
from neuromix.engine.confinement import follow_parent, leave_nothing, limit
from neuromix.engine.log import MORE_MEMORY, classify
from neuromix.engine.messages import (
    FRAME,
    SHIFTS,
    WAVE,
    Alteration,
    Answer,
    Load,
    Probe,
    Request,
    Run,
    Runs,
    Vector,
    pack_array,
)
from neuromix.engine.outbox import Outbox
from neuromix.errors import NeuromixError, NotConverged, SimulationFailed
from neuromix.measure import take

RUNS_BEFORE_EXHAUSTED = 20_000
"""ngspice keeps about 400 bytes of each run, so a worker is replaced after this many."""

LINES_OF_A_FAILURE = 40
POINTS_OF_A_FAILURE = 2000
"""Of the log, and of each waveform, that are sent home of a run that failed."""

_END_TOLERANCE = 1e-6


class Worker:
    """State of the process: the library, the loaded deck, what is altered, the number of runs."""

    def __init__(self) -> None:
        self._engine = Ngspice()
        self._loaded: Load | None = None
        self._targets: dict[tuple[str, str], tuple[bytes, bytes, float]] = {}
        self._altered: frozenset[tuple[str, str]] = frozenset()
        self._confirmed: set[bytes] = set()
        self._runs = 0
        self._said: list[str] = []

    def answer(self, request: Request) -> Answer:
        """Do what is asked; failures become answers."""
        try:
            if isinstance(request, Probe):
                return Answer(texts=describe(self._engine))
            if isinstance(request, Load):
                return self._load(request)
            assert isinstance(request, Run)
            return self._run(request)
        except NeuromixError as error:
            answer = refusal(error)
            answer.log = tuple(self._said[-LINES_OF_A_FAILURE:])
            answer.arrays = self._remains() if isinstance(request, Run) else {}
            answer.exhausted = self._engine.exited or self._runs >= RUNS_BEFORE_EXHAUSTED
            return answer
        finally:
            if not self._engine.exited:
                # Plots that stay make every later command slower.
                self._engine.command("destroy all")

    def _check_log(self) -> None:
        self._said = self._engine.take_log()
        failure = classify(self._said)
        if failure is not None:
            raise failure
        if self._engine.exited:
            raise SimulationFailed("ngspice asked to end its process")

    def _load(self, request: Load) -> Answer:
        self._loaded = None
        self._targets.clear()
        self._confirmed.clear()
        self._altered = frozenset()
        self._engine.command("remcirc")
        self._engine.take_log()
        self._engine.load(request.lines)
        self._check_log()
        self._loaded = request
        return Answer()

    def _run(self, request: Run) -> Answer:
        deck = self._loaded
        if deck is None:
            raise SimulationFailed("no deck is loaded")
        altered = frozenset((item.device, item.parameter) for item in request.alterations)
        if not self._altered <= altered:
            # What an earlier run altered and this one does not would stay as it was.
            self._load(deck)
        self._altered = altered
        for position, item in enumerate(request.alterations):
            self._alter(item, again=position == self._runs % len(request.alterations))
        before = self._engine.plot()
        self._engine.take_log()
        self._engine.command(deck.command)
        self._runs += 1
        self._check_log()
        waves = self._waves(deck, before)
        values: dict[str, float] = {}
        arrays: dict[str, bytes] = {}
        for call in deck.measures:
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
            arrays[WAVE + name] = pack_array(waves[name])
        return Answer(values, arrays, exhausted=self._runs >= RUNS_BEFORE_EXHAUSTED)

    def _alter(self, item: Alteration, again: bool) -> None:
        """Alter a parameter; read it back the first time, and where asked to do it again.

        Of a name that is wrong ngspice says nothing. Reading all back in each run would cost as
        much as altering them.
        """
        known = self._targets.get((item.device, item.parameter))
        if known is None:
            known = self._targets[item.device, item.parameter] = self._target(item)
        target, order, nominal = known
        value = item.value + nominal
        if not math.isfinite(value):
            raise SimulationFailed(f"{target.decode()} cannot be altered to {value!r}")
        self._engine.command(order + repr(value).encode())
        if again or target not in self._confirmed:
            if not math.isclose(self._engine.first(target), value, abs_tol=1e-300):
                raise SimulationFailed(f"ngspice did not alter {target.decode()} to {value!r}")
            self._confirmed.add(target)

    def _target(self, item: Alteration) -> tuple[bytes, bytes, float]:
        """Return what a parameter is called, the order that alters it, and what shifts start from.

        That is the value which the loaded deck gives it, before any alteration.
        """
        target = f"@{item.device}[{item.parameter}]".encode()
        nominal = self._engine.first(target) if item.parameter in SHIFTS else 0.0
        return target, b"alter " + target + b" = ", nominal

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
            if not np.isfinite(wave).all():
                raise SimulationFailed(f"ngspice returned values of {name} that are not finite")
        if deck.axis:
            axis = waves[deck.axis]
            end = float(axis[-1])
            # A sweep may end at 0, so that its end alone is no scale.
            if abs(end - deck.stop) > _END_TOLERANCE * max(abs(float(axis[0])), abs(deck.stop)):
                raise NotConverged(
                    f"ngspice stopped at {deck.axis} = {end:.6g} before {deck.stop:.6g}"
                )
        return waves

    def _remains(self) -> dict[str, bytes]:
        """Return the waveforms of a run that failed as far as they went, thinned out."""
        found: dict[str, bytes] = {}
        if self._loaded is None or self._engine.exited:
            return found
        for vector in self._loaded.vectors:
            with contextlib.suppress(SimulationFailed):
                wave = self._wave(vector)
                kept = np.linspace(0, len(wave) - 1, min(len(wave), POINTS_OF_A_FAILURE))
                found[WAVE + vector.name] = pack_array(wave[kept.astype(int)])
        return found

    def _wave(self, vector: Vector) -> NDArray[np.float64]:
        if vector.part == "magnitude":
            return np.abs(self._engine.complex_vector(vector.source))
        if vector.part == "phase":
            response = vector.sign * self._engine.complex_vector(vector.source)
            return np.asarray(np.degrees(np.unwrap(np.angle(response))))
        return vector.sign * self._engine.vector(vector.source)


def refusal(error: NeuromixError) -> Answer:
    """Return the answer that tells an error."""
    return Answer(
        error=type(error).__name__,
        summary=error.summary,
        evidence=error.evidence,
        cure=error.cure or "",
    )


def _read(stream: BinaryIO) -> bytes | None:
    header = stream.read(FRAME.size)
    if len(header) < FRAME.size:
        return None
    (length,) = FRAME.unpack(header)
    body = stream.read(length)
    return body if len(body) == length else None


def main(kind: type[Worker] = Worker, requests: Any = Request) -> None:
    """Answer requests until the parent closes the pipe.

    ``kind`` is what answers, ``requests`` the union of the messages that it understands.
    """
    # What a library prints must not end up between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit(int(sys.argv[1]))
    follow_parent()
    try:
        # A parent that was killed shows as an end of its words, or as nobody to answer to.
        with contextlib.suppress(BrokenPipeError):
            _serve(Outbox(answers), kind, requests)
    finally:
        leave_nothing()


def _serve(outbox: Outbox, kind: type[Worker], requests: Any) -> None:
    decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(requests)
    worker: Worker | None = None

    def answered(request: Any) -> Answer:
        nonlocal worker
        try:
            worker = worker or kind()
            return worker.answer(request)
        except MemoryError:
            return Answer(
                error=SimulationFailed.__name__,
                summary="the worker has no memory left for this deck",
                cure=MORE_MEMORY,
                exhausted=True,
            )
        except NeuromixError as error:
            return refusal(error)

    while (body := _read(sys.stdin.buffer)) is not None:
        request = decoder.decode(body)
        if not isinstance(request, Runs):
            outbox.send(answered(request))
            continue
        for run in request.runs:
            answer = answered(run)
            (outbox.send if request.at_once else outbox.put)(answer)
            if answer.exhausted:
                break
        outbox.flush()


if __name__ == "__main__":
    main()
