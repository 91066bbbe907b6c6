"""What a sheet consists of: sections of sentences, tables and pictures. Frozen values, no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Sentence:
    """A paragraph of plain text."""

    template: ClassVar[str] = "sentence.html"
    text: str


@dataclass(frozen=True)
class Table:
    """A table.

    Parameters
    ----------
    columns : sequence of str
        Heads.
    rows : sequence of sequences of str
        Cells, as text.
    caption : str
        What stands under it: conditions, what a spread is.
    words : int
        How many columns from the left are words; the others are numbers, set to the right.
    """

    template: ClassVar[str] = "table.html"
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    words: int = 1


@dataclass(frozen=True)
class Picture:
    """A drawing of ours.

    Parameters
    ----------
    svg : str
        From :func:`neuromix.plot.svg`; it goes into the page as it stands.
    title : str
        What it shows, for those who cannot see it.
    caption : str
        What is drawn, at which condition.
    """

    template: ClassVar[str] = "picture.html"
    svg: str
    title: str
    caption: str = ""


@dataclass(frozen=True)
class ForeignPicture:
    """A drawing from a file of a library, shown as an image so that nothing in it can run.

    Parameters
    ----------
    base64 : str
        Its bytes.
    title, caption : str
        As in :class:`Picture`.
    """

    template: ClassVar[str] = "foreign_picture.html"
    base64: str
    title: str
    caption: str = ""


Block = Sentence | Table | Picture | ForeignPicture


@dataclass(frozen=True)
class Section:
    """A part of a sheet.

    Parameters
    ----------
    name : str
        Anchor; a word of ours.
    title : str
    blocks : sequence of Block
    present : bool
        False where the data for it are absent and its one sentence says why.
    """

    name: str
    title: str
    blocks: Sequence[Block]
    present: bool = True

    @classmethod
    def absent(cls, name: str, title: str, why: str) -> Section:
        """Return a section that only says why it has no content."""
        return cls(name, title, (Sentence(why),), present=False)


@dataclass(frozen=True)
class Figure:
    """A number of the head of a sheet: what it is, its value, what it holds for."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Page:
    """A whole sheet.

    Parameters
    ----------
    title, subtitle : str
    facts : sequence of (str, str) pairs
        Technology, condition, versions, hashes, command.
    warnings : sequence of str
        What a reader has to know before believing a number.
    figures : sequence of Figure
        The few numbers that are looked for first.
    sections : sequence of Section
    """

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    warnings: Sequence[str]
    figures: Sequence[Figure]
    sections: Sequence[Section]
