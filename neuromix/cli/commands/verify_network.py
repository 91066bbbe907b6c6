"""``neuromix verify-network``: an array against the transistors of the same dies."""

from __future__ import annotations

from pathlib import Path

import click

from neuromix.cli import options, output

MISSED = 3
"""Exit code where an array is further from SPICE than it may be, as of limits elsewhere."""


@click.command("verify-network")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
)
@click.option(
    "--refit",
    is_flag=True,
    help="Characterize each die anew with today's models; minutes.",
)
@click.option(
    "--simulate",
    is_flag=True,
    help="Simulate the transistors anew as well; up to hours.",
)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of stored simulations and of the log of a network, to go on or to look at.",
)
@click.option(
    "-o",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for what was made anew, and for a picture of each network.",
)
@options.as_json
def command(
    files: tuple[Path, ...],
    refit: bool,
    simulate: bool,
    workers: int,
    runs: Path | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Compare arrays with the stored transistor-level simulations FILES of the same dies.

    Ends with exit code 3 where the number of all spikes differs by more than 1 %, or the rate of
    any neuron by more than 2 %.
    """
    from neuromix.cli.progress import reporting

    results = {}
    holds = True
    with reporting("loading models") as progress:
        from neuromix.cosim import proof
        from neuromix.data.files import replace_file

        for file in files:
            shown = proof.load(file)
            if refit or simulate:
                shown = proof.renewed(
                    shown,
                    simulate=simulate,
                    workers=workers,
                    store=runs,
                    progress=progress,
                )
            spikes = shown.array_spikes()
            found = shown.agreement()
            holds &= found.holds
            floor = {f"{name}_floor": value for name, value in shown.floor().items()}
            results[file.stem] = found.summary() | floor
            if folder is not None:
                from neuromix.cosim.picture import comparison
                from neuromix.plot import png

                network = shown.silicon.network
                title = f"{network.name} network of {network.n}"
                picture = comparison(title, shown.spikes, spikes, network.duration)
                replace_file(folder / f"{file.stem}.png", png(picture))
                if refit or simulate:
                    proof.save(shown, folder / file.name)
    if as_json:
        output.print_json({"holds": holds, **results})
    else:
        for name, summary in results.items():
            output.print_table(
                f"{name}: array against SPICE",
                ("quantity", "value", "numerical floor"),
                [
                    (key, f"{value:.4g}", f"{summary[floor]:.2g}" if floor in summary else "")
                    for key, value in summary.items()
                    if not key.endswith("_floor")
                    for floor in [f"{key}_floor"]
                ],
            )
    if not holds:
        raise SystemExit(MISSED)
