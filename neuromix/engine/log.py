"""What ngspice's log means: its exit code and return codes mean nothing.

Each rule was seen to happen on ngspice 39; the order is that of severity.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from neuromix.errors import (
    EngineError,
    NetlistError,
    NeuromixError,
    NotConverged,
    SimulationFailed,
    SingularCircuit,
    UndefinedParameter,
)

MORE_MEMORY = "a smaller circuit or a shorter record, or NEUROMIX_WORKER_MEMORY=8G"

_RULES: tuple[tuple[str, type[NeuromixError], str], ...] = (
    (r"can't allocate|out of memory", SimulationFailed, MORE_MEMORY),
    (
        r"singular matrix",
        SingularCircuit,
        "connect the node that the log names, or break the loop of voltage sources",
    ),
    (
        r"time\s?step too small",
        NotConverged,
        "a finer max_step, method='gear', or node voltages at the start (initial)",
    ),
    (
        r"(gmin|source) stepping failed|iteration limit reached|no convergence|"
        r"transient op failed|op simulation failed",
        NotConverged,
        "node voltages at the start (initial), or less extreme drives",
    ),
    (
        r"undefined parameter|unknown parameter|undefined number",
        UndefinedParameter,
        "give the parameter a value in the declaration's sizes",
    ),
    (
        r"unknown subckt|could not find a valid modelname|unable to find definition of model|"
        r"too few nodes|too many nodes|unknown device type|mismatch of .* \.subckt|"
        r"circuit not parsed|no circuit loaded|fatal error|"
        r"^(stderr )?error\b|error on line|cannot compute substitute|syntax error|"
        r"no such (vector|device|parameter)|unimplemented control|simulation\(s\) aborted",
        SimulationFailed,
        "read the deck with `neuromix deck CELL BENCH`; ngspice's own words are above",
    ),
)
_COMPILED = tuple((re.compile(rule, re.IGNORECASE), kind, cure) for rule, kind, cure in _RULES)
_ANY = re.compile("|".join(rule for rule, _, _ in _RULES), re.IGNORECASE | re.MULTILINE)
"""Finds all that a rule finds, in one go: nearly every log is clean, and short."""

_SHOWN_LINES = 6


@functools.lru_cache(maxsize=64)
def _clean(text: str) -> bool:
    """Tell whether no rule finds anything; thousands of runs say the same few words."""
    return not _ANY.search(text)


def classify(lines: Iterable[str]) -> EngineError | NetlistError | None:
    """Return what went wrong, or None for a clean log.

    Parameters
    ----------
    lines : iterable of str
        The log of one command, ``"stderr "`` or ``"stdout "`` before each line.
    """
    kept = [line.strip() for line in lines]
    if _clean("\n".join(kept)):
        return None
    for rule, kind, cure in _COMPILED:
        for position, line in enumerate(kept):
            if rule.search(line):
                around = kept[max(0, position - 1) : position + _SHOWN_LINES]
                evidence = [item.split(" ", 1)[-1] for item in around if item]
                error = kind("ngspice did not deliver", evidence, cure)
                assert isinstance(error, (EngineError, NetlistError))
                return error
    return None
