"""Outcomes of runs become one labelled dataset, over what was swept and a common grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.engine.contract import raised
from neuromix.engine.job import Job, Outcome

if TYPE_CHECKING:
    import xarray as xr

GRID_POINTS = 2001
"""Points of the even grid on which waveforms of different runs are brought together."""


def labelled(
    swept: Mapping[str, NDArray[np.generic]],
    runs: Sequence[tuple[tuple[int, ...], Job, Outcome]],
    units: Mapping[str, str],
) -> xr.Dataset:
    """Return measures and waveforms over the swept values.

    Parameters
    ----------
    swept : mapping of str to (n,) ndarray
        Values by dimension.
    runs : sequence of (point, Job, Outcome)
        Position in each dimension, what was run, and what came out.
    units : mapping of str to str
        Of measures, and of ``"sweep"`` where that is the axis of the waveforms.

    Raises
    ------
    EngineError
        Where a run has failed.
    """
    import xarray as xr

    for _, job, outcome in runs:
        if outcome.failure:
            raise raised(outcome, job.deck.title)
    shape = tuple(len(value) for value in swept.values())
    dims = tuple(swept)
    dataset = xr.Dataset(coords={name: (name, value) for name, value in swept.items()})
    first = runs[0][2]
    for name in first.values:
        table = np.full(shape, np.nan)
        for point, _, outcome in runs:
            table[point] = outcome.values[name]
        dataset[name] = (dims, table, {"units": units.get(name, "")})
    for name in first.arrays:
        longest = max(len(outcome.arrays[name]) for _, _, outcome in runs)
        padded = np.full((*shape, longest), np.nan)
        for point, _, outcome in runs:
            padded[point][: len(outcome.arrays[name])] = outcome.arrays[name]
        dataset[name] = ((*dims, f"{name}_number"), padded, {"units": units.get(name, "")})
    _add_waves(dataset, dims, shape, runs, units)
    return dataset


def _add_waves(
    dataset: xr.Dataset,
    dims: tuple[str, ...],
    shape: tuple[int, ...],
    runs: Sequence[tuple[tuple[int, ...], Job, Outcome]],
    units: Mapping[str, str],
) -> None:
    axis = runs[0][1].deck.axis
    waves = [name for name in runs[0][2].waves if name != axis]
    symbols = {"time": "s", "frequency": "Hz", **units}
    grids = [outcome.waves[axis] for _, _, outcome in runs] if axis else [np.empty(0)]
    grid = grids[0]
    if not all(np.array_equal(grid, other) for other in grids):
        low, high = min(other[0] for other in grids), max(other[-1] for other in grids)
        grid = np.linspace(low, high, GRID_POINTS)
    if axis:
        dataset.coords[axis] = (axis, grid, {"units": symbols[axis], "long_name": axis})
    for name in waves:
        table = np.full((*shape, len(grid)) if axis else shape, np.nan)
        for point, _, outcome in runs:
            wave = outcome.waves[name]
            table[point] = (
                np.interp(grid, outcome.waves[axis], wave, left=np.nan, right=np.nan)
                if axis
                else wave[0]
            )
        unit = "A" if name.startswith("i(") else "V"
        if name.startswith("phase("):
            unit = "deg"
        elif runs[0][1].deck.is_noise:
            by_current = runs[0][1].deck.command.split()[2].lower().startswith("i")
            unit = "A" if name == "input_noise" and by_current else "V"
            unit += "/Hz**0.5"
        key = name if name not in dataset else f"{name}_waveform"
        dataset[key] = ((*dims, axis) if axis else dims, table, {"units": unit, "long_name": name})
