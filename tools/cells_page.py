"""Write ``docs/cells.md``: every measured cell, and its figures beside published ones.

Run by ``make datasheets``, and by ``make models`` after the last model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from neuromix import library
from neuromix.characterization.datasheet.evidence import Evidence, gather
from neuromix.characterization.datasheet.sections.published import row_of
from neuromix.characterization.datasheet.writing import head_of
from neuromix.characterization.published import compare_published
from neuromix.data.files import replace_file
from neuromix.data.netcdf import read_dataset
from neuromix.models.store import load

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cells.md"

HEAD = """\
# The cells

Written by `make datasheets` from the committed results of `circuits/`; do not edit it. Every figure
is from transistor-level simulation of the typical corner at 27 °C and the cell's own supply, before
layout: no parasitics of wires, ideal capacitors. `neuromix datasheet CELL -t TECHNOLOGY` writes all
that is known about a cell, with corners, temperatures, spreads and floors.
"""


def page() -> str:
    """Return the text of the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    models = library.model_files()
    measured = [
        gather(
            library.cell(name),
            read_dataset(file),
            load(models[name, technology]),
        )
        for (name, technology), file in library.dataset_files().items()
        if (name, technology) in models
    ]
    yield HEAD
    rows = [_row(item) for item in measured]
    columns = list(dict.fromkeys(label for _, _, figures in rows for label in figures))
    yield from _table(
        ("cell", "technology", *columns),
        [(*names, *(figures.get(c, "") for c in columns)) for *names, figures in rows],
    )
    yield "\n## Beside published figures\n"
    yield (
        "“worse” and “better” are said of ours. Sources marked “from memory” were not looked up. "
        "Published figures of silicon\ninclude what a simulation before layout does not: read the "
        "column of what is counted before the ratio.\n"
    )
    compared = [row for item in measured for row in _compared(item)]
    yield from _table(
        ("cell", "technology", "quantity", "published", "ours", "ours is", "source", "counted"),
        compared,
    )
    silent = list(dict.fromkeys(e.cell.name for e in measured if not e.cell.published))
    if silent:
        yield (
            "\nNo published figure is named for " + ", ".join(f"`{name}`" for name in silent) + "."
        )
    yield ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(evidence: Evidence) -> tuple[str, str, dict[str, str]]:
    figures = {
        item.label: f"{item.value}" + (f" ({item.note})" if item.label in WITH_NOTE else "")
        for item in head_of(evidence).figures
    }
    return f"`{evidence.cell.name}`", evidence.technology.name, figures


WITH_NOTE = ("transistors", "model error, held out")
"""Figures whose note is as wanted as their value."""


def _compared(evidence: Evidence) -> Iterator[tuple[str, ...]]:
    for item in compare_published(
        evidence.cell, evidence.data, evidence.model, evidence.subcircuit
    ):
        quantity, source, note, theirs, ours, verdict = row_of(item)
        shown = f"**{verdict}**" if verdict.startswith("worse") else verdict
        name = f"`{evidence.cell.name}`"
        yield name, evidence.technology.name, quantity, theirs, ours, shown, source, note


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


if __name__ == "__main__":
    print(replace_file(PAGE, page().encode()))  # noqa: T201
