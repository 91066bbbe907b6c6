"""``simulate``: one bench of one cell, or a user's own PySpice circuit, to a labelled dataset."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix import library
from neuromix.characterization.assembly import job_for, replica_voltages
from neuromix.data.provenance import software
from neuromix.declare import Bench, Cell, Condition, Current, Settings, Sweep
from neuromix.declare.analysis import Analysis
from neuromix.engine.contract import Engine, raised
from neuromix.engine.job import Job, Outcome
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue
from neuromix.netlist.composing import deck_of_circuit

if TYPE_CHECKING:
    import xarray as xr

GRID_POINTS = 2001
"""Points of the even grid on which waveforms of different runs are brought together."""


def simulate(
    what: Cell | object,
    bench: str | Analysis | None = None,
    technology: str | None = None,
    condition: Condition | None = None,
    *,
    save: Sequence[str] = (),
    settings: Settings | None = None,
    engine: Engine | None = None,
    **parameters: ArrayLike,
) -> xr.Dataset:
    """Simulate a cell on a bench, or a PySpice circuit.

    Parameters
    ----------
    what : Cell, str or PySpice Circuit
        What is simulated; a string names a cell.
    bench : str or Analysis
        Name of a bench of the cell; for a circuit the analysis.
    technology : str, optional
        The first that the cell is sized for.
    condition : Condition, optional
        Typical corner, 27 °C, nominal supply.
    save : sequence of str
        Nodes of a circuit to bring back, and ``i(source)``.
    settings : Settings, optional
        Tolerances of a circuit's run.
    engine : Engine, optional
        A worker of its own by default, ended afterwards.
    **parameters
        Bench parameters and sizes. An array sweeps; several arrays give their product.

    Returns
    -------
    xarray.Dataset
        Waveforms and measures, with the swept parameters as dimensions.
    """
    if isinstance(what, str):
        what = library.cell(what)
    if condition is not None and not isinstance(condition, Condition):
        raise BadValue(
            f"{condition!r} is not a condition", cure='condition=nmx.Condition(corner="ss")'
        )
    if engine is None:
        with NgspiceEngine(workers=2) as own:
            return simulate(
                what,
                bench,
                technology,
                condition,
                save=save,
                settings=settings,
                engine=own,
                **parameters,
            )
    if not isinstance(what, Cell):
        if bench is None or isinstance(bench, str):
            raise BadValue("a circuit needs an analysis", cure="Transient(stop=…, max_step=…)")
        job = Job(deck_of_circuit(what, bench, save, settings), keep=(0,))
        outcome = engine.run([job])[0][0]
        return _dataset({}, [((), job, outcome)], {})
    if not isinstance(bench, str):
        raise BadValue(
            f"{what.name}: which bench?", cure=" or ".join(item.name for item in what.benches)
        )
    return simulate_cell(
        what, what.bench(bench), technology or what.technologies[0], condition, engine, parameters
    )


def simulate_cell(
    cell: Cell,
    bench: Bench,
    technology_name: str,
    condition: Condition | None,
    engine: Engine,
    parameters: Mapping[str, ArrayLike],
) -> xr.Dataset:
    """Simulate a cell on a bench, as :func:`simulate` does, with parameters as a mapping."""
    technology = library.technology(technology_name)
    where = condition or Condition()
    voltages = replica_voltages(cell, technology, where, engine) if where.ideal_bias else None
    given = {name: _numbers(name, value) for name, value in parameters.items()}
    swept = {name: value for name, value in given.items() if value.ndim == 1}
    fixed = {name: float(value) for name, value in given.items() if value.ndim == 0}
    if any(value.ndim > 1 for value in given.values()):
        raise BadValue("a sweep is one-dimensional", cure="several one-dimensional arrays")
    points = list(itertools.product(*(range(len(value)) for value in swept.values())))
    jobs = []
    for point in points:
        overrides = {n: float(swept[n][k]) for n, k in zip(swept, point, strict=True)} | fixed
        jobs.append(
            job_for(cell, bench, technology, where, overrides, bias_voltages=voltages, keep=(0,))
        )
    outcomes = [row[0] for row in engine.run(jobs)]
    units = {item.name: item.unit for item in bench.measures}
    if isinstance(bench.analysis, Sweep):
        swept_port = bench.analysis.ports[0][0]
        by_current = any(d.port == swept_port and isinstance(d, Current) for d in bench.drives)
        units["sweep"] = "A" if by_current else "V"
    dataset = _dataset(swept, list(zip(points, jobs, outcomes, strict=True)), units)
    for item in bench.parameters:
        if item.name in dataset.coords:
            dataset.coords[item.name].attrs = {"units": item.unit, "long_name": item.meaning}
    for measure in bench.measures:
        if measure.name in dataset:
            dataset[measure.name].attrs = {"units": measure.unit, "long_name": measure.meaning}
    dataset.attrs |= {
        "cell": cell.name,
        "bench": bench.name,
        "technology": technology.name,
        "models": jobs[0].deck.models,
        "deck": jobs[0].deck.key,
        "corner": where.corner,
        "temperature": where.temperature,
        "settings": repr(bench.settings),
        **software(),
    }
    return dataset


def _numbers(name: str, value: ArrayLike) -> NDArray[np.float64]:
    try:
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadValue(f"{name} = {value!r} is neither a number nor a list of them") from error
    if not found.size:
        raise BadValue(f"the sweep over {name} is empty", cure="at least one value")
    return found


def _dataset(
    swept: Mapping[str, NDArray[np.float64]],
    runs: Sequence[tuple[tuple[int, ...], Job, Outcome]],
    units: Mapping[str, str],
) -> xr.Dataset:
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
