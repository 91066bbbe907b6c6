"""``neuromix characterize``: a cell over conditions, to a dataset, a model and verdicts."""

from __future__ import annotations

from pathlib import Path

import click

from neuromix.cli import options, output
from neuromix.cli.campaign_report import campaign_report

OUT_OF_SPECIFICATION = 3
"""Exit code; 1 is an error and 2 a word that is no option."""


@click.command("characterize")
@click.argument("name", metavar="CELL")
@options.technology()
@click.option("--corner", type=options.names, default="tt", show_default=True, help="Corners.")
@click.option(
    "--temperature", type=options.celsius, default="27", show_default=True, help="In °C: 0,27,85."
)
@click.option("--supply", type=options.volts, default=None, help="In V; nominal by default.")
@click.option("--star", is_flag=True, help="Conditions that differ from home in one axis only.")
@click.option("--samples", type=click.IntRange(0), default=0, help="Mismatch draws.")
@click.option(
    "--mismatch-at",
    type=click.Choice(["first", "all"]),
    default="first",
    show_default=True,
    help="Draw at the first corner nearest to 27 °C, or at every condition.",
)
@click.option("--ideal-bias", is_flag=True, help="Ideal gate voltages instead of bias replicas.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Root of all draws."
)
@options.tolerances
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option(
    "--executor",
    metavar="PLACE",
    help="Where ngspice runs: dask:tcp://127.0.0.1:8786, dask:tls://HOST:8786; here by default.",
)
@click.option(
    "--campaign",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the campaign: killed at any moment, it goes on where it was. By default beside "
    "the results, one for each plan.",
)
@click.option("--allow-failures", is_flag=True, help="Accept more than 1 % of failed runs.")
@click.option(
    "--allow-below-floor", is_flag=True, help="Accept spreads that the simulator explains."
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    help="Folder for CELL.T.nc, .model.json and .html.",
)
@options.form
def command(
    name: str,
    technology: str,
    corner: tuple[str, ...],
    temperature: tuple[float, ...],
    supply: tuple[float, ...] | None,
    star: bool,
    samples: int,
    mismatch_at: str,
    ideal_bias: bool,
    seed: int,
    tolerances: tuple[tuple[str, float], ...],
    workers: int,
    executor: str | None,
    campaign: Path | None,
    allow_failures: bool,
    allow_below_floor: bool,
    folder: Path,
    form: str,
) -> None:
    """Characterize CELL: nominal tables, mismatch, noise, energy, and its model.

    A cell that names no model family gets all but the model, from its benches as they are declared.
    The exit code is 3 where a measured quantity is outside of the cell's specification.
    """
    from neuromix.cli.progress import reporting

    with reporting("loading models") as progress:
        from neuromix import library
        from neuromix.characterization.campaign import characterize
        from neuromix.characterization.datasheet.writing import datasheet
        from neuromix.characterization.fitting import fit
        from neuromix.characterization.specification import judge
        from neuromix.characterization.summary import summarize
        from neuromix.data.netcdf import write_dataset
        from neuromix.data.provenance import digest
        from neuromix.declare import Plan
        from neuromix.engine.cluster import where
        from neuromix.models.store import save

        cell = library.cell(name)
        plan = Plan(
            corner=corner,
            temperature=temperature,
            supply=supply or (),
            samples=samples,
            mismatch_everywhere=mismatch_at == "all",
            ideal_bias=ideal_bias,
            seed=seed,
            star=star,
        )
        stem = f"{name}.{technology}"
        with where(executor, workers) as (spread, at_once):
            asked = digest(repr(plan), repr(tolerances))
            data = characterize(
                cell,
                plan,
                technology,
                workers=at_once,
                store=campaign or folder / f"{stem}.runs" / asked[:8],
                executor=spread,
                progress=progress,
                allow_failures=allow_failures,
                tolerances=dict(tolerances),
            )
        write_dataset(data, folder / f"{stem}.nc")
        progress(0, 1, "fitting")
        model = fit(cell, data) if cell.model else None
        if model is not None:
            save(model, folder / f"{stem}.model.json")
        summary = summarize(data, model, allow_below_floor=allow_below_floor)
        verdicts = judge(cell, data)
        progress(0, 1, "datasheet")
        datasheet(cell, data, model, folder / f"{stem}.html")
    written = f"wrote {folder / stem}{', '.join(('.nc', '.model.json')[: 1 + (model is not None)])}"
    written += " and .html"
    output.emit(campaign_report(data, model, summary, verdicts, written), form)
    if any(verdict.passes is False for verdict in verdicts):
        raise SystemExit(OUT_OF_SPECIFICATION)
