"""A thin binding of libngspice; only a worker process ever holds one.

The calls are those of the ngspice manual, chapter "ngspice as shared library". Only what a worker
needs is bound.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.errors import EngineMissing, SimulationFailed

_NAMES = {
    "linux": ("libngspice.so.0", "libngspice.so"),
    "darwin": ("libngspice.0.dylib", "libngspice.dylib", "/opt/homebrew/lib/libngspice.dylib"),
}
_LARGEST_LOG = 1_000_000
"""Characters of the log that are kept; a deck can make ngspice print without end."""


class _Complex(ctypes.Structure):
    _fields_ = (("real", ctypes.c_double), ("imag", ctypes.c_double))


class _VectorInfo(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("flags", ctypes.c_short),
        ("real", ctypes.POINTER(ctypes.c_double)),
        ("complex", ctypes.POINTER(_Complex)),
        ("length", ctypes.c_int),
    )


_Send = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p)
_Exit = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.c_bool, ctypes.c_bool, ctypes.c_int, ctypes.c_void_p
)


def library_name() -> str:
    """Return the file or soname of libngspice.

    Raises
    ------
    EngineMissing
        Where the loader does not find one.
    """
    wanted = os.environ.get("NEUROMIX_LIBNGSPICE")
    candidates = [wanted] if wanted else list(_NAMES.get(sys.platform, ()))
    found = None if wanted else ctypes.util.find_library("ngspice")
    for name in [*candidates, *([found] if found else [])]:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return name
    raise EngineMissing(
        "libngspice is not installed" if not wanted else f"NEUROMIX_LIBNGSPICE: no {wanted}",
        ["looked for " + ", ".join(candidates)],
        "apt-get install libngspice0 (Debian, Ubuntu) or brew install libngspice (macOS)",
    )


@contextlib.contextmanager
def _no_start_file(library: ctypes.CDLL) -> Iterator[None]:
    """Keep ngspice from the user's ``.spiceinit``, as ``ngspice -n`` does.

    Newer versions can be told. The others take the one of the working folder and, only where there
    is none, that of the home folder, which they ask the system for, whatever HOME says: so they
    find an empty one.
    """
    if hasattr(library, "ngSpice_nospiceinit"):
        library.ngSpice_nospiceinit()
        yield
        return
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="neuromix-") as folder:
        (Path(folder) / ".spiceinit").touch()
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


class Ngspice:
    """One libngspice in this process, without the user's ``.spiceinit``."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(library_name())
        self._log: list[str] = []
        self._characters = 0
        self.exited = False
        self._send = _Send(self._on_text)
        self._status = _Send(lambda _text, _ident, _user: 0)
        self._exit = _Exit(self._on_exit)
        if not hasattr(self._library, "ngGet_Vec_Info"):
            raise EngineMissing(
                f"{library_name()} is a library, but not libngspice",
                cure="unset NEUROMIX_LIBNGSPICE, or name the file libngspice.so.0",
            )
        self._vector_info = self._library.ngGet_Vec_Info
        self._vector_info.restype = ctypes.POINTER(_VectorInfo)
        self._library.ngSpice_CurPlot.restype = ctypes.c_char_p
        self._library.ngSpice_AllVecs.restype = ctypes.POINTER(ctypes.c_char_p)
        with _no_start_file(self._library):
            self._library.ngSpice_Init(self._send, self._status, self._exit, None, None, None, None)
        # BSIM4's OpenMP loop spins: two workers without this take 30 times longer.
        self.command("set num_threads=1")

    def _on_text(self, text: bytes, _ident: int, _user: object) -> int:
        if self._characters < _LARGEST_LOG:
            line = text.decode("utf-8", errors="replace")
            self._characters += len(line)
            self._log.append(line)
        return 0

    def _on_exit(self, *_reason: object) -> int:
        self.exited = True
        return 0

    def take_log(self) -> list[str]:
        """Return the lines since the last call, and forget them."""
        lines, self._log = self._log, []
        self._characters = 0
        return lines

    def command(self, text: str | bytes) -> None:
        """Run one command; whether it worked is in the log."""
        self._library.ngSpice_Command(text if isinstance(text, bytes) else text.encode())

    def load(self, deck: str) -> None:
        """Hand over a whole deck, line by line."""
        lines = [line.encode() for line in deck.splitlines()]
        self._library.ngSpice_Circ((ctypes.c_char_p * (len(lines) + 1))(*lines, None))

    def plot(self) -> str:
        """Return the name of the current plot."""
        return str(self._library.ngSpice_CurPlot().decode())

    def vector_names(self) -> list[str]:
        """Return the names of the vectors of the current plot."""
        names = self._library.ngSpice_AllVecs(self.plot().encode())
        found: list[str] = []
        while names and names[len(found)] is not None:
            found.append(names[len(found)].decode())
        return found

    def vector(self, name: str) -> NDArray[np.float64]:
        """Return a copy of a real vector; of a complex one its real part.

        Raises
        ------
        SimulationFailed
            Where there is none of that name, or it is empty.
        """
        info = self._info(name)
        if info.real:
            return _copied(info.real, info.length)
        return np.ascontiguousarray(self.complex_vector(name).real)

    def first(self, name: str | bytes) -> float:
        """Return the first value of a vector, of a complex one its real part."""
        info = self._info(name)
        return float(info.real[0] if info.real else info.complex[0].real)

    @property
    def library(self) -> ctypes.CDLL:
        """The library itself, for callbacks that only a live circuit needs."""
        return self._library

    def latest(self, name: str) -> float:
        """Return the last value of a real vector, which may still be growing."""
        info = self._info(name)
        return float(info.real[info.length - 1])

    def complex_vector(self, name: str) -> NDArray[np.complex128]:
        """Return a copy of a vector, of a real one with nothing imaginary; raises as ``vector``."""
        info = self._info(name)
        if info.real:
            return _copied(info.real, info.length).astype(np.complex128)
        return _copied(info.complex, 2 * info.length).view(np.complex128)

    def _info(self, name: str | bytes) -> Any:
        pointer = self._vector_info(name if isinstance(name, bytes) else name.encode())
        if not pointer or pointer.contents.length < 1:
            raise SimulationFailed(f"ngspice has no vector {name!r}")
        return pointer.contents


def _copied(start: Any, length: int) -> NDArray[np.float64]:
    """Return a copy of so many numbers, for reading only.

    An array type of ``ctypes`` for each length would stay in its cache for good.
    """
    return np.frombuffer(ctypes.string_at(start, length * ctypes.sizeof(ctypes.c_double)))


def describe(engine: Ngspice) -> dict[str, str]:
    """Return path, version and built-in extensions of the library of this process."""
    name = library_name()
    engine.take_log()
    engine.command("version -f")
    text = " ".join(line.split(" ", 1)[-1] for line in engine.take_log())
    words = [word for word in text.replace(":", " ").split() if word.startswith("ngspice-")]
    maps = Path("/proc/self/maps")
    loaded = (
        [line.split()[-1] for line in maps.read_text().splitlines() if "libngspice" in line]
        if maps.exists()
        else []
    )
    return {
        "path": loaded[0] if loaded else name,
        "version": words[0].removeprefix("ngspice-") if words else "unknown",
        "xspice": "yes" if "XSPICE" in text else "no",
        "osdi": "yes" if "OSDI" in text else "no",
    }
