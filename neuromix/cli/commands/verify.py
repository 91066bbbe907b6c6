"""``neuromix verify``: the held-out proof of a model."""

from __future__ import annotations

from pathlib import Path

import click

from neuromix.cli import options, output


@click.command("verify")
@click.argument("name", metavar="CELL")
@options.technology()
@click.option(
    "--model",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Model file; the library's by default. The errors are stored in it.",
)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of stored simulations, to go on after an interruption.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="PNG file for a picture of the worst stimulus.",
)
@options.as_json
def command(
    name: str,
    technology: str,
    file: Path | None,
    workers: int,
    runs: Path | None,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Compare CELL's model with SPICE on stimuli that its fit never saw."""
    from neuromix.cli.progress import reporting

    with reporting("loading models") as progress:
        from neuromix import library
        from neuromix.characterization.verification import verify
        from neuromix.errors import UnknownName
        from neuromix.models.store import load, save

        cell = library.cell(name)
        library.technology(technology)
        files = library.model_files()
        if file is None and (name, technology) not in files:
            raise UnknownName("model", f"{name}.{technology}", map(".".join, files))
        path = file or files[name, technology]
        model = load(path)
        technology = model.technology
        proof = verify(cell, model, workers=workers, store=runs, progress=progress)
        save(model.with_proof(proof.errors), path)
    if picture is not None:
        from neuromix.data.files import replace_file
        from neuromix.plot import held_out, png

        spice, answer = proof.pairs[proof.worst]
        title = f"{name}, worst of {len(proof.pairs)}: {spice.stimulus.name}"
        replace_file(picture, png(held_out(title, spice.arrays, answer.arrays)))
    floor = proof.errors.get("isi_error_median_floor", proof.errors.get("nrmse_floor", 0.0))
    result = {"cell": name, "technology": technology, "numerical_floor": floor, **proof.errors}
    if as_json:
        output.print_json(result)
        return
    output.print_table(
        f"{name} · {technology}: model against SPICE, held out",
        ("quantity", "value", "numerical floor", ""),
        [
            (key, f"{value:.3g}", *_beside(proof.errors, key))
            for key, value in proof.errors.items()
            if not key.endswith("_floor")
        ],
    )
    output.console().print(f"stored in {path}", soft_wrap=True)


def _beside(errors: dict[str, float], name: str) -> tuple[str, str]:
    floor = errors.get(f"{name}_floor")
    if floor is None:
        return "", ""
    return f"{floor:.2g}", "at the floor" if errors[name] < 3.0 * floor else ""
