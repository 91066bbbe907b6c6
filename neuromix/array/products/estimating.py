"""How long the spiking form will take this machine: some rows of the same work are timed."""

from __future__ import annotations

import os
import time
import warnings

from neuromix.array.calibration import COUNTING, SETTLING, die_runs
from neuromix.array.chip import Chip
from neuromix.array.course import WORTH_SHARING
from neuromix.array.inputs import Inputs
from neuromix.array.products.operands import Operands
from neuromix.array.products.spiking import SpikingCells, SpikingDrive
from neuromix.array.simulation import run
from neuromix.display.progress import quiet
from neuromix.errors import OutsideValidity

ROWS = 64
"""Outputs that are timed; the time that a run takes is in proportion to them."""

REPEATS = 2
"""Of which the shorter counts, for others may use the machine."""


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

    A whole run with the vector is timed for a few rows, and a test run of a calibration, whose
    lines have few events, without any. All threads are thought to be free.

    Parameters
    ----------
    operands, cells, drive, seed, calibrated, threads
        As the product will have them.
    """
    size, duration = operands.size, drive.duration(operands.size)
    rows = operands.first(ROWS)
    chip = cells.chip(rows, drive, seed, bias=drive.bias)
    inputs = {"entries": drive.encode(operands.vector)}
    # Machine code is loaded, or made, apart from what is timed.
    _timed(chip, {}, drive.dt, drive)
    few = min(_timed(chip, inputs, duration, drive) for _ in range(REPEATS))
    count = (threads or os.cpu_count() or 1) if size >= WORTH_SHARING else 1
    share = size / len(rows)
    # The curve of nominal neurons is found twice, for the weights and for the words.
    found = 2 * drive.nominal_vectors * few * min(drive.nominal_outputs, size) / len(rows)
    found += (2 + drive.vectors if calibrated else 1) * few * share / count
    if calibrated:
        found += die_runs() * _timed(chip, {}, SETTLING + COUNTING, drive) * share
    return found


def _timed(chip: Chip, inputs: Inputs, duration: float, drive: SpikingDrive) -> float:
    """Return how long a run takes in one thread, s."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        # The product itself will say so.
        warnings.simplefilter("ignore", OutsideValidity)
        run(chip, inputs, duration=duration, dt=drive.dt, threads=1, progress=quiet)
    return time.perf_counter() - start
