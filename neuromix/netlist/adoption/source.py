"""All that a designer's file defines: subcircuits, parameters, model cards; the rest set aside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from neuromix.errors import BadValue, NetlistError
from neuromix.netlist.adoption.dialects import Dialect, in_spice
from neuromix.netlist.adoption.expressions import NoNumber, Scope
from neuromix.netlist.allowing import Refusal
from neuromix.netlist.including import INCLUDES, Inclusion
from neuromix.netlist.statements import Statement, read_netlist

VALUE = r"'[^']*'|\"[^\"]*\"|\{[^}]*\}|\([^)]*\)|[^\s,]+"
ASSIGNMENT = re.compile(rf"([A-Za-z_]\w*)\s*=\s*({VALUE})")
LONGEST_CARD = 100_000
"""Characters; a model card of a foundry is longer than any other statement."""

MOST_STATEMENTS = 200_000
"""Of a design with all that it includes."""

_OPTIONS = {".option", ".options", ".opt"}
_MODEL = re.compile(r"\.model\s+(\S+)\s+[np]mos\b", re.IGNORECASE)


@dataclass
class Block:
    """One subcircuit, as it is written; names are lower case."""

    name: str
    ports: tuple[str, ...]
    where: str
    parameters: dict[str, str]
    statements: list[Statement] = field(default_factory=list)


@dataclass
class Source:
    """What a file and its includes define.

    Parameters
    ----------
    file : str
        As messages call it.
    blocks : dict of str to Block
        Subcircuits by name.
    parameters : dict of str to str
        Global ones, as they are written.
    shared : list of str
        Global nodes.
    cards : list of Statement
        Model cards of MOS transistors.
    scale : float
        Of lengths; 1 where no option says otherwise.
    directions : dict of str to str
        Roles that comments give to pins.
    aside : list of Refusal
        What is not part of any subcircuit, and includes that were not read.
    trusted : list of Refusal
        Includes that were read only because they are trusted.
    """

    file: str
    blocks: dict[str, Block] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    cards: list[Statement] = field(default_factory=list)
    scale: float = 1.0
    directions: dict[str, str] = field(default_factory=dict)
    aside: list[Refusal] = field(default_factory=list)
    trusted: list[Refusal] = field(default_factory=list)

    def scope(self) -> Scope:
        """Return the global parameters."""
        return Scope(self.parameters)

    def not_read(self) -> list[str]:
        """Return the includes that were not read, for errors about what is missing."""
        return [
            f"not read: {item}" for item in self.aside if item.statement.word in {*INCLUDES, ".lib"}
        ]

    def block(self, name: str | None) -> Block:
        """Return the subcircuit of that name, or the one that no other contains.

        Raises
        ------
        NetlistError, BadValue
            Where there is none, or several.
        """
        if not self.blocks:
            raise NetlistError(
                f"{self.file} holds no subcircuit",
                [f"left out: {item}" for item in self.aside[:8]],
                "put .subckt NAME PORTS before its elements and .ends behind them",
            )
        if name is not None and name.lower() in self.blocks:
            return self.blocks[name.lower()]
        used = {
            word.lower()
            for block in self.blocks.values()
            for item in block.statements
            for word in item.text.split()
            if item.text[0] in "xX"
        }
        top = [block for block in self.blocks.values() if block.name not in used]
        if name is None and len(top) == 1:
            return top[0]
        raise BadValue(
            f"{self.file}: no subcircuit {name!r}"
            if name
            else f"{self.file} holds several subcircuits",
            [f"{block.where}: {block.name} {' '.join(block.ports)}" for block in top],
            "--subcircuit " + " or ".join(block.name for block in top),
        )


def read_source(path: Path, roots: Sequence[Path] = (), *, anywhere: bool = False) -> Source:
    """Read a netlist and what it includes from its own folder and from the declared ones.

    Parameters
    ----------
    path : Path
        The netlist.
    roots : sequence of Path
        Further folders from which it may include files.
    anywhere : bool
        Whether it may include any file: it is trusted.

    Raises
    ------
    NetlistError
        Where a file cannot be read, or subcircuits are not closed or have one name.
    """
    dialect = Dialect()
    inclusion = Inclusion(
        [path.parent, *roots],
        anywhere=anywhere,
        prepared=dialect.plain,
        longest=LONGEST_CARD,
        most=MOST_STATEMENTS,
    )
    statements = inclusion.expanded(read_netlist(path), path.name)
    source = Source(path.name, directions=dialect.directions)
    source.aside += inclusion.refused
    source.trusted += inclusion.trusted
    opened: list[Block] = []
    commands = False
    for item in in_spice(statements):
        if commands:
            commands = item.word != ".endc"
        elif item.word.startswith(".control"):
            commands = True
            source.aside.append(Refusal(item, "commands"))
        elif item.word == ".subckt":
            opened.append(_block(item, source))
        elif item.word in {".ends", ".eom"}:
            if not opened:
                raise NetlistError(
                    f"{item.where}: .ends without a .subckt",
                    [item.text],
                    ".subckt NAME PORTS before the elements; the first line is read as well",
                )
            opened.pop()
        elif opened:
            opened[-1].statements.append(item)
        else:
            _outside(item, source)
    if opened:
        raise NetlistError(
            f"{opened[-1].where}: the subcircuit {opened[-1].name!r} does not end",
            cure=".ends behind its last element",
        )
    return source


def _block(item: Statement, source: Source) -> Block:
    head = ASSIGNMENT.sub("", item.text).lower().replace("params:", "").split()
    if len(head) < 2:
        raise NetlistError(
            f"{item.where}: a subcircuit without a name", [item.text], ".subckt NAME PORTS"
        )
    parameters = {key.lower(): value for key, value in ASSIGNMENT.findall(item.text)}
    block = Block(head[1], tuple(head[2:]), item.where, parameters)
    other = source.blocks.get(block.name)
    if other is not None:
        raise NetlistError(
            f"{item.where}: two subcircuits are called {block.name!r}",
            [f"the other one: {other.where}"],
            "rename or remove one of them",
        )
    source.blocks[block.name] = block
    return block


def _outside(item: Statement, source: Source) -> None:
    """Take what a statement outside of all subcircuits says about them; set it aside otherwise."""
    if item.word in {".param", ".parameter"}:
        source.parameters |= {key.lower(): text for key, text in ASSIGNMENT.findall(item.text)}
    elif item.word == ".global":
        source.shared += item.text.lower().split()[1:]
    elif _MODEL.match(item.text):
        source.cards.append(item)
    elif item.word in _OPTIONS and (given := dict(ASSIGNMENT.findall(item.text.lower()))).get(
        "scale"
    ):
        try:
            source.scale = source.scope().evaluated(given["scale"])
        except NoNumber as error:
            raise NetlistError(f"{item.where}: {error}", [item.text], "a plain number") from error
    elif item.word not in {".end", ".title"}:
        source.aside.append(Refusal(item, "outside of the subcircuit"))
