"""``neuromix list``: what cells and technologies there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neuromix.cli import options, output
from neuromix.units import celsius

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuromix.declare import Cell, Technology


@click.command("list")
@options.as_json
def command(as_json: bool) -> None:
    """List the cells and the technologies."""
    from neuromix import library
    from neuromix.declare import Technology

    cells = list(library.cells)
    technologies = [library.technology(name) for name in library.names_of(Technology)]
    models = library.model_files()
    modelled = {
        cell.name: [name for name in cell.technologies if (cell.name, name) in models]
        for cell in cells
    }
    show = _print_json if as_json else _print_tables
    show(cells, technologies, modelled)


def _print_json(
    cells: Sequence[Cell], technologies: Sequence[Technology], modelled: dict[str, list[str]]
) -> None:
    output.print_json(
        {
            "cells": [
                {
                    "name": cell.name,
                    "summary": cell.summary,
                    "technologies": cell.technologies,
                    "benches": [bench.name for bench in cell.benches],
                    "models": modelled[cell.name],
                }
                for cell in cells
            ],
            "technologies": [
                {
                    "name": item.name,
                    "summary": item.summary,
                    "corners": [corner for corner, _ in item.corners],
                    "supply": item.supply,
                    "temperature_celsius": [celsius(limit) for limit in item.temperature],
                }
                for item in technologies
            ],
        }
    )


def _print_tables(
    cells: Sequence[Cell], technologies: Sequence[Technology], modelled: dict[str, list[str]]
) -> None:
    output.print_table(
        "Cells",
        ("name", "what it is", "benches", "technologies", "model for"),
        [
            (
                cell.name,
                cell.summary,
                ", ".join(bench.name for bench in cell.benches),
                ", ".join(cell.technologies),
                ", ".join(modelled[cell.name]),
            )
            for cell in cells
        ],
    )
    output.print_table(
        "Technologies",
        ("name", "what it is", "corners", "supply", "°C"),
        [
            (
                item.name,
                item.summary,
                ", ".join(corner for corner, _ in item.corners),
                f"{item.supply:g} V",
                " … ".join(f"{celsius(limit):g}" for limit in item.temperature),
            )
            for item in technologies
        ],
    )
