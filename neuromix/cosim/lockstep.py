"""ngspice in lock-step: its external sources follow waveforms, its steps end at their corners.

The calls are those of the ngspice manual, chapter "ngspice as shared library". An external source
alone steps over a short pulse without a word, and integrates over its corners as if there were
none: with steps cut at the corners by ``GetSyncData`` alone, a neuron behind a synapse came to
spike 0.4 to 0.9 % too fast. Each corner is therefore a breakpoint, as it is of ngspice's own
sources: a step ends there, and the integration starts anew.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Mapping
from typing import Any

from neuromix.cosim.waveform import SAME_TIME, GrowingWaveform
from neuromix.errors import SimulationFailed

_GetSource = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_double),
    ctypes.c_double,
    ctypes.c_char_p,
    ctypes.c_int,
    ctypes.c_void_p,
)
_GetSync = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_double,
    ctypes.POINTER(ctypes.c_double),
    ctypes.c_double,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_void_p,
)

_AFTER_ACCEPTED = 0
"""``location`` of the call behind an accepted point; the other one may be behind a rejected."""


class LockStep:
    """What ngspice asks while it simulates.

    Parameters
    ----------
    library : ctypes.CDLL
        libngspice, initialised.
    waveforms : mapping of str to GrowingWaveform
        By name of the external source, such as ``"vgate3"``.
    accepted : callable
        Given each accepted time, s, in order; it may add corners after that time.

    Notes
    -----
    A foreground ``tran`` cannot be stopped. Where ``accepted`` raises, the error is kept, and all
    sources stop being numbers, at which ngspice gives up; :meth:`raise_failure` raises it.
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        waveforms: Mapping[str, GrowingWaveform],
        accepted: Callable[[float], None],
    ) -> None:
        self._waveforms = {name.encode(): waveform for name, waveform in waveforms.items()}
        self._all = tuple(waveforms.values())
        self._accepted = accepted
        self._failure: Exception | None = None
        self._callbacks = (_GetSource(self._source), _GetSource(self._source), _GetSync(self._sync))
        library.ngSpice_Init_Sync(*self._callbacks, None, None)
        self._set_breakpoint = library.ngSpice_SetBkpt
        self._set_breakpoint.argtypes = (ctypes.c_double,)
        self._set_breakpoint.restype = ctypes.c_bool

    def raise_failure(self) -> None:
        """Raise what ``accepted`` has raised."""
        if self._failure is not None:
            raise self._failure

    def _break_at(self, corner: float) -> None:
        if not self._set_breakpoint(corner):
            raise SimulationFailed(f"ngspice takes no breakpoint at {corner:.9g} s")

    def _source(self, value: Any, time: float, name: bytes, _ident: int, _user: object) -> int:
        value[0] = self._waveforms[name].value(time) if self._failure is None else math.nan
        return 0

    def _sync(
        self,
        time: float,
        step: Any,
        _old: float,
        _redo: int,
        _ident: int,
        location: int,
        _user: object,
    ) -> int:
        if location == _AFTER_ACCEPTED and self._failure is None:
            for waveform in self._all:
                waveform.play(time)
            try:
                self._accepted(time)
                for waveform in self._all:
                    for corner in waveform.new_corners():
                        self._break_at(corner)
            except Exception as error:  # noqa: BLE001 (ctypes would print it and go on)
                self._failure = error
        # A breakpoint that is set here is heeded from the step after the next.
        corner = min(waveform.corner for waveform in self._all)
        if time + SAME_TIME < corner < time + step[0]:
            step[0] = corner - time
        return 0
