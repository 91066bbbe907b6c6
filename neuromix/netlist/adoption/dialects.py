"""What other tools write between the statements of SPICE, and what it says about the ports.

HSPICE, netlists exported by Spectre's environment, xschem. Each line stays a line, so that errors
name the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from neuromix.netlist.statements import Statement

_TOP = re.compile(r"^\*+\s?(\.(?:subckt|ends)\b)", re.IGNORECASE)
_PIN = re.compile(r"^\*\.([io]+)pin\s+(\S+)", re.IGNORECASE)
_PIN_INFO = re.compile(r"^\*\.pininfo\s+(.*)", re.IGNORECASE)
_LANGUAGE = re.compile(r"^(?:simulator\s+)?lang\s*=\s*(\w+)", re.IGNORECASE)
_INSTANCE = re.compile(r"^([\w.<>\[\]\\]+)\s*\(([^)]*)\)\s*(\w+)\s*(.*)$")
_DIRECTIONS = {"i": "input", "o": "output", "io": "", "b": "", "g": "ground", "p": "supply"}
_MASTERS = {"resistor": ("r", "r"), "capacitor": ("c", "c"), "inductor": ("l", "l")}


@dataclass
class Dialect:
    """Turns a text into one that :mod:`neuromix.netlist.statements` splits.

    Attributes
    ----------
    directions : dict of str to str
        Roles of pins, lower case, as comments of xschem and of CDL tell them.
    """

    directions: dict[str, str] = field(default_factory=dict)

    def plain(self, text: str) -> str:
        """Return the text without what only its own tool understands."""
        lines = text.splitlines()
        continued = False
        for number, line in enumerate(lines):
            bare = (re.sub(r"(^|\s)//.*", "", line) if "//" in line else line).rstrip()
            if bare.startswith("*"):
                self._note(bare)
                bare = _TOP.sub(r"\1", bare)
            following = bare.endswith("\\")
            bare = bare.rstrip("\\")
            lines[number] = f"+ {bare}" if continued and not bare.startswith("*") else bare
            continued = following
        return "\n".join(lines)

    def _note(self, line: str) -> None:
        pin, info = _PIN.match(line), _PIN_INFO.match(line)
        if pin is not None:
            self.directions[pin[2].lower()] = _DIRECTIONS.get(pin[1].lower(), "")
        elif info is not None:
            for word in info[1].lower().split():
                name, _, direction = word.rpartition(":")
                self.directions[name] = _DIRECTIONS.get(direction, "")


def in_spice(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield statements in the language of SPICE; those of Spectre's are translated."""
    spectre, file = False, ""
    for item in statements:
        if item.file != file:
            file, spectre = item.file, item.file.lower().endswith(".scs")
        language = _LANGUAGE.match(item.text)
        if language is not None:
            spectre = language[1].lower() == "spectre"
        elif spectre:
            yield Statement(item.file, item.line, _translated(item.text))
        else:
            yield item


def _translated(text: str) -> str:
    word, _, rest = text.partition(" ")
    if word in {"subckt", "inline"}:
        rest = rest.removeprefix("subckt ")
        return f".subckt {rest.replace('(', ' ').replace(')', ' ')}"
    if word == "ends":
        return f".ends {rest}"
    if word == "parameters":
        return f".param {rest}"
    if word == "global":
        return f".global {rest}"
    found = _INSTANCE.match(text)
    if found is None:
        return text
    name, nodes, master, values = found.groups()
    letter = _MASTERS.get(master.lower(), ("x", ""))[0]
    kept = name if name[0].lower() == letter else f"{letter}{name}"
    shown = "" if letter != "x" else master
    return f"{kept} {nodes} {shown} {values}"
