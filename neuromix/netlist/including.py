"""Includes of a foreign text: read under declared folders only, and put in their place.

So the worker opens no file, and a deck's key covers every byte of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from neuromix.errors import NetlistError
from neuromix.netlist.allowing import Refusal
from neuromix.netlist.statements import Statement, read_netlist, statements_of

INCLUDES = (".include", ".inc", ".incl")
LARGEST_TEXT = 64 * 1024 * 1024
"""Bytes of all that is included."""

MOST_STATEMENTS = 2_000_000
"""Of a circuit with all that it includes."""

MOST_FILES = 5000
"""Of a circuit; files that include each other twice grow without end."""

_PATH = re.compile(r"""^\.\w+\s+(?:"([^"]*)"|'([^']*)'|(\S+))\s*(\S*)$""")


class Inclusion:
    """Resolves the includes of one text.

    Parameters
    ----------
    roots : sequence of Path
        Folders under which files may be included; symbolic links are followed before it is asked
        whether a file is under one of them.
    anywhere : bool
        Whether other files may be, too: what is trusted.
    prepared : callable
        What is done with each text, this one included, before it is split into statements.
    longest, most : int
        Characters of one statement, and statements with those of all includes.

    Attributes
    ----------
    refused : list of Refusal
        Includes that were not followed.
    trusted : list of Refusal
        Includes that were followed only because they are trusted.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        *,
        anywhere: bool = False,
        prepared: Callable[[str], str] = str,
        longest: int = LARGEST_TEXT,
        most: int = MOST_STATEMENTS,
    ) -> None:
        self._roots = [Path(root).resolve() for root in roots]
        self._anywhere = anywhere
        self._prepared = prepared
        self._longest, self._most = longest, most
        self._left = LARGEST_TEXT
        self._count = 0
        self._files = 0
        self.refused: list[Refusal] = []
        self.trusted: list[Refusal] = []

    def expanded(self, text: str, file: str, folder: Path | None = None) -> list[Statement]:
        """Return the statements of a text with those of its includes in their place.

        Parameters
        ----------
        text, file : str
            The text, and what messages call it.
        folder : Path, optional
            What its relative includes are relative to; the first root by default.
        """
        start = folder or (self._roots[0] if self._roots else None)
        return self._expand(self._split(text, file), start, ())

    def _split(self, text: str, file: str) -> list[Statement]:
        found = statements_of(self._prepared(text), file, self._longest, self._most)
        self._count += len(found)
        if self._count > self._most:
            raise NetlistError(
                f"{file}: more than {self._most} statements with all includes",
                cure="include only the parts of a library that the circuit uses",
            )
        return found

    def _expand(
        self, statements: Sequence[Statement], folder: Path | None, stack: tuple[str, ...]
    ) -> list[Statement]:
        found: list[Statement] = []
        for item in statements:
            # One word behind .lib begins a section; a file and a section are an include.
            if item.word in INCLUDES or (item.word == ".lib" and len(item.text.split()) > 2):
                found += self._included(item, folder, stack)
            else:
                found.append(item)
        return found

    def _included(
        self, item: Statement, folder: Path | None, stack: tuple[str, ...]
    ) -> list[Statement]:
        named = _PATH.match(item.text)
        section = named[4].lower() if named else ""
        if named is None or (item.word == ".lib") != bool(section):
            return self._refuse(item, "an include names one file, .lib a file and a section")
        path = self._file(item, next(filter(None, named.groups()[:3]), ""), folder)
        if path is None:
            return []
        place = f"{path} {section}"
        if place in stack:
            return self._refuse(item, "a file that includes itself")
        self._files += 1
        if self._files > MOST_FILES:
            raise NetlistError(
                f"{item.where}: more than {MOST_FILES} files are included",
                [item.text],
                "include each file once",
            )
        text = read_netlist(path, self._left)
        self._left -= len(text.encode())
        statements = self._split(text, path.name)
        if section:
            statements = _section(statements, section)
            if not statements:
                return self._refuse(item, f"{path.name} has no section {section}")
        return self._expand(statements, path.parent, (*stack, place))

    def _file(self, item: Statement, name: str, folder: Path | None) -> Path | None:
        """Return the file, or None where it is not to be read."""
        if folder is None and not Path(name).is_absolute():
            self._refuse(item, "no folder is declared from which files may be included")
            return None
        try:
            path = ((folder or Path("/")) / name).resolve(strict=True)
            is_file = path.is_file()
        except (OSError, RuntimeError, ValueError):
            # Outside of the roots nothing is told, not even whether a file is there.
            wanted = Path((folder or Path("/")) / name)
            inside = self._anywhere or any(wanted.is_relative_to(root) for root in self._roots)
            self._refuse(item, "no such file" if inside and ".." not in wanted.parts else _OUTSIDE)
            return None
        if not any(path.is_relative_to(root) for root in self._roots):
            if not self._anywhere:
                self._refuse(item, _OUTSIDE)
                return None
            self.trusted.append(Refusal(item, f"read from {path}"))
        if not is_file:
            self._refuse(item, "it is not a file")
            return None
        return path

    def _refuse(self, item: Statement, reason: str) -> list[Statement]:
        self.refused.append(Refusal(item, reason))
        return []


_OUTSIDE = "a file outside of the folders from which files may be included"


def _section(statements: Sequence[Statement], name: str) -> list[Statement]:
    """Return the statements between ``.lib NAME`` and ``.endl``."""
    found: list[Statement] = []
    inside = False
    for item in statements:
        words = item.text.lower().split()
        if words[0] == ".lib" and len(words) == 2:
            inside = words[1].strip("'\"") == name
        elif words[0] == ".endl":
            inside = False
        elif inside:
            found.append(item)
    return found
