"""A user's own circuit, such as one of PySpice, becomes a deck that is safe to run."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from neuromix.declare import Condition, FrequencyResponse, Noise, Settings, Sweep
from neuromix.declare.analysis import Analysis
from neuromix.errors import BadValue, NetlistRefused, NetlistTrusted
from neuromix.netlist.allowing import Refusal, refusals
from neuromix.netlist.asking import NOISE_VECTORS, axis_vector, command_of, parts_of
from neuromix.netlist.composing import options_line
from neuromix.netlist.deck import Deck, Vector
from neuromix.netlist.including import Inclusion
from neuromix.netlist.statements import MOST_REFUSALS, Statement

_CLOSING = (".title", ".end")
_NODE = re.compile(r"[^\s;\"'`]+")


def deck_of_circuit(
    circuit: object,
    analysis: Analysis,
    save: Iterable[str],
    settings: Settings | None = None,
    *,
    includes: Sequence[Path | str] = (),
    trust: bool = False,
) -> Deck:
    """Take a user's PySpice ``Circuit`` as text and make a deck of it.

    The deck is written anew from the statements that are on the list of
    :mod:`neuromix.netlist.allowing`; comments and the lines between do not pass.

    Parameters
    ----------
    circuit : PySpice.Spice.Netlist.Circuit
        Anything whose ``str()`` is SPICE.
    analysis : Analysis
        What is simulated; the ``input`` of noise and frequency response is the name of a source,
        which carries ``ac 1``.
    save : iterable of str
        Nodes, and ``i(source)`` for the current into a voltage source's + terminal.
    settings : Settings, optional
        Tolerances.
    includes : sequence of Path or str, optional
        Folders from which the circuit may include files. Their content becomes part of the deck.
    trust : bool
        Lets every statement and every include pass, and says in a warning which they are.

    Raises
    ------
    NetlistRefused
        With all statements that may not pass.
    BadValue
        Where the analysis is not one of a circuit.

    Warns
    -----
    NetlistTrusted
        Where statements pass only because they are trusted.
    """
    if isinstance(analysis, Sweep):
        raise BadValue(
            "a sweep moves the ports of a cell, not the sources of a circuit",
            cure="an OperatingPoint for each value, or a cell of your own: circuits/README.md",
        )
    statements = _allowed(str(circuit), [Path(root) for root in includes], trust=trust)
    if isinstance(analysis, FrequencyResponse) and not any(
        words[0] == analysis.input.lower() and "ac" in words
        for words in (item.text.lower().split() for item in statements)
    ):
        raise BadValue(
            f"no source {analysis.input!r} of the circuit carries a small signal",
            cure='circuit.V("in", "in", circuit.gnd, "dc 0 ac 1"), which is named "Vin"',
        )
    command, axis, stop = command_of(analysis, (), {})
    body = "".join(f"{item.text}\n" for item in statements)
    return Deck(
        "a PySpice circuit",
        options_line(settings or Settings(), Condition()) + body,
        "",
        "own",
        command,
        NOISE_VECTORS
        if isinstance(analysis, Noise)
        else (*axis_vector(axis), *parts_of(analysis, map(_vector, save))),
        axis,
        stop,
    )


def _vector(name: str) -> Vector:
    if not _NODE.fullmatch(name):
        raise BadValue(f"{name!r} is no node to save", cure='"out", or "i(vsupply)"')
    current = name[:2] in {"i(", "I("}
    return Vector(name, f"{name[2:-1]}#branch".lower() if current else name.lower())


def _allowed(text: str, roots: Sequence[Path], *, trust: bool) -> list[Statement]:
    inclusion = Inclusion(roots, anywhere=trust)
    statements = [item for item in inclusion.expanded(text, "circuit") if item.word not in _CLOSING]
    refused = list(refusals(statements))
    if trust and (refused or inclusion.trusted):
        lines = "\n".join(f"  {item}" for item in (*inclusion.trusted, *refused))
        warnings.warn(f"trusted, passed as it is:\n{lines}", NetlistTrusted, stacklevel=4)
        refused = []
    refused = [*inclusion.refused, *refused]
    if refused:
        raise refusal_error("the circuit", refused, "trust=True, which lets them pass as they are")
    return statements


def refusal_error(what: str, refused: Sequence[Refusal], trusting: str) -> NetlistRefused:
    """Return the error that lists all that was refused."""
    shown = [str(item) for item in refused[:MOST_REFUSALS]]
    if len(refused) > MOST_REFUSALS:
        shown.append(f"… and {len(refused) - MOST_REFUSALS} more")
    count = "one statement is" if len(refused) == 1 else f"{len(refused)} statements are"
    return NetlistRefused(
        f"{what}: {count} not on the list of what may pass",
        shown,
        "remove it" if len(refused) == 1 and not trusting else f"remove them, or {trusting}",
    )
