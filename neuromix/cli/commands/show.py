"""``neuromix show``: all that is declared about one cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neuromix.cli import options, output

if TYPE_CHECKING:
    from neuromix.declare import Cell


@click.command("show")
@click.argument("name", metavar="CELL")
@options.as_json
def command(name: str, as_json: bool) -> None:
    """Show ports, sizes, biases and benches of CELL."""
    from neuromix import library
    from neuromix.declare.sheets import cell_sheet

    cell = library.cell(name)
    netlist = library.netlist_file(name)
    models = {
        technology: path
        for (owner, technology), path in library.model_files().items()
        if owner == name
    }
    if as_json:
        output.print_json(_description(cell) | {"netlist": str(netlist), "models": models})
        return
    console = output.console()
    console.print(f"{cell.name}: {cell.summary}", style="bold")
    console.print(f"netlist: {netlist}", soft_wrap=True)
    for technology, path in models.items():
        console.print(f"model for {technology}: {path}", soft_wrap=True)
    for table in cell_sheet(cell).tables:
        if table.rows:
            output.print_table(table.title, table.header, table.rows)


def _description(cell: Cell) -> dict[str, object]:
    """Return what a program is told about a cell."""
    return {
        "name": cell.name,
        "summary": cell.summary,
        "ports": cell.ports,
        "technologies": {
            item.technology: {
                "supply": item.supply,
                "sizes": dict(item.sizes),
                "biases": {bias.port: bias.current for bias in item.biases},
            }
            for item in cell.realisations
        },
        "benches": {
            item.name: {
                "summary": item.summary,
                "analysis": type(item.analysis).__name__,
                "parameters": item.parameters,
                "measures": item.measures,
            }
            for item in cell.benches
        },
        "model_family": cell.model.name if cell.model else None,
        "sources": cell.sources,
    }
