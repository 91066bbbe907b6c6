"""``characterize``: a cell over conditions, with mismatch, noise, energy and numerical floors."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from neuromix import library
from neuromix.characterization.adapting import adapted_settings
from neuromix.characterization.assembly import assemble, replica_voltages
from neuromix.characterization.dead_mismatch import refuse_dead_mismatch
from neuromix.characterization.draws import mismatch_draws
from neuromix.characterization.floor import rerun
from neuromix.characterization.operating_point import device_table, usual_bench
from neuromix.characterization.recipe import Stimulus, recipe_for
from neuromix.characterization.requests import Answer, Request, run_requests
from neuromix.characterization.results import Results, to_dataset
from neuromix.data.files import as_path
from neuromix.declare import Cell, Condition, Plan, Settings, Technology
from neuromix.display.progress import Progress, phase, watching
from neuromix.engine.campaign_folder import CampaignFolder
from neuromix.engine.contract import Engine
from neuromix.engine.executor import ExecutorEngine
from neuromix.engine.pool import NgspiceEngine
from neuromix.engine.spreading import SpreadingEngine
from neuromix.errors import BadValue, NotConverged
from neuromix.pdk.location import identity
from neuromix.units import celsius

if TYPE_CHECKING:
    import xarray as xr

LARGEST_FAILURE_SHARE = 0.01
"""A spread from survivors is biased, so a campaign with more failures is refused."""

FLOOR_DRAWS = 5
WAVES_OF_DRAWS = 3


def characterize(
    cell: Cell | str,
    plan: Plan | None = None,
    technology: str | None = None,
    *,
    engine: Engine | None = None,
    workers: int = 2,
    store: str | Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    allow_failures: bool = False,
    floor_draws: int = FLOOR_DRAWS,
    tolerances: Mapping[str, float] | None = None,
) -> xr.Dataset:
    """Characterize a cell.

    Parameters
    ----------
    cell : Cell or str
        What is characterized, or its name.
    plan : Plan, optional
        Conditions and mismatch draws; the typical corner at 27 °C without draws by default.
    technology : str, optional
        The first that the cell is sized for.
    engine : Engine, optional
        Workers of its own by default, ended afterwards.
    workers : int
        Processes, or chunks that the executor works on at a time; without an engine.
    store : path, optional
        Folder of this campaign: killed at any moment, it goes on where it was. Another plan wants
        another folder.
    executor : concurrent.futures.Executor, optional
        Where ngspice runs, without an engine; worker processes on this machine by default.
    progress : callable, optional
        Told runs done, runs in all, and what is going on; a line in a notebook by default.
    allow_failures : bool
        Accept more than 1 % of failed runs.
    floor_draws : int
        Draws on which the numerical floor is measured.
    tolerances : mapping of str to float, optional
        Largest numerical floor of a measure, as a share of its value: the settings of benches that
        take it are tightened until the nominal cell meets it in the sweep, and are recorded.

    Returns
    -------
    xarray.Dataset
        All measured values, labelled, with units and floors.

    Raises
    ------
    NotConverged
        Where more than 1 % of the runs failed.
    TechnologyError
        Where mismatch was drawn and all samples are equal.
    BelowNumericalFloor
        Where a tolerance cannot be met.
    BadValue
        Where the folder holds another campaign.
    """
    cell = library.as_cell(cell)
    if plan is not None and not isinstance(plan, Plan):
        raise BadValue(f"{plan!r} is not a plan", cure="nmx.Plan(samples=20)")
    plan = plan or Plan()
    wanted = dict(tolerances or {})
    chosen = library.technology(technology or cell.technologies[0])
    if engine is None:
        folder = None if store is None else as_path(store, "store")
        asked = None if folder is None else _statement(cell, chosen, plan, floor_draws, wanted)
        with _engine(workers, executor, folder, asked) as own:
            try:
                return characterize(
                    cell,
                    plan,
                    technology,
                    engine=own,
                    progress=progress,
                    allow_failures=allow_failures,
                    floor_draws=floor_draws,
                    tolerances=wanted,
                )
            except NotConverged as error:
                left = folder and folder / "failed"
                if not left or not left.exists():
                    raise
                where = f"decks, logs and waveforms: {left}"
                raise NotConverged(error.summary, [*error.evidence, where], error.cure) from None
    with watching(progress) as told:
        results = _run(cell, chosen, plan, engine, told, floor_draws, wanted)
    _refuse_failures(cell, results, allow_failures)
    refuse_dead_mismatch(chosen, results.mismatch)
    return to_dataset(results)


def _engine(
    workers: int,
    executor: Executor | None,
    folder: Path | None,
    asked: Mapping[str, object] | None,
) -> SpreadingEngine:
    opener = None
    if folder is not None and asked is not None:
        opener = functools.partial(CampaignFolder, folder, asked)
    if executor is None:
        return NgspiceEngine(workers, opener)
    return ExecutorEngine(executor, workers, opener)


def _statement(
    cell: Cell,
    technology: Technology,
    plan: Plan,
    floor_draws: int,
    tolerances: Mapping[str, float],
) -> dict[str, object]:
    """Return what is run: all that the numbers of a campaign depend on, but for the engine."""
    return {
        "cell": cell.name,
        "source_sha256": library.source_hash(cell.name, technology.name),
        "technology": technology.name,
        "models_sha256": identity(technology)[1],
        "plan": dataclasses.asdict(plan),
        "floor_draws": floor_draws,
        "tolerances": dict(tolerances),
    }


def _size(request: Request) -> int:
    return len(request.variations)


def _run(
    cell: Cell,
    technology: Technology,
    plan: Plan,
    engine: Engine,
    progress: Progress,
    floor_draws: int,
    tolerances: Mapping[str, float],
) -> Results:
    recipe = recipe_for(cell, technology.name)
    home = plan.home
    voltages: dict[Condition, tuple[tuple[str, float], ...]] = {}
    for condition in plan.conditions():
        found = replica_voltages(cell, technology, condition, engine) if plan.ideal_bias else {}
        voltages[condition] = tuple(sorted(found.items()))

    def nominal(stimulus: Stimulus, condition: Condition, *, keep: bool = False) -> Request:
        return Request(
            stimulus,
            condition,
            voltages[condition],
            keep=(0,) if keep else (),
            settings=settings.get(stimulus.bench),
        )

    sweep = recipe.stimuli("sweep")
    settings: dict[str, Settings] = {}
    if tolerances:
        progress(0, 1, f"{cell.name}: settings")
        at_home = [nominal(stimulus, home) for stimulus in sweep]
        adapted = adapted_settings(cell, technology, engine, at_home, tolerances)
        settings = {bench: item.settings for bench, item in adapted.items()}
    everywhere = {
        condition: [nominal(s, condition, keep=condition == home) for s in sweep]
        for condition in plan.conditions()
    }
    training = [nominal(stimulus, home) for stimulus in recipe.stimuli("training")]
    noise = [nominal(stimulus, home, keep=True) for stimulus in recipe.stimuli("noise")]
    baseline = (
        [nominal(stimulus, home) for stimulus in recipe.stimuli("mismatch")] if plan.samples else []
    )
    mismatch: dict[Condition, list[Request]] = {}
    where = list(plan.conditions()) if plan.mismatch_everywhere else [home]
    for condition in where if plan.samples else ():
        mismatch[condition] = []
        for stimulus in recipe.stimuli("mismatch"):
            deck = assemble(
                cell,
                stimulus.bench_of(cell),
                technology,
                condition,
                dict(stimulus.overrides),
                dict(voltages[condition]) or None,
            )
            draws = mismatch_draws(technology, deck.transistors, plan.samples, plan.seed, cell.name)
            keep = tuple(range(min(WAVES_OF_DRAWS, plan.samples)))
            mismatch[condition].append(
                Request(
                    stimulus,
                    condition,
                    voltages[condition],
                    draws,
                    keep,
                    settings.get(stimulus.bench),
                )
            )

    batches = [*everywhere.values(), training, noise, baseline, *mismatch.values()]
    requests = [request for batch in batches for request in batch]
    few = [
        dataclasses.replace(r, variations=r.variations[:floor_draws], keep=())
        for r in mismatch.get(home, ())
    ]
    first, floor = sum(map(_size, requests)), 2 * len(everywhere[home])
    whole = first + floor + 2 * sum(map(_size, few))
    answers = run_requests(
        cell, technology, engine, requests, phase(progress, f"{cell.name}: stimuli", 0, whole)
    )
    taken = iter(answers)
    swept = {c: [next(taken)[0] for _ in batch] for c, batch in everywhere.items()}
    trained = [next(taken)[0] for _ in training]
    noisy = [next(taken)[0] for _ in noise]
    undrawn = [next(taken)[0] for _ in baseline]
    drawn = {c: [next(taken) for _ in batch] for c, batch in mismatch.items()}

    name = f"{cell.name}: numerical floor"
    tight, other = rerun(
        cell, technology, engine, everywhere[home], phase(progress, name, first, whole)
    )
    tight_draws, other_draws = rerun(
        cell, technology, engine, few, phase(progress, name, first + floor, whole)
    )
    return Results(
        cell=cell,
        technology=technology,
        plan=plan,
        home=home,
        recipe=recipe,
        sweep=swept,
        sweep_again=([row[0] for row in tight], [row[0] for row in other]),
        training=trained,
        noise=noisy,
        baseline=undrawn,
        mismatch=drawn,
        mismatch_again=(tight_draws, other_draws),
        settings=settings,
        bias_voltages=dict(voltages[home]),
        devices=device_table(
            cell, usual_bench(cell), technology, home, engine, bias_voltages=dict(voltages[home])
        ),
    )


def _refuse_failures(cell: Cell, results: Results, allowed: bool) -> None:
    every = failed = 0
    first: Answer | None = None
    for answer in results.answers():
        every += 1
        failed += answer.failed
        first = answer if answer.failed and first is None else first
    if first is not None and not allowed and failed > LARGEST_FAILURE_SHARE * every:
        raise NotConverged(
            f"{cell.name}: {failed} of {every} runs failed",
            [
                f"first: {first.record.stimulus.name} at {first.condition.corner}, "
                f"{celsius(first.condition.temperature):g} °C: {first.outcome.failure}",
                *first.outcome.reason[:4],
            ],
            "a less extreme condition, or --allow-failures (spreads are then biased)",
        )
