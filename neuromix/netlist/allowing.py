"""The allow-list of foreign SPICE: what may reach ngspice, for which a netlist is a program.

A deck can start programs (``.control``, ``*#`` comments, code models) and open files (some models
and sources). What is not listed here is refused, so that nothing depends on knowing all of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neuromix.netlist.statements import Statement

_CIRCUIT = (".subckt", ".ends", ".model", ".param", ".func", ".global", ".ic", ".nodeset")
_CHOICE = (".if", ".elseif", ".else", ".endif")
_OPTIONS = (".options", ".option", ".opt")
STATEMENTS = frozenset((*_CIRCUIT, *_CHOICE, *_OPTIONS))
"""Words that begin a statement; includes are resolved before, see ``including``."""

LETTERS = frozenset("rclkviefghbdqjzmswtoux")
"""First letters of devices: passive, sources, semiconductors, switches, lines, subcircuits.

Not ``a`` (code models, some of which open files or start programs), not ``n`` (compiled models).
"""

_FEWEST_WORDS = {"s": 6, "m": 6, "o": 6, "t": 5, "w": 5, "q": 5, "j": 5, "z": 5, "u": 5}
"""Name, nodes and model; three for other letters. With fewer it is a word, not a device."""

_TRANSISTORS = ("nmos", "pmos", "vdmos", "vdmosn", "vdmosp", "nmf", "pmf", "njf", "pjf", "npn")
_OTHER_DEVICES = ("pnp", "lpnp", "nhfet", "phfet", "d", "r", "res", "c", "l", "ind", "sw", "csw")
_LINES = ("urc", "ltra")
MODEL_TYPES = frozenset((*_TRANSISTORS, *_OTHER_DEVICES, *_LINES))
"""Types of ``.model`` that are equations; those of code models read and write files."""

_CONVERGENCE = ("gminsteps", "srcsteps", "noopiter", "pivtol", "pivrel", "maxord", "rshunt")
_ITERATIONS = ("itl1", "itl2", "itl3", "itl4", "itl5", "itl6")
_DEFAULTS = ("temp", "tnom", "defl", "defw", "defad", "defas", "noacct")
OPTIONS = frozenset((*_CONVERGENCE, *_ITERATIONS, *_DEFAULTS))
"""What ngspice forgets with the circuit. ``scale`` and ``cshunt`` stay for the next one."""

SETTINGS = frozenset(("reltol", "abstol", "vntol", "chgtol", "trtol", "gmin", "method"))
"""What the settings of a run say."""

_MODEL = re.compile(r"\.model\s+[^\s()=]+\s+(\w+)\s*(?:[(\s]|$)", re.IGNORECASE)
_OPTION = re.compile(r"([A-Za-z_]\w*)\s*(?:=\s*\S+)?")
_VERSION = re.compile(r"\bversion\s*=\s*\"[\d.]+\"", re.IGNORECASE)
_RANDOM_SOURCES = frozenset(("trnoise", "trrandom"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A statement that may not pass, and why."""

    statement: Statement
    reason: str

    def __str__(self) -> str:
        text = self.statement.text
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        return f"{self.statement.where}: {self.reason}: {shown!r}"


def refusals(statements: Sequence[Statement]) -> Iterator[Refusal]:
    """Yield all that may not pass, in order; a block of commands is one refusal."""
    commands = False
    for item in statements:
        if commands:
            commands = item.word != ".endc"
            continue
        commands = item.word.startswith(".control")
        reason = _reason(item)
        if reason:
            yield Refusal(item, reason)


def _reason(item: Statement) -> str:
    word = item.word
    if not item.text.replace("\t", " ").isprintable():
        return "characters that are no text"
    if '"' in _VERSION.sub("", item.text):
        return "a word in double quotes can name a file"
    if word.startswith("."):
        return _reason_of_statement(item, word)
    letter = word[0]
    words = item.text.split()
    if letter not in LETTERS:
        return f"no device of the letter {letter!r} is on the list"
    if len(words) < _FEWEST_WORDS.get(letter, 3):
        return "no device: a name, nodes, and a value or a model"
    if letter in "vi":
        lower = set(re.split(r"[\s(),=]+", item.text.lower()))
        if "external" in lower:
            return "a source that a program drives"
        if lower & _RANDOM_SOURCES:
            return "random numbers without a seed, so that no run can be repeated"
    return ""


def _reason_of_statement(item: Statement, word: str) -> str:
    if word not in STATEMENTS:
        return f"{word} is not on the list of statements"
    if word == ".model":
        kind = _MODEL.match(item.text)
        if kind is None or kind[1].lower() not in MODEL_TYPES:
            return f"a model of the type {kind[1] if kind else '?'!r} is not on the list"
    if word in _OPTIONS:
        rest = item.text.split(maxsplit=1)[1:]
        for name in _OPTION.findall(rest[0] if rest else ""):
            if name.lower() in SETTINGS:
                return f"{name} belongs to the settings of the run"
            if name.lower() not in OPTIONS:
                return f"the option {name} is not on the list"
    return ""
