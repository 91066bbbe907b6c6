"""Transistors that a foundry wraps into subcircuits, as the plain devices that a deck needs.

Such a subcircuit computes parameters of its model from the size of the instance, in micrometres,
and from global ones that hold the corner. What remains here is one transistor with expressions of
its size, and numbers for everything else: a deck then needs no file and no option of scale, which
ngspice would carry on into the next circuit, and holds none of the foundry's random draws.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neuromix.declare import Technology
from neuromix.errors import TechnologyError
from neuromix.pdk.bins import Bin, bin_of, binned_models, section_lines, statements
from neuromix.pdk.expressions import Parameters, assignments

_SCALE = re.compile(r"\.options?\s+scale\s*=\s*([\d.]+)(u?)", re.IGNORECASE)
_BRACES = re.compile(r"\{([^{}]*)\}")
_LENGTHS, _AREAS = ("w", "l", "ps", "pd"), ("as", "ad")


@dataclass(frozen=True, slots=True)
class Packaged:
    """A transistor taken out of its subcircuit.

    Parameters
    ----------
    card : str
        Name of its binned model.
    values : tuple of (str, str) pairs
        Parameters of its instance beside the geometry, with braces around what depends on that.
    bins : tuple of Bin
        Its models, with numbers for all that does not depend on the size.
    scale : float
        Unit of length of the subcircuit, m.
    """

    card: str
    values: tuple[tuple[str, str], ...]
    bins: tuple[Bin, ...]
    scale: float


def packaged(technology: Technology, file: Path, corner: str, model: str) -> Packaged | None:
    """Return the transistor in the subcircuit of that name; None where there is no such one."""
    sections = tuple(section_lines(file, name) for name in technology.sections(corner))
    return _packaged(sections, technology.constants, model.lower(), file.name)


@functools.lru_cache(maxsize=16)
def _packaged(
    sections: tuple[tuple[str, ...], ...],
    constants: tuple[tuple[str, float], ...],
    model: str,
    name: str,
) -> Packaged | None:
    split = [_subcircuits(lines) for lines in sections]
    body = next((found[model] for found, _ in split if model in found), None)
    if body is None:
        return None
    texts = [(constant.lower(), repr(value)) for constant, value in constants]
    scale = 1.0
    for _, around in split:
        for statement in around:
            if statement.lower().startswith(".param"):
                texts += assignments(statement)
            elif found := _SCALE.match(statement):
                scale = float(found[1]) * (1e-6 if found[2] else 1.0)
    inside = _joined(body)
    for statement in inside:
        if statement.lower().startswith((".subckt", ".param")):
            texts += assignments(statement)
    known = Parameters(texts, {item: f"({item}*{1.0 / scale!r})" for item in _LENGTHS})
    transistors = [statement for statement in inside if statement[0] in "mM"]
    if len(transistors) != 1:
        raise TechnologyError(
            f"the subcircuit {model} of {name} holds {len(transistors)} transistors, not one"
        )
    head, *_ = re.split(r"\s\w+\s*=", transistors[0], maxsplit=1)
    values = tuple(
        (key, _number_or_braces(known, value))
        for key, value in assignments(transistors[0])
        if key not in (*_LENGTHS, *_AREAS)
    )
    numbers = functools.cache(lambda text: _number_or_braces(known, text))
    bins = tuple(
        bin_of(_BRACES.sub(lambda found: numbers(found[1]), text)) for text in binned_models(body)
    )
    return Packaged(head.split()[-1], values, bins, scale)


def _number_or_braces(known: Parameters, text: str) -> str:
    value = known.resolved(text)
    return repr(value) if isinstance(value, float) else f"{{{value}}}"


def outside(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the statements of a section outside of its subcircuits, each on one line."""
    return _subcircuits(lines)[1]


@functools.lru_cache(maxsize=16)
def _subcircuits(lines: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the lines of each subcircuit, first line included, and the statements outside."""
    bodies: dict[str, tuple[str, ...]] = {}
    around: list[str] = []
    start: int | None = None
    for number, line in enumerate(lines):
        word = line[:7].lower() if line.startswith(".") else ""
        if word == ".subckt":
            start = number
        elif word.startswith(".ends") and start is not None:
            bodies[lines[start].split()[1].lower()] = lines[start:number]
            start = None
        elif start is None:
            around.append(line)
    return bodies, tuple(_joined(around))


def _joined(lines: Sequence[str]) -> list[str]:
    """Return statements, each on one line."""
    return [" ".join(part.removeprefix("+") for part in item) for item in statements(lines)]
