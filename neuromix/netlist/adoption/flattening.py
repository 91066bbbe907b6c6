"""The elements of one subcircuit with those of its inner subcircuits in their place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass

from neuromix.errors import NetlistError
from neuromix.netlist.adoption.expressions import (
    NoNumber,
    Scope,
    plain,
    spice_number,
    unquoted,
)
from neuromix.netlist.adoption.parts import Flat, Part, Start
from neuromix.netlist.adoption.source import ASSIGNMENT, Block, Source
from neuromix.netlist.parsing import FUNCTION_WORDS
from neuromix.netlist.statements import Statement, together

LENGTHS = ("w", "l", "ps", "pd")
AREAS = ("as", "ad")
DROPPED = frozenset(
    ("nrd", "nrs", "sa", "sb", "sd", "sca", "scb", "scc", "sc", "geo", "geomod", "rgeomod")
)
"""Series resistance and stress of a layout: second-order, and not in the devices of a cell."""

MULTIPLIERS = ("m", "mult", "multi")
DEEPEST = 20
MOST_PARTS = 20_000
_GROUND = {"0", "gnd", "gnd!"}
_SOURCE_WORDS = {"dc", "ac", "pulse", "pwl", "sin", "exp"}
_NEUTRAL_PASSIVES = {"cap": "c", "res": "r"}
_PLAIN = re.compile(r"[A-Za-z_]\w*")


def flatten(source: Source, block: Block, devices: Mapping[str, str]) -> Flat:
    """Return the elements of a subcircuit, all in one level.

    Parameters
    ----------
    source : Source
        Where inner subcircuits are found.
    block : Block
        What becomes the cell.
    devices : mapping of str to str
        Models of transistors, and as what they are written.

    Raises
    ------
    NetlistError
        With all statements that have no place in a cell.
    """
    return _Flattening(source, block, devices).result()


class _Flattening:
    def __init__(self, source: Source, block: Block, devices: Mapping[str, str]) -> None:
        self._source, self._block, self._devices = source, block, devices
        self._flat = Flat(block.name)
        self._errors: list[NetlistError] = []
        self._dropped: Counter[str] = Counter()
        self._names: dict[str, str] = {"0": "0"}
        self._parts: set[str] = set()

    def result(self) -> Flat:
        block, flat = self._block, self._flat
        shared = {name: name for name in self._source.shared if name not in _GROUND}
        ports = [*block.ports, *(name for name in shared if name not in block.ports)]
        nodes = {name: self._named(name) for name in ports}
        self._walk(block, self._source.scope().inner(block.parameters), "", nodes, ())
        if self._errors:
            raise together(self._source.file, self._errors)
        touched = {node for part in flat.parts for node in part.nodes}
        used = [name for name in ports if name in block.ports or nodes[name] in touched]
        flat.ports = tuple(nodes[name] for name in used)
        flat.spelled = {nodes[name]: name for name in used if nodes[name] != name}
        if self._dropped:
            names = ", ".join(f"{name} ({count})" for name, count in self._dropped.items())
            flat.remarks.append(f"left out, second-order effects of the layout: {names}")
        return flat

    def _named(self, node: str) -> str:
        """Return the name of a node in the cell: lower case, letters, digits and underscores."""
        if node not in self._names:
            name = re.sub(r"\W", "_", node.rstrip("!"), flags=re.ASCII).strip("_") or "node"
            # ngspice takes gnd for its node 0, wherever it stands.
            name = "vss" if name == "gnd" else name
            name = f"n{name}" if name[0].isdigit() else name
            taken = set(self._names.values())
            fresh = next(n for k in range(len(taken) + 2) if (n := name + "_" * k) not in taken)
            self._names[node] = fresh
        return self._names[node]

    def _walk(
        self,
        block: Block,
        scope: Scope,
        prefix: str,
        nodes: Mapping[str, str],
        stack: tuple[str, ...],
    ) -> None:
        if block.name in stack or len(stack) > DEEPEST:
            chain = " → ".join([*stack, block.name])
            raise NetlistError(
                f"{block.where}: the subcircuit {block.name!r} contains itself",
                [chain],
                "take one of these instances out",
            )
        local = dict(block.parameters)
        for item in block.statements:
            if item.word in {".param", ".parameter"}:
                local |= {key.lower(): text for key, text in ASSIGNMENT.findall(item.text)}
        inner = scope.inner({k: v for k, v in local.items() if k not in block.parameters})
        own = self._source.parameters.keys() - local.keys()
        own = own if prefix else own | local.keys()
        level = _Level(prefix, nodes, inner, (*stack, block.name), own)
        for item in block.statements:
            if item.word in {".param", ".parameter"}:
                continue
            try:
                self._element(item, level)
            except NoNumber as error:
                self._errors.append(
                    NetlistError(
                        f"{item.where}: {error}", [item.text], "a number, or .param with a value"
                    )
                )
            except NetlistError as error:
                self._errors.append(error)

    def _element(self, item: Statement, level: _Level) -> None:
        if len(self._flat.parts) > MOST_PARTS:
            raise NetlistError(f"{item.where}: more than {MOST_PARTS} elements are no cell")
        if item.word == ".ic":
            self._start(item, level)
            return
        words = ASSIGNMENT.sub("", item.text).replace("(", " ( ").replace(")", " ) ").split()
        given = {key.lower(): text for key, text in ASSIGNMENT.findall(item.text)}
        letter = item.text[0].lower()
        make = {
            "m": self._transistor,
            "x": self._instance,
            "r": self._passive,
            "c": self._passive,
            "l": self._passive,
            "v": self._drive,
            "i": self._drive,
        }.get(letter)
        if make is None or len(words) < 3:
            raise NetlistError(
                f"{item.where}: {words[0] if words else item.text!r} has no place in a cell",
                [item.text],
                "transistors, resistors, capacitors, inductors, sources and subcircuits of them",
            )
        make(item, words, given, level)

    def _start(self, item: Statement, level: _Level) -> None:
        for node, text in re.findall(r"v\(\s*([^)\s]+)\s*\)\s*=\s*(\S+)", item.text, re.IGNORECASE):
            value = level.scope.evaluated(text)
            self._flat.starts.append(Start(item.where, self._node(node.lower(), level), "0", value))

    def _node(self, node: str, level: _Level) -> str:
        if node in _GROUND and node not in level.nodes:
            return "0"
        if node in level.nodes:
            return level.nodes[node]
        if node in self._source.shared:
            return self._named(node)
        return self._named(f"{level.prefix}{node}")

    def _name(self, item: Statement, name: str, level: _Level, letter: str) -> str:
        spelled = re.sub(r"\W", "_", f"{level.prefix}{name}".lower(), flags=re.ASCII)
        found = spelled if spelled.startswith(letter) else f"{letter}_{spelled}"
        if found in self._parts:
            raise NetlistError(
                f"{item.where}: two elements are called {name!r}", [item.text], "rename one"
            )
        self._parts.add(found)
        return found

    def _add(self, part: Part) -> None:
        self._flat.parts.append(part)

    def _instance(
        self, item: Statement, words: list[str], given: dict[str, str], level: _Level
    ) -> None:
        words = [word for word in words if word.lower() not in {"params:", "(", ")"}]
        master, nodes = words[-1].lower(), words[1:-1]
        inner = self._source.blocks.get(master)
        if inner is None and master in self._devices:
            self._transistor(item, words, given, level)
            return
        if inner is None and master in _NEUTRAL_PASSIVES:
            letter = _NEUTRAL_PASSIVES[master]
            text = f"{letter}{words[0]} {' '.join(nodes)} {given.get(letter, '')}"
            self._element(Statement(item.file, item.line, text), level)
            return
        if inner is None:
            raise NetlistError(
                f"{item.where}: {master!r} is neither a subcircuit of the netlist nor a device",
                [
                    item.text,
                    *self._source.not_read(),
                    f"devices: {', '.join(sorted(self._devices)) or 'none'}",
                ],
                "--include FOLDER for the file that defines it, or --device NAME=nfet",
            )
        if len(nodes) != len(inner.ports):
            raise NetlistError(
                f"{item.where}: {words[0]} connects {len(nodes)} nodes;"
                f" {master} has {len(inner.ports)} ports",
                [item.text, f"{inner.where}: {master} {' '.join(inner.ports)}"],
                "as many nodes as ports",
            )
        count = self._count(given, level, item)
        values = {key: repr(level.scope.evaluated(text)) for key, text in given.items()}
        outside = [self._node(node.lower(), level) for node in nodes]
        for k in range(count):
            prefix = f"{level.prefix}{words[0].lower()}{f'_{k + 1}' if count > 1 else ''}_"
            self._walk(
                inner,
                self._source.scope().inner(inner.parameters | values),
                prefix,
                dict(zip(inner.ports, outside, strict=True)),
                level.stack,
            )

    def _count(self, given: dict[str, str], level: _Level, item: Statement) -> int:
        count = 1.0
        for name in MULTIPLIERS:
            count *= level.scope.evaluated(given.pop(name, "1"))
        if count != int(count) or not 1 <= count <= 1024:
            raise NetlistError(
                f"{item.where}: {count:g} is no number of devices", [item.text], "1, 2, …"
            )
        return int(count)

    def _transistor(
        self, item: Statement, words: list[str], given: dict[str, str], level: _Level
    ) -> None:
        words = [word for word in words if word not in {"(", ")"}]
        model = words[-1].lower()
        if model not in self._devices or len(words) != 6:
            raise NetlistError(
                f"{item.where}: {words[0]} is a {model!r}, no transistor that is known",
                [item.text, f"known: {', '.join(sorted(self._devices)) or 'none'}"],
                f"--device {model}=nfet or {model}=pfet, or --models FILE with its card",
            )
        # Geometry may refer to the transistor's own values: nrd='0.18/W'.
        own = level.scope.inner(dict(given))
        count = self._count(given, level, item)
        fingers = own.evaluated(given.pop("nf", "1"))
        values: list[tuple[str, str]] = []
        for key, text in given.items():
            if key in DROPPED:
                self._dropped[key] += 1
            elif key in LENGTHS or key in AREAS:
                power = 1 if key in LENGTHS else 2
                scaled = self._source.scale**power
                whole = scaled == 1.0 and (fingers == 1.0 or key == "l")
                symbol = level.symbol(text) if whole else ""
                values.append((key, self._text(item, key, text, own, symbol, scaled)))
            else:
                raise NetlistError(
                    f"{item.where}: {key}={text} of {words[0]} has no place in a cell",
                    [item.text],
                    f"leave it out; known are {', '.join((*LENGTHS, *AREAS, 'nf', 'm'))}",
                )
        missing = {"w", "l"} - {key for key, _ in values}
        if missing:
            raise NetlistError(
                f"{item.where}: {words[0]} has no {' and no '.join(sorted(missing))}=",
                [item.text],
                "its width and its length",
            )
        values += [("nf", f"{fingers:g}")] if fingers != 1.0 else []
        values += [("m", str(count))] if count != 1 else []
        nodes = tuple(self._node(node.lower(), level) for node in words[1:5])
        letter = "x" if item.text[0] in "xX" or level.prefix else "m"
        name = self._name(item, words[0], level, letter)
        self._add(Part(name, nodes, self._devices[model], "", tuple(values)))

    def _text(
        self, item: Statement, key: str, text: str, scope: Scope, symbol: str, factor: float = 1.0
    ) -> str:
        """Return a value as a cell has it: a plain number, or a parameter of the declaration."""
        value = scope.evaluated(text) * factor
        if symbol and value > 0.0:
            self._flat.sizes[symbol] = float(plain(value))
            return f"{{{symbol}}}"
        inner = unquoted(text)
        if re.search(r"[A-Za-z_]\w*\s*[-+*/(]|[-+*/(]\s*[A-Za-z_]", inner) and key in {"w", "l"}:
            self._flat.remarks.append(
                f"{item.where}: {key} = {inner} was computed: {value:g};"
                " it no longer follows its parameters"
            )
        return plain(value)

    def _passive(
        self, item: Statement, words: list[str], given: dict[str, str], level: _Level
    ) -> None:
        letter = item.text[0].lower()
        first, second = (self._node(node.lower(), level) for node in words[1:3])
        text = given.pop(letter, None) or (words[3] if len(words) == 4 else None)
        start = given.pop("ic", None)
        count = self._count(given, level, item)
        unknown = [key for key in given if key not in {"tc1", "tc2", *DROPPED}]
        if text is None or len(words) > 4 or unknown or (letter == "l" and count > 1):
            raise NetlistError(
                f"{item.where}: {words[0]} is no plain resistor, capacitor or inductor",
                [item.text],
                "its value as a number or a parameter; models of them are not known to a cell",
            )
        self._ambiguous(item, letter, text)
        symbol = level.symbol(text) if count == 1 else ""
        factor = 1.0 / count if letter == "r" else float(count)
        shown = self._text(item, letter, text, level.scope, symbol, factor)
        if not symbol and float(shown) <= 0.0:
            raise NetlistError(
                f"{item.where}: {words[0]} is {text}", [item.text], "a positive value"
            )
        if start is not None:
            voltage = level.scope.evaluated(start)
            self._flat.starts.append(Start(item.where, first, second, voltage))
        kept = [(key, plain(level.scope.evaluated(given[key]))) for key in given if key[:2] == "tc"]
        name = self._name(item, words[0], level, letter)
        self._add(Part(name, (first, second), "", shown, tuple(kept)))

    def _ambiguous(self, item: Statement, letter: str, text: str) -> None:
        """Refuse milliohms that are meant as megohms; name what SPICE reads in its own way."""
        if letter == "r" and re.fullmatch(r"[\d.]+[mM]", text):
            raise NetlistError(
                f"{item.where}: {text} is {spice_number(text):g} Ω to SPICE",
                [item.text],
                f"{text[:-1]}meg for megohms, or {spice_number(text)!r}",
            )
        if letter == "c" and re.fullmatch(r"[\d.]+F", text):
            self._flat.remarks.append(
                f"{item.where}: {text} is {spice_number(text):g} F, as SPICE reads it"
            )

    def _drive(
        self, item: Statement, words: list[str], given: dict[str, str], level: _Level
    ) -> None:
        texts = [*words[3:], *(word for pair in given.items() for word in pair)]
        kept = []
        for word in texts:
            known = word.lower() in _SOURCE_WORDS or word in {"(", ")"}
            kept.append(word.lower() if known else plain(level.scope.evaluated(word)))
        first, second = (self._node(node.lower(), level) for node in words[1:3])
        name = self._name(item, words[0], level, item.text[0].lower())
        self._add(Part(name, (first, second), "", " ".join(kept)))


@dataclass(frozen=True)
class _Level:
    """Where in the hierarchy an element stands."""

    prefix: str
    nodes: Mapping[str, str]
    scope: Scope
    stack: tuple[str, ...]
    own: Set[str]
    """Parameters that the cell keeps: global ones, and those of its own subcircuit."""

    def symbol(self, text: str) -> str:
        """Return the name of the cell's parameter that a text is, or nothing."""
        name = unquoted(text).lower()
        if not _PLAIN.fullmatch(name) or name not in self.own:
            return ""
        return f"p_{name}" if name in FUNCTION_WORDS else name
