"""Reads a subcircuit: its ports, its elements, the parameters that it asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from neuromix.errors import NetlistError, UndefinedParameter
from neuromix.netlist.native import native_transistor
from neuromix.netlist.statements import read_netlist, statements_of, together
from neuromix.units import parse as parse_number

_PARAMETER = re.compile(r"\{\s*([A-Za-z_]\w*)\s*\}")
_ASSIGNMENT = re.compile(r"\b([A-Za-z_]\w*)\s*=\s*(\{[^}]*\}|\S+)")
# A unit stands behind a prefix only, and M alone is refused: SPICE reads 1F as 1 fF, 1M as 1 m.
_NUMBER = re.compile(
    r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?(((?i:meg)|[TGKkmunpf])((?i:ohm)|[FHVAsm])?)?"
)
_NEUTRAL_TERMINALS = {"nfet": 4, "pfet": 4, "cap": 2, "res": 2}
_TRANSISTOR_VALUES = {"w", "l", "as", "ad", "ps", "pd"}
_NEUTRAL_VALUES = {
    "nfet": _TRANSISTOR_VALUES,
    "pfet": _TRANSISTOR_VALUES,
    "cap": {"c"},
    "res": {"r"},
}
_PRIMITIVE_VALUES = {"r", "c", "l", "m", "ic", "tc1", "tc2"}
_FUNCTIONS = ("abs", "acos", "asin", "atan", "arctan", "ceil", "cos", "cosh", "exp", "floor", "int")
_MORE_FUNCTIONS = ("ln", "log", "log10", "max", "min", "nint", "pow", "pwr", "sgn", "sin", "sinh")
_DRAWS_AND_WORDS = ("agauss", "aunif", "gauss", "limit", "unif", "and", "defined", "div", "mod")
_LAST_WORDS = ("not", "or", "sqr", "sqrt", "tan", "tanh")
FUNCTION_WORDS = frozenset((*_FUNCTIONS, *_MORE_FUNCTIONS, *_DRAWS_AND_WORDS, *_LAST_WORDS))
"""Words of ngspice's own arithmetic; a parameter of such a name is not found."""

_SOURCE_WORDS = {"dc", "ac", "pulse", "pwl", "sin", "exp"}


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

    def where(self, word: str) -> str:
        """Return file and line of the first element that a word stands in, for errors."""
        for element in self.elements:
            if word in {element.name, *element.nodes, *(text for _, text in element.values)}:
                return f"{self.file}:{element.line}"
        return self.file

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
                [f"{self.where(f'{{{missing[0]}}}')} asks for {{{missing[0]}}}"],
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
            [f"{where.where(text)} asks for {text}"],
            "give it one in the declaration's sizes",
        )
    return values[asked[1]]


def _check_values(where: str, line: str, kind: str, values: tuple[tuple[str, str], ...]) -> None:
    """Refuse what ngspice would pass over without a word, or would open a file for."""
    # Another subcircuit may have parameters of any name.
    known = _NEUTRAL_VALUES.get(kind, _PRIMITIVE_VALUES if len(kind) == 1 else None)
    for key, value in values:
        if known is not None and key not in known:
            raise NetlistError(
                f"{where}: a {kind} has no parameter {key!r}",
                [line],
                " or ".join(f"{item}=" for item in sorted(known)),
            )
        if not _PARAMETER.fullmatch(value) and not _NUMBER.fullmatch(value):
            raise NetlistError(
                f"{where}: {value!r} is neither a number nor a {{parameter}}",
                [line, "an expression, a bare M or a bare unit means something else to SPICE"],
                "a number such as 2u or 1meg, or one {parameter} that the declaration computes",
            )


def _check_source_words(where: str, line: str, words: list[str]) -> None:
    for word in re.split(r"[\s(),]+", " ".join(words)):
        plain = not word or word.lower() in _SOURCE_WORDS
        if not (plain or _NUMBER.fullmatch(word) or _PARAMETER.fullmatch(word)):
            raise NetlistError(
                f"{where}: {word!r} is not allowed in an element of a cell",
                [line],
                f"numbers, {{parameters}} and {', '.join(sorted(_SOURCE_WORDS))}",
            )


def _element(number: int, line: str, file: str) -> Element:
    words = _ASSIGNMENT.sub("", line).split()
    values = tuple((key.lower(), value) for key, value in _ASSIGNMENT.findall(line))
    where = f"{file}:{number}"
    if not words:
        raise NetlistError(f"{where}: {line!r} is not an element of a cell", cure="x…, r…, c…")
    name, letter = words[0].lower(), words[0][0].lower()
    if letter == "x" and len(words) > 1:
        kind, nodes = words[-1].lower(), tuple(word.lower() for word in words[1:-1])
        wanted = _NEUTRAL_TERMINALS.get(kind)
        if wanted is not None and len(nodes) != wanted:
            raise NetlistError(
                f"{where}: {name} connects {len(nodes)} nodes; a {kind} has {wanted}",
                [line],
                f"{name} {' '.join('abcd'[:wanted])} {kind} …",
            )
        if kind in {"nfet", "pfet"} and not {"w", "l"} <= {key for key, _ in values}:
            raise NetlistError(
                f"{where}: {name} has no width or no length", [line], "add w= and l="
            )
    elif letter in "rclvi" and len(words) >= 3:
        kind, nodes = letter, tuple(word.lower() for word in words[1:3])
        _check_source_words(where, line, words[3:])
    else:
        raise NetlistError(
            f"{where}: {words[0]!r} is not an element of a cell",
            [line],
            "x… with nfet, pfet, cap or res, or r, c, l, v, i",
        )
    _check_values(where, line, kind, values)
    return Element(name, nodes, kind, values, number)


def parse_subcircuit(
    text: str, file: str = "netlist", native: Mapping[str, str] | None = None
) -> Subcircuit:
    """Read the one subcircuit of a netlist.

    Parameters
    ----------
    text, file : str
        Netlist, and what errors call it.
    native : mapping of str to str, optional
        The technology's own transistors, lower case, and the neutral ones that they are; without it
        the netlist is over neutral devices.

    Raises
    ------
    NetlistError
        With file and line, where a line is not a statement of such a netlist.
    """
    header: list[str] | None = None
    body: list[str] = []
    elements: list[Element] = []
    ended, first = False, 1
    errors: list[NetlistError] = []
    for item in statements_of(text, file):
        word = item.word
        if word == ".subckt" and header is None:
            header = _ASSIGNMENT.sub("", item.text).lower().replace("params:", "").split()
            first = item.line
        elif word == ".ends":
            ended = True
        elif not item.text.replace("\t", " ").isprintable():
            errors.append(
                NetlistError(
                    f"{item.where}: characters that are no text",
                    [repr(item.text[:60])],
                    "letters, digits and signs that can be seen",
                )
            )
        elif header is None or ended or word.startswith("."):
            errors.append(
                NetlistError(
                    f"{item.where}: {word!r} is not allowed in a cell",
                    [item.text],
                    "one .subckt … .ends and nothing else; models come from the technology",
                )
            )
        else:
            try:
                for statement in native_transistor(item.text, item.where, native or {}):
                    elements.append(_element(item.line, statement, file))
                    body.append(statement)
            except NetlistError as error:
                errors.append(error)
    if errors:
        raise together(file, errors)
    if header is None or len(header) < 3 or not ended:
        raise NetlistError(
            f"{file} holds no whole subcircuit",
            cure="one .subckt NAME PORTS before the elements, and .ends behind them",
        )
    lines: dict[str, int] = {}
    for element in elements:
        if element.name in lines:
            raise NetlistError(
                f"{file}:{element.line}: two elements are called {element.name!r}",
                [f"the other one: {file}:{lines[element.name]}"],
                "rename one",
            )
        lines[element.name] = element.line
    for name, count in Counter(header[2:]).items():
        if count > 1:
            raise NetlistError(
                f"{file}:{first}: two ports are called {name!r}",
                [f".subckt {' '.join(header[1:])}"],
                "rename one",
            )
    joined = "\n".join(body)
    asked = tuple(dict.fromkeys(_PARAMETER.findall(joined)))
    found = Subcircuit(header[1], tuple(header[2:]), tuple(elements), asked, joined, file)
    for name in asked:
        if name.lower() in FUNCTION_WORDS:
            text = f"{{{name}}}"
            raise NetlistError(
                f"{found.where(text)}: {text} is a function of ngspice, not a parameter",
                [line for line in body if text in line][:1],
                f"another name, such as p_{name}",
            )
    return found


def read_subcircuit(path: Path, native: Mapping[str, str] | None = None) -> Subcircuit:
    """Read the one subcircuit of a file; as :func:`parse_subcircuit`."""
    return parse_subcircuit(read_netlist(path), path.name, native)
