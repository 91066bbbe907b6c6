"""Settings that meet a tolerance: tightened until the numerical floor of a measure is under it.

The defaults of a bench are true enough for what it usually measures. Where somebody wants a measure
to a tolerance that they miss, the bench is run ten times tighter, and again, until its floor is
under the tolerance at every stimulus; what was used is recorded beside the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuromix.characterization.floor import floor_of
from neuromix.characterization.recipe import Record
from neuromix.characterization.requests import Request, run_requests
from neuromix.declare import Cell, Settings, Technology
from neuromix.engine.contract import Engine, Progress, quiet
from neuromix.errors import BadValue, BelowNumericalFloor, UnknownName

STEPS = 4
"""Times that settings are tightened at most; below, rounding is what remains."""


@dataclass(frozen=True)
class Adapted:
    """Settings of one bench that meet the tolerances of its measures.

    Parameters
    ----------
    settings : Settings
        What to run with.
    floors : mapping of str to float
        Largest numerical floor of each measure asked for, as a share of its value.
    steps : int
        How often the bench's own settings were tightened tenfold.

    The floor is that of :mod:`neuromix.characterization.floor`: the larger of the changes against a
    ten times tighter run and against the other integration method.
    """

    settings: Settings
    floors: Mapping[str, float]
    steps: int


def adapted_settings(
    cell: Cell,
    technology: Technology,
    engine: Engine,
    requests: Sequence[Request],
    tolerances: Mapping[str, float],
    progress: Progress = quiet,
) -> dict[str, Adapted]:
    """Return settings of each bench under which its measures meet their tolerances.

    Parameters
    ----------
    requests : sequence of Request
        Stimuli of one or several benches, at which the floors are measured.
    tolerances : mapping of str to float
        Largest numerical floor of a measure, as a share of its value.

    Returns
    -------
    dict of str to Adapted
        By bench, those that take any of the measures.

    Raises
    ------
    UnknownName
        Where no stimulus' bench takes a measure of that name.
    BelowNumericalFloor
        Where a tolerance is not met after :data:`STEPS` steps.
    """
    benches = dict.fromkeys(request.stimulus.bench for request in requests)
    taken = {b: [m.name for m in cell.bench(b).measures] for b in benches}
    known = {name for names in taken.values() for name in names}
    for name, tolerance in tolerances.items():
        if name not in known:
            raise UnknownName(f"measure of {cell.name}", name, known)
        if not 0.0 < tolerance < 1.0:
            raise BadValue(
                f"a tolerance of {tolerance!r} for {name} is no share of its value",
                cure=f"{name}=1e-4, for a tenth of a permille",
            )
    found = {}
    for bench, names in taken.items():
        wanted = {name: tolerances[name] for name in names if name in tolerances}
        mine = [request for request in requests if request.stimulus.bench == bench]
        if wanted:
            found[bench] = _adapted(cell, technology, engine, mine, wanted, progress)
    return found


def _adapted(
    cell: Cell,
    technology: Technology,
    engine: Engine,
    requests: Sequence[Request],
    wanted: Mapping[str, float],
    progress: Progress,
) -> Adapted:
    bench = requests[0].stimulus.bench

    def records(settings: Settings) -> list[Record] | None:
        changed = [replace(request, settings=settings) for request in requests]
        answers = [row[0] for row in run_requests(cell, technology, engine, changed, progress)]
        return None if any(a.failed for a in answers) else [a.record for a in answers]

    settings, base = cell.bench(bench).settings, records(cell.bench(bench).settings)
    tried = []
    for step in range(STEPS + 1):
        other = records(settings.other_method())
        tighter = settings.tighter()
        tight = records(tighter)
        if tight is None:
            # Where Newton's iterations cannot be that exact, the time steps can be.
            tighter = replace(settings, trtol=settings.trtol / 10.0)
            tight = records(tighter)
        if base is None or tight is None or other is None:
            tried.append(f"{_named(settings)}: it, or a rerun of it, does not converge")
            break
        floors = _shares(base, tight, other, wanted)
        tried.append(f"{_named(settings)}: {_listed(floors)}")
        # Not `any(floor > …)`: a comparison with NaN is false.
        if all(floors[name] <= tolerance for name, tolerance in wanted.items()):
            return Adapted(settings, floors, step)
        settings, base = tighter, tight
    raise BelowNumericalFloor(
        f"{cell.name}, bench {bench!r}: the wanted tolerance is not met: {_listed(wanted)}",
        [*tried, "each is the largest change of a measure, as a share of it, by settings alone"],
        "a looser tolerance, or a smaller largest step of the bench",
    )


def _shares(
    base: Sequence[Record],
    tight: Sequence[Record],
    other: Sequence[Record],
    wanted: Mapping[str, float],
) -> dict[str, float]:
    """Return the largest floor of each measure over the stimuli that have it, as a share of it."""
    found = {}
    for name in wanted:
        shares = [
            floor_of(one, two, three)[name] / abs(one.values[name])
            for one, two, three in zip(base, tight, other, strict=True)
            if one.values.get(name, 0.0)
        ]
        found[name] = float(np.max(shares)) if shares else float("nan")
    return found


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2g}" for name, value in values.items())


def _named(settings: Settings) -> str:
    return f"reltol {settings.reltol:g}, trtol {settings.trtol:g}"
