"""What ``neuromix doctor`` looks at: each check returns a finding, and none of them raises."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from neuromix import library, pdk
from neuromix.declare import Cell, Technology
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import EngineMissing, NeuromixError, SimulationFailed, WorkerDied
from neuromix.netlist.deck import Deck, Vector
from neuromix.units import render

_PATIENCE = 30.0
OLDEST_VERSION = 39
"""Of ngspice, that neuromix has been tested with."""

_NOT_BUILT_IN = {
    "xspice": "no; circuits of your own with polynomial sources need it, no cell does",
    "osdi": "no; compiled Verilog-A models need it, no technology here does",
}
_INSTALL = "apt-get install libngspice0 (Debian 12, Ubuntu 23.04 or later), brew install libngspice"
_REINSTALL = "install libngspice of your system anew; version 39 is known to work"


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one thing is as it should be.

    Parameters
    ----------
    name : str
        What was looked at.
    ok : bool
        Whether it works.
    details : dict
        What was found, as text or numbers.
    cure : str, optional
        The next step where it does not work.
    optional : bool
        Whether nothing by default hangs on it.
    """

    name: str
    ok: bool
    details: dict[str, object] = field(default_factory=dict)
    cure: str | None = None
    optional: bool = False


def diagnose() -> Iterator[Finding]:
    """Yield the findings one by one; runs are tried only where there is a libngspice."""
    found = _checked("ngspice", _ngspice)
    yield found
    if found.ok:
        yield _checked("RC run", _rc_run)
        yield _checked("external source", _external_source)
    # A set that nobody has fetched is missed only where a cell takes it unasked.
    wanted = {library.cell(name).technologies[0] for name in library.names_of(Cell)}
    for name in library.names_of(Technology):
        technology = library.technology(name)
        found = _checked(f"model set {name}", functools.partial(_model_set, technology))
        optional = name not in wanted and not pdk.is_there(technology)
        yield dataclasses.replace(found, optional=optional)
    yield _kernels()
    for file, error in library.unreadable().items():
        problem: dict[str, object] = {"problem": error.summary, "evidence": list(error.evidence)}
        yield Finding(f"declaration {file.name}", ok=False, details=problem, cure=error.cure)


def _kernels() -> Finding:
    """Tell whether machine code of arrays is kept; without, each process compiles it anew."""
    # Loads the compiler, which nothing else here needs.
    from neuromix.compiling.folder import SUFFIX, folder, is_ours

    place = folder()
    with contextlib.suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = is_ours(place) and os.access(place, os.W_OK)
    files = list(place.glob(f"*{SUFFIX}")) if kept else []
    size = sum(file.stat().st_size for file in files)
    details: dict[str, object] = {"path": str(place), "kept": len(files), "bytes": size}
    if kept:
        return Finding("compiled kernels", ok=True, details=details)
    details["problem"] = (
        "it cannot be written, or is open to others: kernels are compiled each time"
    )
    cure = "NEUROMIX_CACHE=a folder of your own, closed to others"
    return Finding("compiled kernels", ok=False, details=details, cure=cure, optional=True)


def _checked(name: str, check: Callable[[], dict[str, object]]) -> Finding:
    try:
        return Finding(name, ok=True, details=check())
    except NeuromixError as error:
        problem: dict[str, object] = {"problem": error.summary, "evidence": list(error.evidence)}
        return Finding(name, ok=False, details=problem, cure=error.cure)


def _ngspice() -> dict[str, object]:
    with NgspiceEngine(workers=1) as engine:
        found = engine.probe()
    number = found["version"].split(".")[0]
    if not number.isdigit():
        raise EngineMissing("the library does not say its version", [found["path"]], _INSTALL)
    if int(number) < OLDEST_VERSION:
        raise EngineMissing(
            f"ngspice {found['version']} is older than {OLDEST_VERSION}",
            [found["path"]],
            f"{_INSTALL}; NEUROMIX_LIBNGSPICE names the file of another one",
        )
    return {
        key: _NOT_BUILT_IN.get(key, text) if text == "no" else text for key, text in found.items()
    }


def _rc_run() -> dict[str, object]:
    """One time constant of 1 kΩ and 1 µF, 1 ms, after a step of 1 V."""
    deck = Deck(
        title="1 ms of an RC circuit",
        circuit="v1 in 0 pwl(0 0 1n 1)\nr1 in out 1k\nc1 out 0 1u\n",
        cards="",
        models="none",
        command="tran 1u 1m 0 1u",
        vectors=(Vector("time", "time"), Vector("v", "out")),
        axis="time",
        stop=1e-3,
    )
    started = time.perf_counter()
    with NgspiceEngine(workers=1) as engine:
        (outcome,) = engine.run([Job(deck, keep=(0,), timeout=_PATIENCE)])[0]
    if outcome.failure:
        raise SimulationFailed(
            f"a 1 ms run of an RC circuit failed: {outcome.failure}", outcome.reason, _REINSTALL
        )
    voltage, expected = float(outcome.waves["v"][-1]), 1.0 - math.exp(-1.0)
    if abs(voltage - expected) > 1e-3 * expected:
        raise SimulationFailed(
            "a 1 ms run of an RC circuit gave a wrong voltage",
            [f"{render(voltage, 'V')} in the place of {render(expected, 'V')}"],
            _REINSTALL,
        )
    return {"voltage": voltage, "seconds": time.perf_counter() - started}


def _external_source() -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="neuromix-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "neuromix.cli.external_source"],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
                cwd=folder,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise WorkerDied("a run with an external source hung", cure=_REINSTALL) from error
    said = (done.stdout + done.stderr).strip().splitlines()[-3:]
    if done.returncode:
        raise WorkerDied(
            "a run with an external source failed",
            [f"exit code {done.returncode}", *said],
            f"{_REINSTALL}; live circuits in an array need it, nothing else does",
        )
    return {"voltage": said[-1]}


def _model_set(technology: Technology) -> dict[str, object]:
    file, sha256 = pdk.identity(technology)
    started = time.perf_counter()
    pdk.device_cards(technology, technology.corners[0][0], [])
    return {
        "path": str(file),
        "sha256": sha256,
        "pinned": sha256 == technology.model_set.sha256,
        "seconds": time.perf_counter() - started,
    }
