"""A sheet: what a value has to say about itself, as a title and tables, and its HTML.

All words are escaped, since names come from files. Colours and fonts are the reader's own, so that
a sheet is readable in dark and in light themes; nothing is fetched and nothing is executed.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet.

    Parameters
    ----------
    title : str
        What it holds.
    header : tuple of str
        One name a column.
    rows : tuple of tuples of str
        As they are to be read.
    folded : bool
        Shown by its title alone until it is asked for.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a value shows of itself.

    Parameters
    ----------
    title : str
        Its name.
    summary : str
        One line.
    tables : tuple of Table
        Empty ones are left out.
    picture : str
        SVG markup that we have drawn; not escaped.
    """

    title: str
    summary: str
    tables: tuple[Table, ...] = ()
    picture: str = ""

    def html(self) -> str:
        """Return a self-contained piece of HTML."""
        return _template().render(sheet=self)


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader

    places = PackageLoader("neuromix.display", package_path="")
    return Environment(loader=places, autoescape=True, trim_blocks=True).get_template("sheet.html")
