"""``few_run_spread``: what mismatch does to a cell, from about one run a drawn parameter."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from neuromix import library
from neuromix.characterization.adapting import adapted_settings
from neuromix.characterization.assembly import assemble, replica_voltages
from neuromix.characterization.few_runs.design import exact_draws, usual_runs
from neuromix.characterization.few_runs.moments import correlation, covariance
from neuromix.characterization.few_runs.parameters import (
    MismatchParameter,
    mismatch_parameters,
    variations,
)
from neuromix.characterization.few_runs.quantities import Measured, quantity_spreads
from neuromix.characterization.few_runs.response import fit_response
from neuromix.characterization.few_runs.result import MismatchSpread
from neuromix.characterization.floor import floor_of, require_above_floor, rerun
from neuromix.characterization.recipe import Stimulus
from neuromix.characterization.requests import Answer, Request, run_requests
from neuromix.data.files import as_path
from neuromix.data.randomness import generator
from neuromix.declare import Bench, Cell, Condition, Technology
from neuromix.display.progress import Progress, phase, watching
from neuromix.engine.contract import Engine
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue, NotConverged, TechnologyError

FLOOR_DRAWS = 3
"""Draws that are run twice more, for the numerical floor."""


def few_run_spread(
    cell: Cell | str,
    bench: str | None = None,
    technology: str | None = None,
    *,
    condition: Condition | None = None,
    runs: int | None = None,
    seed: int = 1,
    engine: Engine | None = None,
    workers: int = 2,
    store: str | Path | None = None,
    progress: Progress | None = None,
    allow_failures: bool = False,
    allow_below_floor: bool = False,
    tolerances: Mapping[str, float] | None = None,
    **parameters: float,
) -> MismatchSpread:
    """Estimate how the measures of a bench differ between instances, from few runs.

    Parameters
    ----------
    cell : Cell or str
        What is simulated, or its name.
    bench : str, optional
        The first one that measures anything by default.
    technology : str, optional
        The first that the cell is sized for.
    condition : Condition, optional
        Corner, temperature, supply.
    runs : int, optional
        Draws; :func:`neuromix.characterization.few_runs.design.usual_runs` by default. Six more
        runs are for the numerical floor.
    seed : int
        Root of the draws.
    engine : Engine, optional
        Workers of its own by default, ended afterwards.
    workers : int
        Processes, without an engine.
    store : path, optional
        Folder of outcomes, without an engine: what was run is not run again.
    progress : callable, optional
        Told runs done, runs in all, and what is going on.
    allow_failures, allow_below_floor : bool
        Accept runs that did not converge (spreads are then biased), and spreads below three floors.
    tolerances : mapping of str to float, optional
        Largest numerical floor of a measure, as a share of its value: the settings are tightened
        until the nominal cell meets it. These runs are not counted.
    **parameters : float
        Of the bench, or sizes of the cell.

    Returns
    -------
    MismatchSpread

    Raises
    ------
    NotConverged
        Where runs failed.
    BelowNumericalFloor
        Where a spread may be the simulator's own, or a tolerance cannot be met.
    TechnologyError
        Where nothing varies.
    """
    what = library.as_cell(cell)
    process = library.technology(technology or what.technologies[0])
    chosen = what.bench(bench) if bench else measuring_bench(what)
    where = condition or Condition()
    study = _Study(
        what, chosen, process, where, tuple(parameters.items()), tolerances or {}, runs, seed
    )
    with contextlib.ExitStack() as stack:
        folder = as_path(store, "store") if store is not None else None
        own = engine or stack.enter_context(NgspiceEngine(workers, folder))
        told = stack.enter_context(watching(progress))
        found = _estimate(study, own, told, allow_failures)
    for item in () if allow_below_floor else found.quantities:
        require_above_floor(item.name, item.sigma, item.floor)
    return found


@dataclass(frozen=True)
class _Study:
    """What is asked."""

    cell: Cell
    bench: Bench
    technology: Technology
    condition: Condition
    parameters: tuple[tuple[str, float], ...]
    tolerances: Mapping[str, float]
    runs: int | None
    seed: int


def _estimate(
    study: _Study, engine: Engine, progress: Progress, allow_failures: bool
) -> MismatchSpread:
    cell, bench, technology = study.cell, study.bench, study.technology
    nominal, drawn = _nominal(study, engine)
    count = usual_runs(len(drawn)) if study.runs is None else study.runs
    z = exact_draws(count, len(drawn), generator(study.seed, cell.name, "few runs"))
    if study.tolerances:
        progress(0, 1, f"{cell.name}: settings")
        adapted = adapted_settings(cell, technology, engine, [nominal], study.tolerances)
        nominal = replace(nominal, settings=adapted[bench.name].settings)
    request = replace(nominal, variations=variations(drawn, z))
    answers, floors = _simulate(cell, technology, engine, request, progress)
    good = [not answer.failed for answer in answers]
    if not all(good) and not (allow_failures and sum(good) > len(drawn) + 1):
        first = answers[good.index(False)].outcome
        raise NotConverged(
            f"{cell.name}: {good.count(False)} of {count} runs failed",
            [f"first: {first.failure}", *first.reason[:4]],
            "other settings in the bench; with more --runs --allow-failures (spreads are biased)",
        )
    measured = Measured.of(bench, answers)
    if not measured.values:
        raise TechnologyError(
            f"{cell.name}: no measure of bench {bench.name!r} has a spread",
            [f"{name}: {why}" for name, why in measured.left_out.items()],
            f"another bench: {', '.join(item.name for item in cell.benches if item != bench)}",
        )
    response = fit_response(z[good], measured.scaled())
    return MismatchSpread(
        cell=cell.name,
        technology=technology.name,
        bench=bench.name,
        condition=study.condition,
        settings=request.settings or bench.settings,
        seed=study.seed,
        quantities=quantity_spreads(bench, measured, response, drawn, floors),
        correlations=correlation(covariance(response)),
        parameters=drawn,
        response=response,
        runs=count + 2 * FLOOR_DRAWS,
        floor_runs=2 * FLOOR_DRAWS,
        climbed=sum(answer.rung > 0 for answer in answers),
        failures=good.count(False),
        left_out=measured.left_out,
    )


def _nominal(study: _Study, engine: Engine) -> tuple[Request, tuple[MismatchParameter, ...]]:
    """Return the request without mismatch, and what mismatch there is to be drawn."""
    cell, technology, where = study.cell, study.technology, study.condition
    voltages = replica_voltages(cell, technology, where, engine) if where.ideal_bias else {}
    given = dict(study.parameters)
    deck = assemble(cell, study.bench, technology, where, given, voltages or None)
    drawn = mismatch_parameters(technology, deck.transistors)
    if not drawn:
        raise TechnologyError(
            f"{technology.name} has no mismatch for the devices of {cell.name}",
            cure="MismatchLaw(…) of its devices, in the declaration of the technology",
        )
    stimulus = Stimulus(study.bench.name, study.bench.name, study.parameters)
    return Request(stimulus, where, tuple(sorted(voltages.items()))), drawn


def _simulate(
    cell: Cell, technology: Technology, engine: Engine, request: Request, progress: Progress
) -> tuple[Sequence[Answer], list[dict[str, float]]]:
    """Return the answers, and the floor of each measure on the first few draws."""
    count = len(request.variations)
    whole = count + 2 * FLOOR_DRAWS
    tell = phase(progress, f"{cell.name}: {request.stimulus.name}", 0, whole)
    (answers,) = run_requests(cell, technology, engine, [request], tell)
    few = replace(request, variations=request.variations[:FLOOR_DRAWS])
    tell = phase(progress, f"{cell.name}: numerical floor", count, whole)
    (tight,), (other,) = rerun(cell, technology, engine, [few], tell)
    first = answers[:FLOOR_DRAWS]
    return answers, [
        floor_of(answer.record, one.record, two.record)
        for answer, one, two in zip(first, tight, other, strict=True)
    ]


def measuring_bench(cell: Cell) -> Bench:
    """Return the first bench of a cell that measures anything.

    Raises
    ------
    BadValue
        Where none does.
    """
    for bench in cell.benches:
        if bench.measures:
            return bench
    raise BadValue(f"no bench of {cell.name} measures anything", cure="Bench(…, measures=…)")
