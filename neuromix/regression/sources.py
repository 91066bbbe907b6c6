"""What makes the result that a reference is compared with: a simulation of a cell, or a file."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

from neuromix import library
from neuromix.characterization.simulation import simulate_cell
from neuromix.declare import Condition
from neuromix.engine.contract import Engine
from neuromix.errors import BadValue
from neuromix.regression.examining import Result
from neuromix.regression.quantities import quantities, read_data
from neuromix.regression.states import states_of


def cell_origin(
    cell: str,
    bench: str,
    technology: str,
    condition: Condition | None = None,
    parameters: Mapping[str, float] | None = None,
) -> dict[str, str]:
    """Return the origin of a reference that a simulation of a library cell is compared with."""
    where = condition or Condition()
    return {
        "cell": cell,
        "bench": bench,
        "technology": technology,
        "condition": json.dumps(
            {
                "corner": where.corner,
                "temperature": where.temperature,
                "supply": where.supply,
                "ideal_bias": where.ideal_bias,
            }
        ),
        "parameters": json.dumps(dict(parameters or {}), sort_keys=True),
    }


def file_origin(source: Path, folder: Path) -> dict[str, str]:
    """Return the origin of a reference that another file's content is compared with.

    The path is stored relative to the reference, so that both can move together.
    """
    relative = os.path.relpath(source.resolve(), folder.resolve())
    return {"source": Path(relative).as_posix()}


def simulated(origin: Mapping[str, str], engine: Engine, *, other_method: bool = False) -> Result:
    """Return the result of simulating what an origin names.

    With ``other_method`` the simulator integrates by its other method: what changes then is not the
    circuit's.
    """
    started = time.perf_counter()
    cell = library.cell(origin["cell"])
    bench = cell.bench(origin["bench"])
    data = simulate_cell(
        cell,
        dataclasses.replace(bench, settings=bench.settings.other_method())
        if other_method
        else bench,
        origin["technology"],
        Condition(**json.loads(origin["condition"])),
        engine,
        json.loads(origin["parameters"]),
    )
    seconds = time.perf_counter() - started
    return Result(quantities(data), states_of(data), origin, seconds)


def make_result(file: Path, origin: Mapping[str, str], engine: Engine) -> Result:
    """Return the result that belongs to the reference ``file``.

    Raises
    ------
    BadValue
        Where its origin is a test, which only pytest can run.
    """
    if "cell" in origin:
        return simulated(origin, engine)
    if "source" in origin:
        data = read_data(file.parent / origin["source"])
        return Result(quantities(data), states_of(data), origin)
    raise BadValue(
        f"{file} does not say what makes a result to compare",
        cure=f"pytest {origin['test']}" if "test" in origin else None,
    )
