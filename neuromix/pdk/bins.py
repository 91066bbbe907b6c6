"""Sections and binned models of a model file, as the foundry wrote them but for its comments."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from neuromix.errors import TechnologyError

_LIMITS = {
    name: re.compile(rf"\b{name}\s*=\s*(\S+)", re.IGNORECASE)
    for name in ("lmin", "lmax", "wmin", "wmax")
}
_MODEL = re.compile(r"\.model\s+(\w+?)(?:\.\d+)?\s+[np]mos\b", re.IGNORECASE)
_COMMENT = re.compile(r"\s*(?:;|\$\s|//).*")


@dataclass(frozen=True, slots=True)
class Bin:
    """One ``.model`` card and the sizes that it is meant for, m."""

    model: str
    text: str
    length: tuple[float, float]
    width: tuple[float, float]

    def covers(self, width: float, length: float) -> bool:
        """Whether ngspice may choose it: both edges belong to a bin, within rounding."""
        return _within(width, *self.width) and _within(length, *self.length)


def _within(value: float, low: float, high: float) -> bool:
    edge = any(math.isclose(value, limit, rel_tol=1e-15) for limit in (low, high))
    return edge or low < value < high


def bins_of(file: Path, section: str) -> tuple[Bin, ...]:
    """Return the binned models of one section, in the order of the file."""
    state = file.stat()
    return _bins(file, state.st_mtime_ns, state.st_size, section.lower())


@functools.lru_cache
def _bins(file: Path, mtime: int, size: int, section: str) -> tuple[Bin, ...]:
    return tuple(map(bin_of, binned_models(_lines(file, mtime, size, section))))


def section_lines(file: Path, section: str) -> tuple[str, ...]:
    """Return the lines of one section, with blanks gone at both ends.

    Raises
    ------
    TechnologyError
        Where the file has no such section.
    """
    state = file.stat()
    return _lines(file, state.st_mtime_ns, state.st_size, section.lower())


def _lines(file: Path, mtime: int, size: int, section: str) -> tuple[str, ...]:
    lines = _sections(file, mtime, size).get(section)
    if lines is None:
        raise TechnologyError(
            f"the model file has no section {section}",
            [str(file)],
            "another version of the PDK, or unset PDK_ROOT to use the pinned one",
        )
    return lines


def section_names(file: Path) -> tuple[str, ...]:
    """Return the names of all sections, lower case, in the order of the file."""
    state = file.stat()
    return tuple(_sections(file, state.st_mtime_ns, state.st_size))


def statements(lines: Iterable[str]) -> list[list[str]]:
    """Return statements: each a line and its continuations, comments gone."""
    found: list[list[str]] = []
    for line in lines:
        # The search costs most of the time on a file of 40 000 lines, nearly all without one.
        marked = ";" in line or "$" in line or "//" in line
        plain = _COMMENT.sub("", line) if marked else line
        if line.startswith("+"):
            if found:
                found[-1].append(plain)
        elif plain and not line.startswith("*"):
            found.append([plain])
    return found


def binned_models(lines: Iterable[str]) -> list[str]:
    """Return the ``.model`` cards of transistors, each with its line ends."""
    return [
        "".join(f"{line}\n" for line in statement)
        for statement in statements(lines)
        if _MODEL.match(statement[0])
    ]


def bin_of(text: str) -> Bin:
    """Return the bin that a ``.model`` card is."""
    named = _MODEL.match(text)
    assert named is not None
    return Bin(
        model=named[1].lower(),
        text=text,
        length=(_limit("lmin", text, 0.0), _limit("lmax", text, math.inf)),
        width=(_limit("wmin", text, 0.0), _limit("wmax", text, math.inf)),
    )


def _limit(name: str, text: str, otherwise: float) -> float:
    found = _LIMITS[name].search(text)
    return float(found[1]) if found else otherwise


@functools.lru_cache(maxsize=4)
def _sections(file: Path, _mtime: int, _size: int) -> dict[str, tuple[str, ...]]:
    """Return the lines of every ``.lib NAME`` … ``.endl`` section; calls of sections stay lines."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in file.read_text(encoding="utf-8", errors="replace").splitlines():
        line = raw.strip()
        if line.startswith("."):
            words = line.lower().split()
            if words[0] == ".lib" and len(words) == 2:
                current = found.setdefault(words[1], [])
                continue
            if words[0] == ".endl":
                current = None
                continue
        if current is not None:
            current.append(line)
    return {name: tuple(lines) for name, lines in found.items()}
