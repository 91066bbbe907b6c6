"""``neuromix nir``: what a network trained elsewhere becomes on a chip, and what it loses."""

from __future__ import annotations

import math
from pathlib import Path

import click

from neuromix.cli import options, output


@click.command("nir")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--dt",
    default=None,
    metavar="TIME",
    help="For how long a spike of the graph lasts, such as 100u: the step of its training.",
)
@click.option(
    "--cells",
    type=click.Choice(["characterized", "ideal"]),
    default="characterized",
    show_default=True,
    help="Circuits, or linear neurons that obey the graph's own equations.",
)
@click.option(
    "--rate",
    type=float,
    default=200.0,
    show_default=True,
    help="Hz, at which a cell needs as many events for a spike as the graph's neuron.",
)
@click.option(
    "--slowdown",
    type=float,
    default=1.0,
    show_default=True,
    help="How much slower than the graph says the chip runs.",
)
@options.technology()
@options.as_json
def command(
    file: Path,
    dt: str | None,
    cells: str,
    rate: float,
    slowdown: float,
    technology: str,
    as_json: bool,
) -> None:
    """Map the NIR graph in FILE on a chip and say, node by node, what is lost.

    A graph that cannot be mapped is refused, with every node that is to blame.
    """
    from neuromix import units
    from neuromix.cli.progress import reporting
    from neuromix.interop.nir import read

    step = None if dt is None else units.parse(dt, of="--dt")
    with reporting("measuring the cells"):
        mapped = read(
            file, technology=technology, cells=cells, dt=step, rate=rate, slowdown=slowdown
        )
    if as_json:
        rows = [
            {
                "node": row.node,
                "kind": row.kind,
                "mapped_to": row.mapped_to,
                "scale": row.scale,
                "weight_error": None if math.isnan(row.weight_error) else row.weight_error,
                "lost": list(row.lost),
            }
            for row in mapped.rows
        ]
        output.print_json({"file": str(file), "dt": mapped.dt, "rows": rows})
        return
    output.console().print(mapped.report(), soft_wrap=True, markup=False, highlight=False)
