"""One statement of a netlist becomes one element of a cell: values computed, names made plain."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass

from neuromix.errors import NetlistError
from neuromix.netlist.adoption.expressions import Scope, plain, spice_number, unquoted
from neuromix.netlist.adoption.parts import Flat, Part, Start
from neuromix.netlist.adoption.source import Source
from neuromix.netlist.parsing import FUNCTION_WORDS
from neuromix.netlist.statements import Statement

LENGTHS = ("w", "l", "ps", "pd")
AREAS = ("as", "ad")
DROPPED = frozenset(
    ("nrd", "nrs", "sa", "sb", "sd", "sca", "scb", "scc", "sc", "geo", "geomod", "rgeomod")
)
"""Series resistance and stress of a layout: second-order, and not in the devices of a cell."""

MULTIPLIERS = ("m", "mult", "multi")
LARGEST_MULTIPLIER = 1024
GROUND = frozenset(("0", "gnd", "gnd!"))
_SOURCE_WORDS = {"dc", "ac", "pulse", "pwl", "sin", "exp"}
_AXES = ("time", "frequency", "sweep")
_PLAIN = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Level:
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


class Builder:
    """Makes elements, and keeps what they need together.

    Parameters
    ----------
    source : Source
        Whose lengths are scaled, and whose nodes are shared.
    name : str
        Of the subcircuit.
    devices : mapping of str to str
        Models of transistors, and as what they are written.

    Attributes
    ----------
    flat : Flat
        What is made.
    dropped : Counter of str
        How often a value of a layout was left out.
    """

    def __init__(self, source: Source, name: str, devices: Mapping[str, str]) -> None:
        self.flat = Flat(name)
        self.dropped: Counter[str] = Counter()
        self._scale, self._shared, self._devices = source.scale, source.shared, devices
        self._names: dict[tuple[str, str], str] = {}
        self._taken = {"0", *_AXES}
        self._parts: set[str] = set()

    def named(self, node: str, prefix: str = "") -> str:
        """Return the name of a node in the cell: lower case, letters, digits and underscores.

        Two nodes never get one name: ``x1_n`` of the cell is not the node ``n`` of its ``x1``.
        """
        if (prefix, node) not in self._names:
            name = re.sub(r"\W", "_", f"{prefix}{node.rstrip('!')}", flags=re.ASCII).strip("_")
            # ngspice takes gnd for its node 0, wherever it stands.
            name = "vss" if name == "gnd" else name or "node"
            name = f"n{name}" if name[0].isdigit() else name
            fresh = next(n for k in itertools.count() if (n := name + "_" * k) not in self._taken)
            self._taken.add(fresh)
            self._names[prefix, node] = fresh
        return self._names[prefix, node]

    def node(self, node: str, level: Level) -> str:
        """Return the name in the cell of a node of a level."""
        if node in GROUND and node not in level.nodes:
            return "0"
        if node in level.nodes:
            return level.nodes[node]
        if node in self._shared:
            return self.named(node)
        return self.named(node, level.prefix)

    def _name(self, item: Statement, name: str, level: Level, letter: str) -> str:
        spelled = re.sub(r"\W", "_", f"{level.prefix}{name}".lower(), flags=re.ASCII)
        found = spelled if spelled.startswith(letter) else f"{letter}_{spelled}"
        if found in self._parts:
            raise NetlistError(
                f"{item.where}: two elements are called {name!r}", [item.text], "rename one"
            )
        self._parts.add(found)
        return found

    def count(self, given: dict[str, str], level: Level, item: Statement) -> int:
        """Take the multiplier out of some values and return it."""
        count = 1.0
        for name in MULTIPLIERS:
            count *= level.scope.evaluated(given.pop(name, "1"))
        if count != int(count) or not 1 <= count <= LARGEST_MULTIPLIER:
            raise NetlistError(
                f"{item.where}: {count:g} is no number of devices", [item.text], "1, 2, …"
            )
        return int(count)

    def transistor(
        self, item: Statement, words: list[str], given: dict[str, str], level: Level
    ) -> None:
        """Add a transistor."""
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
        count = self.count(given, level, item)
        fingers = own.evaluated(given.pop("nf", "1"))
        values: list[tuple[str, str]] = []
        for key, text in given.items():
            if key in DROPPED:
                self.dropped[key] += 1
            elif key in LENGTHS or key in AREAS:
                power = 1 if key in LENGTHS else 2
                scaled = self._scale**power
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
        nodes = tuple(self.node(node.lower(), level) for node in words[1:5])
        letter = "x" if item.text[0] in "xX" or level.prefix else "m"
        name = self._name(item, words[0], level, letter)
        self.flat.parts.append(Part(name, nodes, self._devices[model], "", tuple(values)))

    def _text(
        self, item: Statement, key: str, text: str, scope: Scope, symbol: str, factor: float = 1.0
    ) -> str:
        """Return a value as a cell has it: a plain number, or a parameter of the declaration."""
        value = scope.evaluated(text) * factor
        if symbol and value > 0.0:
            self.flat.sizes[symbol] = float(plain(value))
            return f"{{{symbol}}}"
        inner = unquoted(text)
        if re.search(r"[A-Za-z_]\w*\s*[-+*/(]|[-+*/(]\s*[A-Za-z_]", inner) and key in {"w", "l"}:
            self.flat.remarks.append(
                f"{item.where}: {key} = {inner} was computed: {value:g};"
                " it no longer follows its parameters"
            )
        return plain(value)

    def passive(
        self, item: Statement, words: list[str], given: dict[str, str], level: Level
    ) -> None:
        """Add a resistor, a capacitor or an inductor."""
        letter = item.text[0].lower()
        first, second = (self.node(node.lower(), level) for node in words[1:3])
        text = given.pop(letter, None) or (words[3] if len(words) == 4 else None)
        start = given.pop("ic", None)
        count = self.count(given, level, item)
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
            self.flat.starts.append(Start(item.where, first, second, voltage))
        kept = [(key, plain(level.scope.evaluated(given[key]))) for key in given if key[:2] == "tc"]
        name = self._name(item, words[0], level, letter)
        self.flat.parts.append(Part(name, (first, second), "", shown, tuple(kept)))

    def _ambiguous(self, item: Statement, letter: str, text: str) -> None:
        """Refuse milliohms that are meant as megohms; name what SPICE reads in its own way."""
        if letter == "r" and re.fullmatch(r"[\d.]+[mM]", text):
            raise NetlistError(
                f"{item.where}: {text} is {spice_number(text):g} Ω to SPICE",
                [item.text],
                f"{text[:-1]}meg for megohms, or {spice_number(text)!r}",
            )
        if letter == "c" and re.fullmatch(r"[\d.]+F", text):
            self.flat.remarks.append(
                f"{item.where}: {text} is {spice_number(text):g} F, as SPICE reads it"
            )

    def drive(self, item: Statement, words: list[str], given: dict[str, str], level: Level) -> None:
        """Add a source."""
        texts = [*words[3:], *(word for pair in given.items() for word in pair)]
        kept = []
        for word in texts:
            known = word.lower() in _SOURCE_WORDS or word in {"(", ")"}
            kept.append(word.lower() if known else plain(level.scope.evaluated(word)))
        first, second = (self.node(node.lower(), level) for node in words[1:3])
        name = self._name(item, words[0], level, item.text[0].lower())
        self.flat.parts.append(Part(name, (first, second), "", " ".join(kept)))
