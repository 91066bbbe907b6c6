"""``neuromix characterize``: a cell over conditions, to a dataset and a model."""

from __future__ import annotations

from pathlib import Path

import click

from neuromix.cli import options, output


@click.command("characterize")
@click.argument("name", metavar="CELL")
@options.technology()
@click.option("--corner", type=options.names, default="tt", show_default=True, help="Corners.")
@click.option(
    "--temperature", type=options.celsius, default="27", show_default=True, help="In °C: 0,27,85."
)
@click.option("--supply", type=options.volts, default=None, help="In V; nominal by default.")
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
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
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
    help="Folder for CELL.T.nc and CELL.T.model.json; a killed campaign goes on where it was.",
)
@options.as_json
def command(
    name: str,
    technology: str,
    corner: tuple[str, ...],
    temperature: tuple[float, ...],
    supply: tuple[float, ...] | None,
    samples: int,
    mismatch_at: str,
    ideal_bias: bool,
    seed: int,
    workers: int,
    allow_failures: bool,
    allow_below_floor: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """Characterize CELL: nominal tables, mismatch, noise, energy, and its model."""
    from neuromix.cli.progress import reporting

    with reporting("loading models") as progress:
        from neuromix import library
        from neuromix.characterization.campaign import characterize
        from neuromix.characterization.fitting import fit
        from neuromix.characterization.summary import summarize
        from neuromix.data.netcdf import write_dataset
        from neuromix.declare import Plan
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
        )
        stem = f"{name}.{technology}"
        data = characterize(
            cell,
            plan,
            technology,
            workers=workers,
            store=folder / f"{stem}.runs",
            progress=progress,
            allow_failures=allow_failures,
        )
        write_dataset(data, folder / f"{stem}.nc")
        progress(0, 1, "fitting")
        model = fit(cell, data)
        summary = summarize(data, model, allow_below_floor=allow_below_floor)
        save(model, folder / f"{stem}.model.json")
    if as_json:
        output.print_json(summary)
        return
    console = output.console()
    console.print(str(model), soft_wrap=True)
    output.print_table(
        f"Mismatch, {samples} draws",
        ("measure", "stimulus", "mean", "sigma", "CV", "floor of sigma"),
        summary.rows(),
    )
    console.print(f"wrote {folder / stem}.nc and {folder / stem}.model.json", soft_wrap=True)
