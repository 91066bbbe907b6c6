"""``neuromix new-cell``: a designer's netlist becomes a cell of a library."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from neuromix.errors import BadValue

if TYPE_CHECKING:
    from neuromix.netlist.adoption.adopting import Adoption


@click.command("new-cell")
@click.argument("netlist", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="Name of the cell; the subcircuit's own by default.")
@click.option("--subcircuit", metavar="NAME", help="Which one, where the file holds several.")
@click.option("-t", "--technology", metavar="NAME", help="What its transistors belong to.")
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    help="File of .model cards (BSIM4, BSIM3, level 1): a technology of its own.",
)
@click.option(
    "--device",
    "devices",
    multiple=True,
    metavar="MODEL=nfet",
    help="Take the technology's nfet or pfet for a model of the netlist; may be repeated.",
)
@click.option(
    "--port",
    "ports",
    multiple=True,
    metavar="NAME=ROLE",
    help="supply, ground, bias, input, output or state; guessed otherwise. May be repeated.",
)
@click.option("--supply", type=float, default=None, help="In V; the technology's by default.")
@click.option(
    "--include",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder from which it may include files, beside its own. May be repeated.",
)
@click.option(
    "--trust", is_flag=True, help="Read includes from any folder; those read so are listed."
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default="the current folder",
    help="The library: a folder with circuits/ and netlists/, made where it is not there.",
)
@click.option("--overwrite", is_flag=True, help="Replace files of that name.")
@click.option("--yes", is_flag=True, help="Take the guessed roles without asking.")
def command(
    netlist: Path,
    name: str | None,
    subcircuit: str | None,
    technology: str | None,
    models: Path | None,
    devices: tuple[str, ...],
    ports: tuple[str, ...],
    supply: float | None,
    roots: tuple[Path, ...],
    trust: bool,
    folder: Path,
    overwrite: bool,
    yes: bool,
) -> None:
    """Make a cell of a subcircuit of NETLIST (ngspice, HSPICE, Spectre's export, xschem)."""
    from neuromix.netlist.adoption.adopting import Wanted, adopt

    wanted = Wanted(
        name, subcircuit, technology, models, _pairs("--device", devices), supply, roots, trust
    )
    adoption = adopt(netlist, wanted)
    given = _pairs("--port", ports)
    adoption = adoption.with_roles(given)
    if not yes:
        adoption = _asked(adoption, set(given))
    written = _write(adoption, folder, overwrite)
    _tell(adoption, folder, written)


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        left, equals, right = (part.strip().lower() for part in text.partition("="))
        if not (left and equals and right):
            raise click.BadParameter(f"{text!r} is not name=word", param_hint=option)
        found[left] = right
    return found


def _interactive() -> bool:
    return sys.stdin.isatty()


def _asked(adoption: Adoption, known: set[str]) -> Adoption:
    from neuromix.declare.cell import ROLES

    unknown = [guess for guess in adoption.roles if guess.port not in known]
    if unknown and not _interactive():
        raise BadValue(
            f"{adoption.name}: the roles of its ports are guesses",
            [f"{guess.port} = {guess.role}: {guess.reason}" for guess in unknown],
            "--yes to take them, --port NAME=ROLE to correct one",
        )
    roles = {guess.port: guess.role for guess in adoption.roles if guess.port in known}
    for guess in unknown:
        roles[guess.port] = click.prompt(
            f"{guess.port} ({guess.reason})", type=click.Choice(ROLES), default=guess.role
        )
    return adoption.with_roles(roles)


def _write(adoption: Adoption, folder: Path, overwrite: bool) -> list[Path]:
    """Write all files, the declaration of the cell last; nothing where one of them is there."""
    from neuromix.data.files import replace_file
    from neuromix.netlist.adoption.adopting import existing_technology

    files = adoption.files()
    technology = f"/{adoption.technology}."
    if f"circuits{technology}py" in files and not overwrite and existing_technology(adoption):
        files = {path: content for path, content in files.items() if technology not in path}
    there = [folder / path for path in files if (folder / path).exists()]
    if there and not overwrite:
        raise BadValue(
            f"{adoption.name} is there already",
            map(str, there),
            "another --name, or --overwrite to replace these files",
        )
    return [replace_file(folder / path, content) for path, content in files.items()]


def _tell(adoption: Adoption, folder: Path, written: list[Path]) -> None:
    for path in written:
        click.echo(f"wrote {path}")
    for guess in adoption.roles:
        click.echo(f"  {guess.port}: {guess.role} ({guess.reason})")
    for title, lines in (
        ("to know", adoption.remarks),
        ("left out", adoption.aside),
        ("read because you trust it", adoption.trusted),
    ):
        for line in lines:
            click.echo(f"{title}: {line}")
    click.echo(f"export NEUROMIX_PATH={folder.resolve()}")
    click.echo(f"neuromix simulate {adoption.name} rest -t {adoption.technology}")
