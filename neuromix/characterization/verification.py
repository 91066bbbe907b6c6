"""``verify``: the held-out proof. Stimuli that no fit has seen, SPICE against the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from neuromix import library
from neuromix.characterization.assembly import replica_voltages
from neuromix.characterization.floor import rerun
from neuromix.characterization.recipe import Record, recipe_for
from neuromix.characterization.requests import Answer, Request, run_requests
from neuromix.data.files import as_path
from neuromix.declare import Cell, Condition
from neuromix.display.progress import Progress, phase, watching
from neuromix.engine.contract import Engine
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue, NotConverged
from neuromix.models.model import Model

FLOOR_STIMULI = 4
"""Stimuli on which SPICE is compared with itself; the floor costs four runs for each."""


@dataclass(frozen=True, eq=False)
class Proof:
    """Errors of a model on stimuli that its fit never saw.

    Parameters
    ----------
    errors : dict of str to float
        What ``Recipe.compare`` gives, SPICE first; ``<name>_floor`` is SPICE against itself.
    pairs : tuple of (Record, Record)
        SPICE and model, stimulus by stimulus.
    worst : int
        Position of the pair with the largest error.
    """

    errors: dict[str, float]
    pairs: tuple[tuple[Record, Record], ...]
    worst: int


def verify(
    cell: Cell | str,
    model: Model,
    *,
    engine: Engine | None = None,
    workers: int = 2,
    store: str | Path | None = None,
    progress: Progress | None = None,
) -> Proof:
    """Measure a model's held-out errors, each beside SPICE's own numerical floor.

    Parameters
    ----------
    cell : Cell or str
        What the model is of, or its name.
    model : Model
        From :func:`neuromix.fit`.
    engine, workers, store, progress
        As in :func:`neuromix.characterize`.

    Raises
    ------
    BadValue
        Where the model is of another cell.
    NotConverged
        Where a stimulus cannot be simulated: a proof leaves none out.
    """
    cell = library.as_cell(cell)
    if not isinstance(model, Model):
        raise BadValue(
            f"a {type(model).__name__} is not a model", cure="verify(cell, nmx.model(cell))"
        )
    if model.cell != cell.name:
        raise BadValue(f"the model is of {model.cell!r}, not of {cell.name!r}")
    if engine is None:
        with NgspiceEngine(workers, as_path(store, "store") if store is not None else None) as own:
            return verify(cell, model, engine=own, progress=progress)
    technology = library.technology(model.technology)
    recipe = recipe_for(cell, model.technology)
    ideal = model.condition.get("bias") == "ideal"
    condition = Condition(
        corner=str(model.condition["corner"]),
        temperature=float(model.condition["temperature"]),
        supply=float(model.condition["supply"]),
        ideal_bias=ideal,
    )
    found = replica_voltages(cell, technology, condition, engine) if ideal else {}
    voltages = tuple(sorted(found.items()))
    requests = [Request(stimulus, condition, voltages) for stimulus in recipe.stimuli("proof")]
    few = range(0, len(requests), max(1, len(requests) // FLOOR_STIMULI))
    whole = len(requests) + 2 * len(few)
    with watching(progress) as told:
        proving = phase(told, f"{cell.name}: held-out stimuli", 0, whole)
        answers = [row[0] for row in run_requests(cell, technology, engine, requests, proving)]
        _refuse_failures(cell, answers)
        floor = phase(told, f"{cell.name}: numerical floor", len(requests), whole)
        tight, other = rerun(cell, technology, engine, [requests[k] for k in few], floor)
    pairs = tuple((a.record, recipe.predict(model, a.record.stimulus)) for a in answers)
    errors = recipe.compare(pairs)
    floors = [
        recipe.compare([(a.record, answers[k].record) for k, a in again])
        for again in (_converged(few, tight), _converged(few, other))
        if again
    ]
    for name in floors[0] if floors else ():
        if "error" in name or "nrmse" in name:
            errors[f"{name}_floor"] = max(floor[name] for floor in floors)
    each = [recipe.compare([pair])[recipe.main_error] for pair in pairs]
    return Proof(errors, pairs, each.index(max(each)))


def _refuse_failures(cell: Cell, answers: Sequence[Answer]) -> None:
    for answer in answers:
        if answer.failed:
            raise NotConverged(
                f"{cell.name}: the proof's stimulus {answer.record.stimulus.name!r} failed",
                answer.outcome.reason,
            )


def _converged(
    numbers: Iterable[int], rows: Sequence[Sequence[Answer]]
) -> list[tuple[int, Answer]]:
    """Return the reruns that have a result, with the number of their stimulus."""
    return [(k, row[0]) for k, row in zip(numbers, rows, strict=True) if not row[0].failed]
