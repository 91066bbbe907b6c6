"""Reads a subcircuit: its ports, its elements, the parameters that it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from neuromix.errors import NetlistError, UndefinedParameter
from neuromix.units import parse as parse_number

_PARAMETER = re.compile(r"\{\s*([A-Za-z_]\w*)\s*\}")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\s*=\s*(\{[^}]*\}|\S+)")
_NEUTRAL_TERMINALS = {"nfet": 4, "pfet": 4, "cap": 2, "res": 2}


@dataclass(frozen=True, slots=True)
class Element:
    """One element line of a subcircuit.

    Parameters
    ----------
    name : str
        As written, such as ``"xleak"``.
    nodes : tuple of str
        What it connects, lower case.
    kind : str
        ``nfet``, ``pfet``, ``cap``, ``res``, another subcircuit's name, or a SPICE letter.
    values : tuple of (str, str) pairs
        Its assignments, as written.
    line : int
        In the file, from 1.
    """

    name: str
    nodes: tuple[str, ...]
    kind: str
    values: tuple[tuple[str, str], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Subcircuit:
    """One ``.subckt``.

    Parameters
    ----------
    name : str
        Lower case.
    ports : tuple of str
        In order, lower case.
    elements : tuple of Element
        Its body.
    parameters : tuple of str
        The ``{names}`` that the body asks for.
    body : str
        Text between ``.subckt`` and ``.ends``, continuations joined, comments gone.
    file : str
        Where it was read.
    """

    name: str
    ports: tuple[str, ...]
    elements: tuple[Element, ...]
    parameters: tuple[str, ...]
    body: str
    file: str

    def sizes(self, values: Mapping[str, float]) -> tuple[tuple[Element, float, float], ...]:
        """Return each transistor with its width and length, m."""
        found = []
        for element in self.elements:
            if element.kind in {"nfet", "pfet"}:
                given = dict(element.values)
                found.append(
                    (element, _value(given["w"], values, self), _value(given["l"], values, self))
                )
        return tuple(found)

    def text(self, values: Mapping[str, float]) -> str:
        """Return the subcircuit with a value for each of its parameters.

        Raises
        ------
        UndefinedParameter
            Where a parameter has none.
        """
        missing = [name for name in self.parameters if name not in values]
        if missing:
            raise UndefinedParameter(
                f"{self.name}: the parameter {missing[0]!r} has no value",
                [f"{self.file} asks for {{{missing[0]}}}"],
                "give it one in the declaration's sizes",
            )
        given = " ".join(f"{name}={values[name]:.12g}" for name in self.parameters)
        header = f".subckt {self.name} {' '.join(self.ports)} {given}".rstrip()
        return f"{header}\n{self.body}\n.ends {self.name}\n"


def _value(text: str, values: Mapping[str, float], where: Subcircuit) -> float:
    asked = _PARAMETER.fullmatch(text)
    if asked is None:
        return parse_number(text, of=f"a size in {where.file}")
    if asked[1] not in values:
        raise UndefinedParameter(
            f"{where.name}: the parameter {asked[1]!r} has no value",
            [f"{where.file} asks for {text}"],
            "give it one in the declaration's sizes",
        )
    return values[asked[1]]


def _statements(text: str, file: str) -> list[tuple[int, str]]:
    if "\0" in text:
        raise NetlistError(f"{file} is not text", ["it holds a NUL"], "save it as UTF-8")
    joined: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.split(r"\s[;$]\s?|^;", raw, maxsplit=1)[0].strip()
        if not line or line.startswith("*"):
            continue
        if line.startswith("+"):
            if not joined:
                raise NetlistError(f"{file}:{number}: a continuation of nothing", [raw])
            first, start = joined[-1]
            joined[-1] = (first, f"{start} {line[1:].strip()}")
        else:
            joined.append((number, line))
    return joined


def _element(number: int, line: str, file: str) -> Element:
    words = _ASSIGNMENT.sub("", line).split()
    values = tuple((key.lower(), value) for key, value in _ASSIGNMENT.findall(line))
    name, letter = words[0].lower(), words[0][0].lower()
    if letter == "x":
        kind, nodes = words[-1].lower(), tuple(word.lower() for word in words[1:-1])
        wanted = _NEUTRAL_TERMINALS.get(kind)
        if wanted is not None and len(nodes) != wanted:
            raise NetlistError(
                f"{file}:{number}: {name} connects {len(nodes)} nodes; a {kind} has {wanted}",
                [line],
                f"{name} {' '.join('abcd'[:wanted])} {kind} …",
            )
        if kind in {"nfet", "pfet"} and not {"w", "l"} <= {key for key, _ in values}:
            raise NetlistError(
                f"{file}:{number}: {name} has no width or no length", [line], "add w= and l="
            )
    elif letter in "rclvi" and len(words) >= 3:
        kind, nodes = letter, tuple(word.lower() for word in words[1:3])
    else:
        raise NetlistError(
            f"{file}:{number}: {words[0]!r} is not an element of a cell",
            [line],
            "x… with nfet, pfet, cap or res, or r, c, l, v, i",
        )
    return Element(name, nodes, kind, values, number)


def parse_subcircuit(text: str, file: str = "netlist") -> Subcircuit:
    """Read the one subcircuit of a netlist over neutral devices.

    Raises
    ------
    NetlistError
        With file and line, where a line is not a statement of such a netlist.
    """
    header: list[str] | None = None
    body: list[str] = []
    elements: list[Element] = []
    ended = False
    for number, line in _statements(text, file):
        word = line.split()[0].lower()
        if word == ".subckt" and header is None:
            header = _ASSIGNMENT.sub("", line).lower().replace("params:", "").split()
        elif word == ".ends":
            ended = True
        elif header is None or ended or word.startswith("."):
            raise NetlistError(
                f"{file}:{number}: {word!r} is not allowed in a cell",
                [line],
                "one .subckt … .ends and nothing else; models come from the technology",
            )
        else:
            elements.append(_element(number, line, file))
            body.append(line)
    if header is None or len(header) < 3 or not ended:
        raise NetlistError(f"{file} holds no whole subcircuit", cure="one .subckt … .ends")
    names = [element.name for element in elements]
    for name in names:
        if names.count(name) > 1:
            raise NetlistError(f"{file}: two elements are called {name!r}", cure="rename one")
    joined = "\n".join(body)
    asked = tuple(dict.fromkeys(_PARAMETER.findall(joined)))
    return Subcircuit(header[1], tuple(header[2:]), tuple(elements), asked, joined, file)


def read_subcircuit(path: Path) -> Subcircuit:
    """Read the one subcircuit of a file; raises as :func:`parse_subcircuit`."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NetlistError(f"{path} is not text", [str(error)], "save it as UTF-8") from error
    return parse_subcircuit(text, path.name)
