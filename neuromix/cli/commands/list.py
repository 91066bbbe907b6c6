"""``neuromix list``: what cells and technologies there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neuromix.cli import options, output
from neuromix.units import celsius

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from neuromix.declare import Cell, Technology


@click.command("list")
@click.argument("kind", type=click.Choice(["all", "cells", "technologies"]), default="all")
@options.form
def command(kind: str, form: str) -> None:
    """List the cells and the technologies, or one kind of them."""
    from neuromix import library
    from neuromix.declare import Technology

    cells = list(library.cells) if kind != "technologies" else []
    names = library.names_of(Technology) if kind != "cells" else ()
    technologies = [library.technology(name) for name in names]
    models = library.model_files()
    modelled = {
        cell.name: tuple(name for name in cell.technologies if (cell.name, name) in models)
        for cell in cells
    }
    record = {
        "cells": [_cell(cell, modelled[cell.name]) for cell in cells],
        "technologies": [_technology(item) for item in technologies],
    }
    wanted = record if kind == "all" else {kind: record[kind]}
    values = [
        {"kind": key.removesuffix("s").replace("ie", "y"), **_flat(item)}
        for key, items in wanted.items()
        for item in items
    ]
    tables = (_cell_table(cells, modelled), _technology_table(technologies))
    output.emit(output.Report(tables, wanted, values), form)
    for error in library.unreadable().values():
        click.echo(f"left out: {error}", err=True)


def _cell(cell: Cell, models: Sequence[str]) -> dict[str, object]:
    return {
        "name": cell.name,
        "summary": cell.summary,
        "technologies": cell.technologies,
        "benches": [bench.name for bench in cell.benches],
        "models": models,
    }


def _technology(item: Technology) -> dict[str, object]:
    return {
        "name": item.name,
        "summary": item.summary,
        "corners": [corner for corner, _ in item.corners],
        "supply": item.supply,
        "temperature_celsius": [celsius(limit) for limit in item.temperature],
    }


def _flat(record: Mapping[str, object]) -> dict[str, object]:
    """Return a record with lists as words between semicolons."""
    return {
        key: ";".join(map(str, value)) if isinstance(value, (list, tuple)) else value
        for key, value in record.items()
    }


def _cell_table(cells: Sequence[Cell], modelled: Mapping[str, Sequence[str]]) -> output.Table:
    return output.Table(
        "Cells",
        ("name", "what it is", "benches", "technologies", "model for"),
        tuple(
            (
                cell.name,
                cell.summary,
                ", ".join(bench.name for bench in cell.benches),
                ", ".join(cell.technologies),
                ", ".join(modelled[cell.name]),
            )
            for cell in cells
        ),
    )


def _technology_table(technologies: Sequence[Technology]) -> output.Table:
    return output.Table(
        "Technologies",
        ("name", "what it is", "corners", "supply", "°C"),
        tuple(
            (
                item.name,
                item.summary,
                ", ".join(corner for corner, _ in item.corners),
                f"{item.supply:g} V",
                " … ".join(f"{celsius(limit):g}" for limit in item.temperature),
            )
            for item in technologies
        ),
    )
