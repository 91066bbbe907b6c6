"""The elements of one subcircuit with those of its inner subcircuits in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from neuromix.errors import NetlistError
from neuromix.netlist.adoption.elements import GROUND, Builder, Level
from neuromix.netlist.adoption.expressions import NoNumber, Scope
from neuromix.netlist.adoption.parts import Flat, Start
from neuromix.netlist.adoption.source import ASSIGNMENT, Block, Source
from neuromix.netlist.statements import Statement, together

DEEPEST = 20
MOST_PARTS = 20_000
_NEUTRAL_PASSIVES = {"cap": "c", "res": "r"}


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
        self._builder = Builder(source, block.name, devices)
        self._errors: list[NetlistError] = []
        self._visits = 0

    def result(self) -> Flat:
        block, flat = self._block, self._builder.flat
        shared = {name: name for name in self._source.shared if name not in GROUND}
        ports = [*block.ports, *(name for name in shared if name not in block.ports)]
        nodes = {name: self._builder.named(name) for name in ports}
        self._walk(block, self._source.scope().inner(block.parameters), "", nodes, ())
        if self._errors:
            raise together(self._source.file, self._errors)
        touched = {node for part in flat.parts for node in part.nodes}
        used = [name for name in ports if name in block.ports or nodes[name] in touched]
        flat.ports = tuple(nodes[name] for name in used)
        flat.spelled = {nodes[name]: name for name in used if nodes[name] != name}
        if self._builder.dropped:
            names = ", ".join(f"{name} ({count})" for name, count in self._builder.dropped.items())
            flat.remarks.append(f"left out, second-order effects of the layout: {names}")
        return flat

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
        self._visits += 1
        if self._visits > MOST_PARTS:
            raise NetlistError(
                f"{block.where}: more than {MOST_PARTS} inner subcircuits",
                [block.name],
                "a smaller subcircuit: --subcircuit NAME",
            )
        local = dict(block.parameters)
        for item in block.statements:
            if item.word in {".param", ".parameter"}:
                local |= {key.lower(): text for key, text in ASSIGNMENT.findall(item.text)}
        inner = scope.inner({k: v for k, v in local.items() if k not in block.parameters})
        own = self._source.parameters.keys() - local.keys()
        own = own if prefix else own | local.keys()
        level = Level(prefix, nodes, inner, (*stack, block.name), own)
        for item in block.statements:
            if item.word in {".param", ".parameter"}:
                continue
            if len(self._builder.flat.parts) + len(self._errors) > MOST_PARTS:
                raise NetlistError(
                    f"{item.where}: more than {MOST_PARTS} elements",
                    [item.text[:80]],
                    "a smaller subcircuit: --subcircuit NAME",
                )
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

    def _element(self, item: Statement, level: Level) -> None:
        if item.word == ".ic":
            self._start(item, level)
            return
        words = ASSIGNMENT.sub("", item.text).replace("(", " ( ").replace(")", " ) ").split()
        given = {key.lower(): text for key, text in ASSIGNMENT.findall(item.text)}
        letter = item.text[0].lower()
        make = {
            "m": self._builder.transistor,
            "x": self._instance,
            "r": self._builder.passive,
            "c": self._builder.passive,
            "l": self._builder.passive,
            "v": self._builder.drive,
            "i": self._builder.drive,
        }.get(letter)
        if make is None or len(words) < 3:
            raise NetlistError(
                f"{item.where}: {words[0] if words else item.text!r} has no place in a cell",
                [item.text],
                "transistors, resistors, capacitors, inductors, sources and subcircuits of them",
            )
        make(item, words, given, level)

    def _start(self, item: Statement, level: Level) -> None:
        for node, text in re.findall(r"v\(\s*([^)\s]+)\s*\)\s*=\s*(\S+)", item.text, re.IGNORECASE):
            value = level.scope.evaluated(text)
            self._builder.flat.starts.append(
                Start(item.where, self._builder.node(node.lower(), level), "0", value)
            )

    def _instance(
        self, item: Statement, words: list[str], given: dict[str, str], level: Level
    ) -> None:
        words = [word for word in words if word.lower() not in {"params:", "(", ")"}]
        master, nodes = words[-1].lower(), words[1:-1]
        inner = self._source.blocks.get(master)
        if inner is None and master in self._devices:
            self._builder.transistor(item, words, given, level)
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
        count = self._builder.count(given, level, item)
        values = {key: repr(level.scope.evaluated(text)) for key, text in given.items()}
        outside = [self._builder.node(node.lower(), level) for node in nodes]
        for k in range(count):
            prefix = f"{level.prefix}{words[0].lower()}{f'_{k + 1}' if count > 1 else ''}_"
            self._walk(
                inner,
                self._source.scope().inner(inner.parameters | values),
                prefix,
                dict(zip(inner.ports, outside, strict=True)),
                level.stack,
            )
