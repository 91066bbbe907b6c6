"""A folder of references, checked without pytest."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from neuromix import library
from neuromix.declare import Condition
from neuromix.engine.contract import Engine
from neuromix.errors import BadValue, EngineError, NeuromixError
from neuromix.regression.examining import SKIPPED, Outcome, Result, broken, examine, file_stem
from neuromix.regression.files import is_reference, read_reference
from neuromix.regression.sources import cell_origin, file_origin, make_result, simulated
from neuromix.units import celsius


@dataclass(frozen=True, slots=True)
class Task:
    """A reference file and what makes the result that it is compared with."""

    file: Path
    origin: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a task, and how long it took, s."""

    task: Task
    outcome: Outcome
    seconds: float


def tasks_in(folder: Path) -> Iterator[Task | Checked]:
    """Yield the references of a folder and of all inside; one that cannot be read is an outcome.

    NetCDF files that do not say that they are references are left alone.

    Raises
    ------
    BadValue
        Where there is no such folder.
    """
    if not folder.is_dir():
        raise BadValue(f"{folder} is not a folder")
    for file in sorted(folder.rglob("*.nc")):
        if not is_reference(file):
            continue
        name = file.relative_to(folder).with_suffix("").as_posix()
        try:
            origin = read_reference(file).origin
        except NeuromixError as error:
            yield Checked(Task(file, {}), broken(name, error), 0.0)
            continue
        task = Task(file, origin)
        if "test" in origin:
            said = (f"its result is made by: pytest {origin['test']}",)
            yield Checked(task, Outcome(name, SKIPPED, said), 0.0)
        else:
            yield task


def cell_task(
    folder: Path,
    cell: str,
    bench: str,
    technology: str,
    condition: Condition | None = None,
    parameters: Mapping[str, float] | None = None,
) -> Task:
    """Return the task of a cell on a bench: ``folder/CELL/TECHNOLOGY.BENCH.nc``.

    What differs from the typical condition and the bench's own parameters is added to the name.

    Raises
    ------
    UnknownName
        Where there is no such cell, bench or technology.
    """
    declared = library.cell(cell)
    declared.bench(bench)
    declared.realisation(technology)
    where, home = condition or Condition(), Condition()
    words = [technology, bench]
    words += [where.corner] if where.corner != home.corner else []
    if where.temperature != home.temperature:
        words.append(f"{celsius(where.temperature):g}C")
    words += [f"{where.supply:g}V"] if where.supply is not None else []
    words += ["ideal_bias"] if where.ideal_bias else []
    words += [f"{name}={value:g}" for name, value in sorted((parameters or {}).items())]
    origin = cell_origin(cell, bench, technology, where, parameters)
    return Task(folder / cell / f"{file_stem('.'.join(words))}.nc", origin)


def file_task(folder: Path, source: Path) -> Task:
    """Return the task of a file of results: ``folder/STEM.nc``."""
    return Task(folder / f"{file_stem(source.stem)}.nc", file_origin(source, folder))


def check(
    tasks: Sequence[Task],
    folder: Path,
    engine: Engine,
    *,
    pictures: Path,
    reason: str | None = None,
    tolerances: Mapping[str, Mapping[str, float]] | None = None,
    workers: int = 2,
) -> Iterator[Checked]:
    """Make and examine the results of all tasks, in their order.

    Parameters
    ----------
    tasks : sequence of Task
    folder : Path
        What the names of references are relative to.
    engine : Engine
        Simulates cells.
    pictures : Path
        Folder for pictures of failures.
    reason : str, optional
        Records what does not pass.
    tolerances : mapping, optional
        By quantity, fields of its tolerance; stored in what is recorded.
    workers : int
        Results made at a time.
    """
    threads = ThreadPoolExecutor(max(1, workers), thread_name_prefix="reference")
    try:
        made = [threads.submit(_timed, task, engine, reason is not None) for task in tasks]
        for task, future in zip(tasks, made, strict=True):
            result, seconds = future.result()
            outcome = _examined(task, folder, result, pictures, reason, tolerances)
            yield Checked(task, outcome, seconds)
    finally:
        # Whoever leaves early closes the engine next, which ends what is still being simulated.
        threads.shutdown(wait=False, cancel_futures=True)


def _timed(task: Task, engine: Engine, record: bool) -> tuple[Result | NeuromixError, float]:
    started = time.perf_counter()
    try:
        result = make_result(task.file, task.origin, engine)
        if record and "cell" in task.origin and not task.file.exists():
            result = _with_other_method(result, engine)
    except NeuromixError as error:
        return error, time.perf_counter() - started
    return result, time.perf_counter() - started


def _with_other_method(result: Result, engine: Engine) -> Result:
    """Return the result with what the simulator's other method makes of it, where it can."""
    try:
        again = simulated(result.origin, engine, other_method=True)
    except EngineError as error:
        return replace(result, note=f"no floor by the other integration method: {error.summary}")
    return replace(result, again=again.quantities)


def _examined(
    task: Task,
    folder: Path,
    result: Result | NeuromixError,
    pictures: Path,
    reason: str | None,
    tolerances: Mapping[str, Mapping[str, float]] | None,
) -> Outcome:
    name = task.file.relative_to(folder).with_suffix("").as_posix()
    if isinstance(result, NeuromixError):
        return broken(name, result)
    cure = f"neuromix check {folder} --update REASON"
    try:
        found = examine(
            task.file,
            result,
            tolerances=tolerances,
            reason=reason,
            pictures=pictures / Path(name).parent,
            cure=cure,
        )
    except NeuromixError as error:
        return broken(name, error)
    return replace(found, name=name)
