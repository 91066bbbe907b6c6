"""``neuromix datasheet``: what is known about a cell, as one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from neuromix.cli import options, output


@click.command("datasheet")
@click.argument("name", metavar="CELL")
@options.technology()
@click.option(
    "--data",
    "data_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Dataset of `neuromix characterize`; the library's by default.",
)
@click.option(
    "--model",
    "model_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Model file fitted to it; the library's by default.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    help="Folder for CELL.T.html.",
)
def command(
    name: str, technology: str, data_file: Path | None, model_file: Path | None, folder: Path
) -> None:
    """Write the datasheet of CELL, one HTML file that opens without a network."""
    from neuromix.cli.progress import reporting

    with reporting("drawing the datasheet"):
        from neuromix import library
        from neuromix.characterization.datasheet.writing import datasheet
        from neuromix.data.netcdf import read_dataset
        from neuromix.errors import UnknownName
        from neuromix.models.store import load

        cell = library.cell(name)
        library.technology(technology)
        key = (name, technology)
        datasets, models = library.dataset_files(), library.model_files()
        for what, given, files in (
            ("dataset", data_file, datasets),
            ("model", model_file, models),
        ):
            if given is None and key not in files:
                raise UnknownName(what, f"{name}.{technology}", map(".".join, files))
        written = datasheet(
            cell,
            read_dataset(data_file or datasets[key]),
            load(model_file or models[key]),
            folder / f"{name}.{technology}.html",
        )
    output.console().print(f"wrote {written}", soft_wrap=True)
