"""``neuromix mismatch``: spreads of a cell's measures and the devices that make them."""

from __future__ import annotations

from pathlib import Path

import click

from neuromix.cli import options, output


@click.command("mismatch")
@click.argument("name", metavar="CELL")
@click.argument("bench", metavar="[BENCH]", required=False)
@options.parameters
@options.technology()
@options.condition
@click.option("--runs", type=click.IntRange(1), default=None, help="Draws; about one a parameter.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Root of all draws."
)
@options.tolerances
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder of outcomes: what was run is not run again.",
)
@click.option("--allow-failures", is_flag=True, help="Accept runs that did not converge.")
@click.option(
    "--allow-below-floor", is_flag=True, help="Accept spreads that the simulator explains."
)
@options.form
def command(
    name: str,
    bench: str | None,
    parameters: tuple[tuple[str, float], ...],
    technology: str,
    corner: str,
    temperature: tuple[float, ...],
    supply: float | None,
    ideal_bias: bool,
    runs: int | None,
    seed: int,
    tolerances: tuple[tuple[str, float], ...],
    workers: int,
    store: Path | None,
    allow_failures: bool,
    allow_below_floor: bool,
    form: str,
) -> None:
    """Estimate how instances of CELL differ on one BENCH, from about one run a drawn parameter.

    The first bench that measures anything by default. A plain Monte Carlo of the same error takes
    tens to thousands of times as many runs: docs/mismatch.md compares them.
    """
    from neuromix.cli.progress import reporting

    condition = options.one_condition(corner, temperature, supply, ideal_bias)
    with reporting("loading models") as progress:
        from neuromix.characterization.few_runs.spread import few_run_spread
        from neuromix.cli.spread_report import spread_report

        found = few_run_spread(
            name,
            bench,
            technology,
            condition=condition,
            runs=runs,
            seed=seed,
            engine=None,
            workers=workers,
            store=store,
            progress=progress,
            allow_failures=allow_failures,
            allow_below_floor=allow_below_floor,
            tolerances=dict(tolerances),
            **dict(parameters),
        )
    output.emit(spread_report(found), form)
