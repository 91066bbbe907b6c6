"""What commands print: tables for people, Markdown for pages, CSV and JSON for programs."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 120
"""Columns of a table where standard output is not a terminal."""


def plain(value: object) -> object:
    """Return a value made of what JSON knows; a number that is not finite becomes null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def print_json(value: object) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def console() -> Console:
    """Return where text is printed; as wide as the terminal, or fixed where there is none."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


@dataclass(frozen=True)
class Table:
    """Rows of text under a title; numbers carry their units."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Report:
    """What a command has to say, in the forms that are asked for.

    Parameters
    ----------
    tables : tuple of Table
        For people.
    record : object
        For JSON: everything.
    values : sequence of mappings
        For CSV: one line a number, SI, with all that tells it from the others.
    remarks : tuple of str
        Lines under the tables.
    """

    tables: tuple[Table, ...]
    record: object
    values: Sequence[Mapping[str, object]] = ()
    remarks: tuple[str, ...] = ()


def emit(report: Report, form: str) -> None:
    """Print a report as ``"table"``, ``"md"``, ``"csv"`` or ``"json"``."""
    {"table": _as_tables, "md": _as_markdown, "csv": _as_csv, "json": _as_json}[form](report)


def _as_json(report: Report) -> None:
    print_json(report.record)


def _as_tables(report: Report) -> None:
    for table in report.tables:
        print_table(table.title, table.columns, table.rows)
    for remark in report.remarks:
        console().print(remark, soft_wrap=True)


def _as_markdown(report: Report) -> None:
    for table in report.tables:
        if table.rows:
            click.echo(f"### {table.title}\n")
            for row in (table.columns, tuple("---" for _ in table.columns), *table.rows):
                cells = (cell.replace("|", "\\|").replace("\n", " ") for cell in row)
                click.echo(f"| {' | '.join(cells)} |")
            click.echo()
    for remark in report.remarks:
        click.echo(f"{remark}\n")


def _as_csv(report: Report) -> None:
    columns = list(dict.fromkeys(key for row in report.values for key in row))
    writer = csv.DictWriter(sys.stdout, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(report.values)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; nothing at all where it has no rows."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    if table.row_count:
        console().print(table)
