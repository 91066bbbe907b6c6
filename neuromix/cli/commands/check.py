"""``neuromix check``: a folder of references, without pytest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from neuromix.cli import options, output

if TYPE_CHECKING:
    from neuromix.declare import Condition
    from neuromix.regression.directory import Task

PICTURES = "reference-failures"


@click.command("check")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--junit",
    "report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JUnit XML file to write.",
)
@click.option(
    "--update",
    "reason",
    metavar="REASON",
    help="Record references that are stale or no longer met, for this reason.",
)
@click.option(
    "--add",
    "added",
    multiple=True,
    metavar="WHAT",
    help="With --update, a new reference: CELL:BENCH, or a file (.nc, .npz, .npy, .csv).",
)
@click.option(
    "--tolerance",
    "tolerances",
    type=options.assignment,
    multiple=True,
    metavar="QUANTITY.FIELD=VALUE",
    help="With --update, such as v_mem.time=2u or '*.relative=0.01'; stored with the reference.",
)
@options.technology()
@options.condition
@options.parameters
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    default=PICTURES,
    show_default=True,
    help="Folder for pictures of what fails.",
)
@click.option("--strict", is_flag=True, help="Stale references fail.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@options.as_json
def command(
    folder: Path,
    report: Path | None,
    reason: str | None,
    added: tuple[str, ...],
    tolerances: tuple[tuple[str, float], ...],
    technology: str,
    corner: str,
    temperature: tuple[float, ...],
    supply: float | None,
    ideal_bias: bool,
    parameters: tuple[tuple[str, float], ...],
    pictures: Path,
    strict: bool,
    workers: int,
    as_json: bool,
) -> None:
    """Compare results with the references in DIR; exit with 1 where one is not met.

    Each reference says what makes its result: a simulation of a cell, or a file. Technology,
    condition and parameters are those of the references that --add records.
    """
    if reason is None and (added or tolerances):
        raise click.UsageError("--add and --tolerance record references: --update REASON")
    from neuromix.cli.progress import reporting
    from neuromix.data.files import replace_file
    from neuromix.engine.pool import NgspiceEngine
    from neuromix.errors import BadValue
    from neuromix.regression.directory import Task, check, tasks_in
    from neuromix.regression.examining import SKIPPED
    from neuromix.regression.reference import checked_reason

    if reason is not None:
        checked_reason(reason)
    condition = options.one_condition(corner, temperature, supply, ideal_bias)
    if added:
        folder.mkdir(parents=True, exist_ok=True)
        tasks: list[Task] = [
            _task(folder, what, technology, condition, dict(parameters)) for what in added
        ]
        results = []
    else:
        found = list(tasks_in(folder))
        tasks = [item for item in found if isinstance(item, Task)]
        results = [item for item in found if not isinstance(item, Task)]
    with reporting("references") as progress, NgspiceEngine(workers) as engine:
        for item in check(
            tasks,
            folder,
            engine,
            pictures=pictures,
            reason=reason,
            tolerances=_fields(tolerances),
            workers=workers,
        ):
            results.append(item)
            progress(len(results), len(tasks), item.outcome.name)
    results.sort(key=lambda item: item.outcome.name)
    if report is not None:
        from neuromix.cli.junit import junit

        replace_file(report, junit(folder.resolve().name, results, strict=strict))
    outcomes = [item.outcome for item in results]
    if as_json:
        output.print_json(
            [
                {
                    "name": item.outcome.name,
                    "state": item.outcome.state,
                    "sentences": item.outcome.sentences,
                    "picture": item.outcome.picture and str(item.outcome.picture),
                    "seconds": item.seconds,
                }
                for item in results
            ]
        )
    else:
        for outcome in outcomes:
            click.echo(str(outcome))
    if all(outcome.state == SKIPPED for outcome in outcomes):
        raise BadValue(
            f"{folder} has no reference that could be compared",
            cure=f'neuromix check {folder} --add CELL:BENCH --update "what it is for"',
        )
    sys.exit(1 if any(outcome.bad(strict=strict) for outcome in outcomes) else 0)


def _task(
    folder: Path,
    what: str,
    technology: str,
    condition: Condition,
    parameters: dict[str, float],
) -> Task:
    """Return the task that ``--add`` names: a file, or a cell and a bench."""
    from neuromix.regression.directory import cell_task, file_task

    source = Path(what)
    if source.exists():
        return file_task(folder, source)
    cell, colon, bench = what.partition(":")
    if not colon:
        raise click.BadParameter(
            f"{what!r} is neither a file nor CELL:BENCH, such as lif_neuron:step",
            param_hint="--add",
        )
    return cell_task(folder, cell, bench, technology, condition, parameters)


def _fields(tolerances: tuple[tuple[str, float], ...]) -> dict[str, dict[str, float]]:
    """Return the tolerances of ``--tolerance`` by quantity."""
    found: dict[str, dict[str, float]] = {}
    for words, value in tolerances:
        name, dot, field = words.rpartition(".")
        if not dot:
            raise click.BadParameter(
                f"{words!r} is not QUANTITY.FIELD, such as v_mem.time", param_hint="--tolerance"
            )
        found.setdefault(name, {})[field] = value
    return found
