"""``neuromix show``: all that is declared about one cell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from neuromix.cli import options, output
from neuromix.units import render

if TYPE_CHECKING:
    from neuromix.declare import Bench, Cell, Parameter, Realisation


@click.command("show")
@click.argument("name", metavar="CELL")
@options.as_json
def command(name: str, as_json: bool) -> None:
    """Show ports, sizes, biases and benches of CELL."""
    from neuromix import library

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
    output.print_table(
        "Ports",
        ("port", "role", "meaning"),
        [(port.name, port.role, port.meaning) for port in cell.ports],
    )
    for realisation in cell.realisations:
        _show_realisation(cell, realisation)
    for bench in cell.benches:
        _show_bench(bench)
    for source in cell.sources:
        console.print(f"source: {source}")


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


def _show_realisation(cell: Cell, realisation: Realisation) -> None:
    known = {item.name: item for item in cell.parameters}
    where = f"in {realisation.technology}, {render(realisation.supply, 'V')}"
    output.print_table(
        f"Sizes {where}",
        ("parameter", "value", "meaning"),
        [
            (name, render(value, _unit(name, known)), known[name].meaning if name in known else "")
            for name, value in realisation.sizes
        ],
    )
    output.print_table(
        f"Biases {where}",
        ("port", "current", "meaning"),
        [(bias.port, render(bias.current, "A"), bias.meaning) for bias in realisation.biases],
    )


def _unit(name: str, known: dict[str, Parameter]) -> str:
    """Return the declared unit of a size, or the one that its first letter stands for."""
    if name in known:
        return known[name].unit
    return {"w": "m", "l": "m", "c": "F", "r": "Ω"}.get(name[0], "")


def _show_bench(bench: Bench) -> None:
    analysis = type(bench.analysis).__name__
    output.print_table(
        f"Bench {bench.name}: {bench.summary} ({analysis})",
        ("parameter or measure", "default", "range", "meaning"),
        [
            *(
                (item.name, render(item.value, item.unit), _range(item), item.meaning)
                for item in bench.parameters
            ),
            *(
                (f"→ {item.name}", "", item.unit, item.meaning or item.kind)
                for item in bench.measures
            ),
        ],
    )


def _range(parameter: Parameter) -> str:
    low, high = (
        render(limit, parameter.unit) if math.isfinite(limit) else ""
        for limit in (parameter.low, parameter.high)
    )
    return f"{low} … {high}" if low or high else ""
