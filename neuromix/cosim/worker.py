"""The live worker: an ngspice worker whose circuit talks with a fabric while it is simulated.

Started as ``python -m neuromix.cosim.worker BYTES`` by
:class:`neuromix.engine.process.WorkerProcess`; it understands one message more than
:mod:`neuromix.engine.worker`, :class:`Wiring`, which comes after a ``Load`` and before its ``Run``.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from neuromix.cosim.exchange import Clocking, Exchange
from neuromix.cosim.lockstep import LockStep
from neuromix.data.events import Events
from neuromix.engine.messages import Answer, Request, Run, pack_array, unpack_array
from neuromix.engine.worker import Worker, main

REPORTED_EVERY = 0.25e-3
"""Simulated time between two lines of the log, s."""


class Wiring(msgspec.Struct, frozen=True, tag=True):
    """How the loaded circuit hangs on the fabric; answered by an empty :class:`Answer`.

    ``outputs`` are vectors of the circuit, ``gates`` and ``weights`` names of its external sources;
    ``codes`` are the rows of the weight memory one after the other, first those of the senders
    outside, whose events are ``time`` and ``address``. ``log`` is a file that gets a line with the
    spikes so far now and then, or empty.
    """

    outputs: tuple[str, ...]
    gates: tuple[str, ...]
    weights: tuple[str, ...]
    codes: bytes
    time: bytes
    address: bytes
    outside: int
    clocking: Clocking
    log: str = ""

    def exchange(self) -> Exchange:
        """Return the fabric at its start."""
        n = len(self.outputs)
        codes = unpack_array(self.codes).reshape(-1, n).astype(np.int64)
        given = Events(unpack_array(self.time), unpack_array(self.address).astype(np.uint32))
        return Exchange(self.clocking, codes, given, self.outside)


class LiveWorker(Worker):
    """A worker that can also run a circuit live."""

    def __init__(self) -> None:
        super().__init__()
        self._wiring: Wiring | None = None

    def answer(self, request: Request | Wiring) -> Answer:
        """Do what is asked; failures become answers."""
        if isinstance(request, Wiring):
            self._wiring = request
            return Answer()
        return super().answer(request)

    def _run(self, request: Run) -> Answer:
        if self._wiring is None:
            return super()._run(request)
        wiring, exchange = self._wiring, self._wiring.exchange()
        log = _Log(wiring.log, exchange)
        latest = self._engine.latest

        def accepted(moment: float) -> None:
            outputs: NDArray[np.float64] = np.array([latest(name) for name in wiring.outputs])
            exchange.accept(moment, outputs)
            log.write(moment)

        waveforms = dict(zip(wiring.gates, exchange.gates, strict=True))
        waveforms |= dict(zip(wiring.weights, exchange.weights, strict=True))
        step = LockStep(self._engine.library, waveforms, accepted)
        try:
            answer = super()._run(request)
        finally:
            step.raise_failure()
        spikes = np.array(sorted(exchange.spikes), dtype=np.float64).reshape(-1, 2)
        answer.arrays["spike_time"] = pack_array(spikes[:, 0])
        answer.arrays["spike_address"] = pack_array(spikes[:, 1])
        return answer


class _Log:
    """Lines of simulated time, wall time and spikes, so that a run of hours can be watched."""

    def __init__(self, file: str, exchange: Exchange) -> None:
        self._file = Path(file) if file else None
        self._exchange = exchange
        self._next, self._told, self._start = 0.0, 0, time.monotonic()
        if self._file is not None:
            self._file.write_text("", encoding="utf-8")

    def write(self, moment: float) -> None:
        """Write a line, where the last one is long enough ago."""
        if self._file is None or moment < self._next:
            return
        self._next = moment + REPORTED_EVERY
        spikes = self._exchange.spikes
        passed = time.monotonic() - self._start
        new = " ".join(f"{address}@{at:.9e}" for at, address in spikes[self._told :])
        self._told = len(spikes)
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(f"{moment:.6e} s, {passed:.1f} s of clock: {new}\n")


if __name__ == "__main__":
    main(LiveWorker, Request | Wiring)
