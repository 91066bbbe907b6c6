"""What a campaign found, and its labelled dataset."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix import library
from neuromix.characterization.floor import floor_of, floor_of_spread
from neuromix.characterization.recipe import Recipe, Record
from neuromix.characterization.requests import Answer
from neuromix.data.provenance import software
from neuromix.declare import Cell, Condition, Plan, Settings, Technology
from neuromix.pdk.location import identity

if TYPE_CHECKING:
    import xarray as xr

WAVE_POINTS = 801
"""Most points of a kept waveform that are stored."""

AXES = {"time": "s", "frequency": "Hz", "sweep": ""}
"""What waveforms are over, and units; that of a sweep is that of its ports."""


@dataclass(frozen=True, eq=False)
class Results:
    """Answers of a campaign by purpose; see :mod:`neuromix.characterization.campaign`.

    ``settings`` holds those of benches that were not run with their own.
    """

    cell: Cell
    technology: Technology
    plan: Plan
    home: Condition
    recipe: Recipe
    sweep: dict[Condition, list[Answer]]
    sweep_again: tuple[list[Answer], list[Answer]]
    training: list[Answer]
    noise: list[Answer]
    baseline: list[Answer]
    mismatch: dict[Condition, list[Sequence[Answer]]]
    mismatch_again: tuple[Sequence[Sequence[Answer]], Sequence[Sequence[Answer]]]
    settings: dict[str, Settings]
    bias_voltages: dict[str, float]
    devices: xr.Dataset

    def answers(self) -> Iterator[Answer]:
        """Yield all answers, floors left out."""
        yield from itertools.chain(
            *self.sweep.values(),
            self.training,
            self.noise,
            self.baseline,
            *(row for rows in self.mismatch.values() for row in rows),
        )


def to_dataset(results: Results) -> xr.Dataset:
    """Return all measured values with dimensions, units, floors and provenance."""
    import xarray as xr

    dataset = xr.Dataset()
    _add_sweep(dataset, results)
    _add_records(dataset, "training", results.training)
    _add_records(dataset, "noise", results.noise)
    _add_records(dataset, "baseline", results.baseline)
    _add_mismatch(dataset, results)
    _describe(dataset, results)
    for name in results.devices.data_vars:
        dataset[f"device_{name}".replace("device_device", "device_kind")] = results.devices[name]
    return dataset


def _grid(
    plan: Plan, nominal: float
) -> tuple[tuple[str, ...], tuple[int, ...], dict[str, Sequence[object]]]:
    coordinates: dict[str, Sequence[object]] = {
        "corner": list(plan.corner),
        "temperature": list(plan.temperature),
        "supply": list(plan.supply) or [nominal],
    }
    return tuple(coordinates), tuple(len(v) for v in coordinates.values()), coordinates


def _add_sweep(dataset: xr.Dataset, results: Results) -> None:
    nominal = results.cell.realisation(results.technology.name).supply
    dims, shape, coordinates = _grid(results.plan, nominal)
    home = results.sweep[results.home]
    for name, values in coordinates.items():
        dataset.coords[name] = (name, values)
    dataset.coords["sweep"] = ("sweep", [answer.record.stimulus.name for answer in home])
    places = _places(results.plan)
    for name in _value_names(home):
        table = np.full((*shape, len(home)), np.nan)
        for condition, answers in results.sweep.items():
            table[places[condition]] = [a.record.values.get(name, np.nan) for a in answers]
        dataset[name] = ((*dims, "sweep"), table)
        floors = [
            floor_of(base.record, tight.record, other.record).get(name, np.nan)
            for base, tight, other in zip(home, *results.sweep_again, strict=True)
        ]
        dataset[f"{name}_floor"] = ("sweep", floors)
    _add_waves(dataset, "sweep", home)


def _places(plan: Plan) -> dict[Condition, tuple[int, int, int]]:
    """Return the position of every condition in the tables of the sweep."""
    supplies: list[float | None] = [*plan.supply] or [None]
    return {
        condition: (
            list(plan.corner).index(condition.corner),
            list(plan.temperature).index(condition.temperature),
            supplies.index(condition.supply),
        )
        for condition in plan.conditions()
    }


def _value_names(answers: Iterable[Answer]) -> list[str]:
    names: dict[str, None] = {}
    for answer in answers:
        names.update(dict.fromkeys(answer.record.values))
    return list(names)


def _add_records(dataset: xr.Dataset, purpose: str, answers: Sequence[Answer]) -> None:
    if not answers:
        return
    dataset.coords[purpose] = (purpose, [answer.record.stimulus.name for answer in answers])
    dataset[f"{purpose}_failure"] = (purpose, [answer.outcome.failure for answer in answers])
    for name in _value_names(answers):
        values = [answer.record.values.get(name, np.nan) for answer in answers]
        dataset[f"{purpose}_{name}"] = (purpose, values)
    for name in dict.fromkeys(key for answer in answers for key in answer.record.arrays):
        arrays = [answer.record.arrays.get(name, np.empty(0)) for answer in answers]
        dataset[f"{purpose}_{name}"] = ((purpose, f"{purpose}_{name}_number"), _padded(arrays))


def _padded(arrays: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    table = np.full((len(arrays), max((len(a) for a in arrays), default=0)), np.nan)
    for row, array in zip(table, arrays, strict=True):
        row[: len(array)] = array
    return table


def _add_waves(dataset: xr.Dataset, dim: str, answers: Sequence[Answer]) -> None:
    """Add the kept waveforms, a row for each run, NaN where a run has no such axis or waveform.

    A longer one is brought to an even grid; a shorter one keeps its own points.
    """
    rows = [_short_waves(answer.outcome.waves) for answer in answers]
    length = max((len(wave) for row in rows for wave in row.values()), default=0)
    for name in dict.fromkeys(name for row in rows for name in row):
        table = np.full((len(rows), length), np.nan)
        for line, row in zip(table, rows, strict=True):
            wave = row.get(name, np.empty(0))
            line[: len(wave)] = wave
        unit = AXES.get(name, "A" if name.startswith("i(") else "V")
        dataset[f"{dim}_wave_{name}"] = (
            (dim, f"{dim}_point"),
            table,
            {"units": unit} if unit else {},
        )


def _short_waves(waves: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Return at most :data:`WAVE_POINTS` points of each waveform; nothing of a single point."""
    axis = next((name for name in AXES if name in waves), None)
    if axis is None:
        return {}
    grid = waves[axis]
    if len(grid) <= WAVE_POINTS:
        return dict(waves)
    even = np.linspace(grid[0], grid[-1], WAVE_POINTS)
    return {name: np.interp(even, grid, wave) for name, wave in waves.items()}


def _add_mismatch(dataset: xr.Dataset, results: Results) -> None:
    for condition, rows in results.mismatch.items():
        label = "" if condition == results.home else _label(condition)
        _add_drawn(dataset, f"mismatch{label}", rows)
    if results.home in results.mismatch:
        rows = results.mismatch[results.home]
        first = rows[0][: min(3, len(rows[0]))]
        dataset.coords["draw"] = ("draw", np.arange(len(first)))
        _add_waves(dataset, "draw", first)
        failures = [a for row in rows for a in row if a.failed]
        dataset.attrs["failures"] = json.dumps([a.outcome.reason for a in failures])
        for name in _value_names(itertools.chain(*rows)):
            floors = []
            for row, tight, other in zip(rows, *results.mismatch_again, strict=True):
                each = [
                    floor_of(a.record, b.record, c.record).get(name, np.nan)
                    for a, b, c in zip(row, tight, other, strict=False)
                ]
                floors.append(floor_of_spread(np.asarray(each)))
            dataset[f"mismatch_{name}_floor"] = ("mismatch", floors)


def _label(condition: Condition) -> str:
    return f"_{condition.corner}_{condition.temperature:g}K_{condition.supply or 'nominal'}"


def _add_drawn(dataset: xr.Dataset, purpose: str, rows: list[Sequence[Answer]]) -> None:
    dataset.coords["mismatch"] = ("mismatch", [row[0].record.stimulus.name for row in rows])
    dims, shape = ("mismatch", "sample"), (len(rows), len(rows[0]))
    failures = np.full(shape, "", dtype=object)
    rungs = np.zeros(shape, dtype=np.int64)
    values: dict[str, NDArray[np.float64]] = {}
    longest: dict[str, int] = {}
    for place, answer in _drawn(rows):
        failures[place], rungs[place] = answer.outcome.failure, answer.rung
        for name, value in answer.record.values.items():
            values.setdefault(name, np.full(shape, np.nan))[place] = value
        for name, array in answer.record.arrays.items():
            longest[name] = max(longest.get(name, 0), len(array))
    tables = {name: np.full((*shape, length), np.nan) for name, length in longest.items()}
    for place, answer in _drawn(rows) if tables else ():
        for name, array in answer.record.arrays.items():
            tables[name][place][: len(array)] = array
    dataset[f"{purpose}_failure"] = (dims, failures.astype(str))
    dataset[f"{purpose}_rung"] = (dims, rungs)
    for name, column in values.items():
        dataset[f"{purpose}_{name}"] = (dims, column)
    for name, table in tables.items():
        dataset[f"{purpose}_{name}"] = ((*dims, f"{purpose}_{name}_number"), table)


def _drawn(rows: list[Sequence[Answer]]) -> Iterator[tuple[tuple[int, int], Answer]]:
    """Yield stimulus, sample and answer; no more than one answer is held at a time."""
    for number, row in enumerate(rows):
        for sample, answer in enumerate(row):
            yield (number, sample), answer


def _describe(dataset: xr.Dataset, results: Results) -> None:
    measures = {m.name: m for bench in results.cell.benches for m in bench.measures}
    for name in dataset.data_vars:
        bare = str(name).removesuffix("_floor")
        for prefix in ("training_", "mismatch_", "noise_", "baseline_"):
            bare = bare.removeprefix(prefix)
        if bare in measures:
            found = measures[bare]
            dataset[name].attrs |= {
                "units": found.unit,
                "long_name": bare.replace("_", " "),
                "description": found.meaning,
            }
    dataset.coords["temperature"].attrs |= {"units": "K"}
    dataset.coords["supply"].attrs |= {"units": "V"}
    _, sha256 = identity(results.technology)
    home = results.home
    dataset.attrs |= {
        "cell": results.cell.name,
        "technology": results.technology.name,
        "models_sha256": sha256,
        "source_sha256": library.source_hash(results.cell.name, results.technology.name),
        "home_corner": home.corner,
        "home_temperature": home.temperature,
        "home_supply": home.supply or results.cell.realisation(results.technology.name).supply,
        "ideal_bias": int(home.ideal_bias),
        "settings": json.dumps(
            {
                bench.name: asdict(results.settings.get(bench.name, bench.settings))
                for bench in results.cell.benches
            }
        ),
        "bias_voltages": json.dumps(results.bias_voltages),
        "samples": results.plan.samples,
        "seed": results.plan.seed,
        "engine": "libngspice",
        **software(),
    }


def records_of(
    dataset: xr.Dataset, recipe: Recipe, purpose: str, sample: int | None = None
) -> list[Record]:
    """Return the records of a purpose from a dataset; of one sample where it is drawn.

    ``baseline`` is the nominal cell under the stimuli of ``mismatch``. Runs that failed are left
    out.
    """
    found = []
    stimuli = recipe.stimuli("mismatch" if purpose == "baseline" else purpose)
    for number, stimulus in enumerate(stimuli):
        at = (number,) if sample is None else (number, sample)
        if str(dataset[f"{purpose}_failure"].values[at]):
            continue
        values, arrays = {}, {}
        for key in dataset.data_vars:
            name = str(key).removeprefix(f"{purpose}_")
            variable = dataset[key]
            if not str(key).startswith(f"{purpose}_") or name in {"failure", "rung"}:
                continue
            if name.endswith("_floor") or "wave" in name or variable.dims[0] != purpose:
                continue
            if variable.ndim == len(at):
                values[name] = float(variable.values[at])
            else:
                row = variable.values[at]
                arrays[name] = row[np.isfinite(row)]
        found.append(Record(stimulus, values, arrays))
    return found
