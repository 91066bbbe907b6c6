"""How long the spiking form will take this machine: a short piece of the same work is timed."""

from __future__ import annotations

import time
import warnings

from neuromix.array.calibration import COUNTING, SETTLING, die_runs
from neuromix.array.chip import Chip
from neuromix.array.inputs import Inputs
from neuromix.array.products.operands import Operands
from neuromix.array.products.spiking import SpikingCells, SpikingDrive
from neuromix.array.simulation import run
from neuromix.display.progress import quiet
from neuromix.errors import OutsideValidity

PIECES = 2e-3, 12e-3
"""s on the chip: of the difference is known what time costs, of the shorter what each run costs."""

REPEATS, PATIENCE = 4, 0.5
"""Of a piece, and s after which it is not repeated."""


def spiking_seconds(
    operands: Operands,
    cells: SpikingCells,
    drive: SpikingDrive,
    *,
    seed: int = 0,
    calibrated: bool = True,
    threads: int | None = None,
) -> float:
    """Return for how long :func:`~neuromix.array.products.spiking.spiking_product` will run, s.

    Whole runs of the die are taken from pieces of one; its calibration, whose test lines have few
    events, from a piece without any. What is not known beforehand is how often neurons will spike.

    Parameters
    ----------
    operands, cells, drive, seed, calibrated, threads
        As the product will have them.
    """
    size = operands.size
    chip = cells.chip(operands.weights, drive, seed, bias=drive.bias)
    inputs = {"entries": drive.encode(operands.vector)}
    # Machine code is loaded, or made, apart from what is timed.
    small = cells.chip(operands.weights[:2], drive, seed, bias=drive.bias)
    _timed(small, inputs, PIECES[0], drive, threads)
    short, long = (_timed(chip, inputs, piece, drive, threads) for piece in PIECES)
    pace = max(long - short, 0.0) / (PIECES[1] - PIECES[0])
    each = max(short - pace * PIECES[0], 0.0)
    whole = each + pace * drive.duration(size)
    runs = 1 + (1 + drive.vectors if calibrated else 0)
    # The curve of nominal neurons is found twice, for the weights and for the words.
    nominal = 2 * drive.nominal_vectors * min(1.0, drive.nominal_outputs / size)
    found = (runs + nominal) * whole
    if calibrated:
        idle = max(_timed(chip, {}, PIECES[1], drive, 1) - each, 0.0) / PIECES[1]
        found += die_runs() * (SETTLING + COUNTING) * idle
    return found


def _timed(
    chip: Chip, inputs: Inputs, duration: float, drive: SpikingDrive, threads: int | None
) -> float:
    """Return how long a run takes, s: the shortest of a few, for others may use the machine."""
    found: list[float] = []
    while len(found) < REPEATS and sum(found) < PATIENCE:
        start = time.perf_counter()
        with warnings.catch_warnings():
            # The product itself will say so.
            warnings.simplefilter("ignore", OutsideValidity)
            run(chip, inputs, duration=duration, dt=drive.dt, threads=threads, progress=quiet)
        found.append(time.perf_counter() - start)
    return min(found)
