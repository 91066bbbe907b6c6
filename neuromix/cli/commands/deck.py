"""``neuromix deck``: the deck of a bench, for reading and for running by hand."""

from __future__ import annotations

import click

from neuromix.cli import options


@click.command("deck")
@click.argument("name", metavar="CELL")
@click.argument("bench", metavar="BENCH")
@options.parameters
@options.technology()
@options.condition
def command(
    name: str,
    bench: str,
    parameters: tuple[tuple[str, float], ...],
    technology: str,
    corner: str,
    temperature: tuple[float, ...],
    supply: float | None,
    ideal_bias: bool,
) -> None:
    """Print the deck of CELL on BENCH; run it with `ngspice -n -b FILE`."""
    from neuromix import library
    from neuromix.characterization.assembly import assemble, replica_voltages
    from neuromix.engine.pool import NgspiceEngine

    cell, where = library.cell(name), library.technology(technology)
    condition = options.one_condition(corner, temperature, supply, ideal_bias)
    voltages = None
    if ideal_bias:
        with NgspiceEngine(1) as engine:
            voltages = replica_voltages(cell, where, condition, engine)
    deck = assemble(cell, cell.bench(bench), where, condition, dict(parameters), voltages)
    click.echo(deck.text(), nl=False)
