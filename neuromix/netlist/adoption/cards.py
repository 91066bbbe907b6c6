"""A designer's own model cards become a technology: a model file and what is declared of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from neuromix.errors import NetlistError, NetlistRefused
from neuromix.netlist.adoption.expressions import NoNumber, Scope, plain, unquoted
from neuromix.netlist.adoption.source import ASSIGNMENT, LONGEST_CARD
from neuromix.netlist.allowing import Refusal, refusals
from neuromix.netlist.including import Inclusion
from neuromix.netlist.statements import Statement, read_netlist, together

LEVELS = {1: 1, 8: 8, 49: 8, 53: 8, 14: 14, 54: 14}
"""ngspice's numbers for those of HSPICE and its own: MOS1, BSIM3, BSIM4."""

TYPICAL = "typical"
"""Section of a model file that has none."""

_HEAD = re.compile(
    r"\.model\s+([A-Za-z_]\w*?)(\.\d+)?\s+([np])mos\b(.*)", re.IGNORECASE | re.DOTALL
)
_VERSION = re.compile(r"[\d.]+")
_NUMBERS_A_LINE = 5


@dataclass(frozen=True)
class Card:
    """One model card of a MOS transistor; names are lower case."""

    section: str
    model: str
    bin: str
    neutral: str
    level: int
    values: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """Return it as SPICE, in plain numbers."""
        kind = "nmos" if self.neutral == "nfet" else "pmos"
        lines = [f".model {self.model}{self.bin} {kind}", f"+level = {self.level}"]
        pairs = [f"{key} = {text}" for key, text in self.values if key != "level"]
        lines += [
            "+" + "  ".join(pairs[start : start + _NUMBERS_A_LINE])
            for start in range(0, len(pairs), _NUMBERS_A_LINE)
        ]
        return "".join(f"{line}\n" for line in lines)


def read_cards(path: Path, roots: Sequence[Path] = (), *, anywhere: bool = False) -> list[Card]:
    """Read the model cards of a file, in the sections of ``.lib`` where it has such.

    Raises
    ------
    NetlistRefused
        With all statements that have no place among model cards.
    NetlistError
        Where a card cannot be read.
    """
    inclusion = Inclusion([path.parent, *roots], anywhere=anywhere, longest=LONGEST_CARD)
    statements, section = [], TYPICAL
    sections: list[str] = []
    for item in inclusion.expanded(read_netlist(path), path.name):
        words = item.text.lower().split()
        if words[0] == ".lib":
            section = words[1].strip("'\"")
        elif words[0] == ".endl":
            section = TYPICAL
        elif words[0] not in {".end", ".title"}:
            statements.append(item)
            sections.append(section)
    refused = [*inclusion.refused, *_refused(statements)]
    if refused:
        raise NetlistRefused(
            f"{path.name}: {len(refused)} statements have no place among model cards",
            [str(item) for item in refused],
            "only .model cards of nmos and pmos, and the .param that they use",
        )
    return cards_of(statements, sections)


def _refused(statements: Sequence[Statement]) -> Iterable[Refusal]:
    yield from refusals(statements)
    for item in statements:
        if item.word not in {".model", ".param"} and item.word.startswith("."):
            yield Refusal(item, f"{item.word} says nothing about a transistor")
        elif not item.word.startswith("."):
            yield Refusal(item, "no model card")
        elif item.word == ".model" and not _HEAD.match(item.text):
            yield Refusal(item, "no model of nmos or pmos")


def cards_of(statements: Sequence[Statement], sections: Sequence[str] = ()) -> list[Card]:
    """Return the cards among some statements, whose sections are given in the same order."""
    texts: dict[str, str] = {}
    for item in statements:
        if item.word == ".param":
            texts |= {key.lower(): text for key, text in ASSIGNMENT.findall(item.text)}
    scope, cards, errors = Scope(texts), [], []
    for number, item in enumerate(statements):
        if item.word == ".model":
            try:
                cards.append(_card(item, sections[number] if sections else TYPICAL, scope))
            except NoNumber as error:
                errors.append(NetlistError(f"{item.where}: {error}", [item.text[:80]], "a number"))
            except NetlistError as error:
                errors.append(error)
    if errors:
        raise together(statements[0].file, errors)
    return cards


def _card(item: Statement, section: str, scope: Scope) -> Card:
    head = _HEAD.match(item.text)
    if head is None or not re.fullmatch(r"\w+", section):
        raise NetlistError(
            f"{item.where}: the name of a model is letters and digits", [item.text[:80]], "nch"
        )
    found: dict[str, str] = {}
    for key, text in ASSIGNMENT.findall(head[4].strip().strip("()")):
        name, bare = key.lower(), unquoted(text)
        is_version = name == "version" and _VERSION.fullmatch(bare)
        found[name] = bare if is_version else plain(scope.evaluated(text.rstrip(")")))
    level = LEVELS.get(round(float(found.get("level", "1"))))
    if level is None:
        raise NetlistError(
            f"{item.where}: level {found['level']} is not one that is simulated here",
            [item.text[:80]],
            "a card of " + ", ".join(f"level {known}" for known in LEVELS),
        )
    neutral = "nfet" if head[3].lower() == "n" else "pfet"
    values = tuple(found.items())
    return Card(section, head[1].lower(), head[2] or "", neutral, level, values)


def model_file(cards: Sequence[Card], title: str) -> str:
    """Return the model file of a library: our own text of the same numbers, in sections."""
    parts = [f"* {title}: model cards of a designer, written anew by neuromix as plain numbers\n"]
    for section in dict.fromkeys(card.section for card in cards):
        body = "".join(card.text() for card in cards if card.section == section)
        parts.append(f"\n.lib {section}\n{body}.endl {section}\n")
    return "".join(parts)
