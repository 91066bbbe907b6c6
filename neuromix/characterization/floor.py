"""The numerical floor: how far a measure moves when only the simulator's settings do.

The floor of a measure is the larger of its changes against a ten times tighter run and against the
other integration method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.recipe import Record
from neuromix.characterization.requests import Answer, Request, run_requests
from neuromix.declare import Cell, Settings, Technology
from neuromix.engine.contract import Engine, Progress, quiet
from neuromix.errors import BelowNumericalFloor

FLOORS_TO_BE_SEEN = 3.0
"""A spread below this many floors is the simulator's, not the silicon's."""


def rerun(
    cell: Cell,
    technology: Technology,
    engine: Engine,
    requests: Sequence[Request],
    progress: Progress = quiet,
) -> tuple[Sequence[Sequence[Answer]], Sequence[Sequence[Answer]]]:
    """Run the requests ten times tighter, and with the other integration method."""

    def settings_of(request: Request) -> Settings:
        return request.settings or request.stimulus.bench_of(cell).settings

    tight = [replace(r, settings=settings_of(r).tighter(), keep=()) for r in requests]
    other = [replace(r, settings=settings_of(r).other_method(), keep=()) for r in requests]
    answers = run_requests(cell, technology, engine, [*tight, *other], progress)
    return answers[: len(tight)], answers[len(tight) :]


def floor_of(base: Record, tight: Record, other: Record) -> dict[str, float]:
    """Return the floor of each scalar measure, in its own unit; NaN where a rerun lacks it."""
    return {
        name: float(
            np.max([abs(again.values.get(name, np.nan) - value) for again in (tight, other)])
        )
        for name, value in base.values.items()
    }


def floor_of_spread(floors: NDArray[np.float64]) -> float:
    """Return the floor of a standard deviation: the rms of the floors of a few draws."""
    known = floors[np.isfinite(floors)]
    return float(np.sqrt(np.mean(np.square(known)))) if known.size else float("nan")


def require_above_floor(name: str, spread: float, floor: float) -> None:
    """Refuse a spread that the simulator's own error explains.

    Raises
    ------
    BelowNumericalFloor
        Where ``spread`` is less than three floors, or its floor is not known.
    """
    # Not `spread < …`: a comparison with NaN is false.
    if not spread >= FLOORS_TO_BE_SEEN * floor:
        raise BelowNumericalFloor(
            f"the spread of {name} is {spread:.3g}, its numerical floor {floor:.3g}",
            ["a spread below three floors may be the simulator's, not the transistors'"],
            "tighter settings in the bench, or --allow-below-floor",
        )
