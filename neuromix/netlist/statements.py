"""Lines of SPICE become statements: comments gone, continuations joined, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from neuromix.errors import NetlistError

LONGEST_STATEMENT = 10_000
"""Characters, continuations included; a line is a statement of a person, not a flood."""

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes."""

MOST_STATEMENTS = 100_000
"""Of one cell; a million nodes are no cell."""

MOST_REFUSALS = 1000
"""That one message lists."""

_COMMENT = re.compile(r"\s[;$]\s?|^;")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and where it begins."""

    file: str
    line: int
    text: str

    @property
    def where(self) -> str:
        """File and line, as errors call it."""
        return f"{self.file}:{self.line}"

    @property
    def word(self) -> str:
        """First word, lower case."""
        return self.text.split(maxsplit=1)[0].lower()


def statements_of(
    text: str, file: str, longest: int = LONGEST_STATEMENT, most: int = MOST_STATEMENTS
) -> list[Statement]:
    """Split a text into its statements.

    Comments are dropped whole, those that begin with ``*#`` too, which ngspice would execute.

    Raises
    ------
    NetlistError
        Where it is no text, or continues nothing, or floods.
    """
    if "\0" in text:
        raise NetlistError(f"{file} is not text", ["it holds a NUL"], "save it as UTF-8")
    joined: list[tuple[int, list[str]]] = []
    size = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        size = size + len(raw) if raw.lstrip().startswith("+") else len(raw)
        if size > longest:
            raise NetlistError(
                f"{file}:{number}: a statement of more than {longest} characters",
                [f"it begins with {raw[:60]!r}"],
                "shorter statements",
            )
        line = _COMMENT.split(raw, maxsplit=1)[0].strip()
        if not line or line.startswith("*"):
            continue
        if line.startswith("+"):
            if not joined:
                raise NetlistError(
                    f"{file}:{number}: a continuation of nothing",
                    [raw[:60]],
                    "a statement before the first line that begins with +",
                )
            joined[-1][1].append(line[1:].strip())
        else:
            joined.append((number, [line]))
            if len(joined) > most:
                raise NetlistError(
                    f"{file}:{number}: more than {most} statements",
                    [f"the last one read is {line[:60]!r}"],
                    "a smaller circuit; several cells are simulated one by one",
                )
    return [Statement(file, number, " ".join(parts)) for number, parts in joined]


def read_netlist(path: Path, largest: int = LARGEST_FILE) -> str:
    """Return the text of a file.

    Raises
    ------
    NetlistError
        Where it cannot be read, is no text, or too large.
    """
    try:
        if not path.is_file():
            raise NetlistError(f"{path} cannot be read", ["it is no file"], "the path of a netlist")
        if path.stat().st_size > largest:
            raise NetlistError(
                f"{path} is larger than {largest} bytes", cure="the netlist of one circuit"
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NetlistError(f"{path} is not text", [str(error)], "save it as UTF-8") from error
    except OSError as error:
        raise NetlistError(
            f"{path} cannot be read", [str(error)], "the path of a file that you may read"
        ) from error


def together(file: str, found: Iterable[NetlistError]) -> NetlistError:
    """Return one error for all that is wrong with a text; a single one stays as it is."""
    errors = list(found)
    if len(errors) == 1:
        return errors[0]
    shown = [f"{item.summary}" for item in errors[:MOST_REFUSALS]]
    if len(errors) > MOST_REFUSALS:
        shown.append(f"… and {len(errors) - MOST_REFUSALS} more")
    cures = dict.fromkeys(item.cure for item in errors if item.cure)
    return NetlistError(
        f"{file}: {len(errors)} statements are refused", shown, "; ".join(list(cures)[:4])
    )
