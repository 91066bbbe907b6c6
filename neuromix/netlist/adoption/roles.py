"""What a subcircuit's ports are for: guessed from names, from the tools' comments, from devices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from neuromix.declare.cell import ROLES
from neuromix.errors import BadValue, UnknownName
from neuromix.netlist.adoption.parts import Flat

_NAMES = (
    ("supply", re.compile(r"[adp]?v(dd|cc|pwr|pb)\w*|pwr|vdd\w*")),
    ("ground", re.compile(r"[adp]?v(ss|gnd|ee|nb)\w*|[ad]?gnd\w*|sub|vsub")),
    ("output", re.compile(r"\w*out\w*|\w*spike\w*|q|y|z|req\w*")),
    ("input", re.compile(r"\w*in|in_?\w*|inp|inn|a|b|clk|ck|reset|rst|en|\w*_in_\w*")),
)
_CURRENT = re.compile(r"i(?!n(?![a-z]*_?i))\w*|\w*_i")


@dataclass(frozen=True)
class Guess:
    """The role of a port and why; ``current`` is A into a bias, ``by_current`` drives an input."""

    port: str
    role: str
    reason: str
    current: float = 0.0
    by_current: bool = False


BIAS_CURRENT = 10e-9
"""A; what a bias port is given until somebody says more."""


def guess_roles(
    flat: Flat,
    neutral: Mapping[str, str],
    directions: Mapping[str, str],
    given: Mapping[str, str] | None = None,
) -> tuple[Guess, ...]:
    """Return a role for each port.

    Parameters
    ----------
    flat : Flat
        The cell.
    neutral : mapping of str to str
        Devices as parts name them, and whether they are ``nfet`` or ``pfet``.
    directions : mapping of str to str
        What comments say of pins, by their spelling in the netlist.
    given : mapping of str to str, optional
        What the user says.

    Raises
    ------
    UnknownName, BadValue
        Where the user names no port or no role.
    """
    chosen = dict(given or {})
    for port, role in chosen.items():
        if port not in flat.ports:
            raise UnknownName(f"port of {flat.name}", port, flat.ports)
        if role not in ROLES:
            raise BadValue(f"{port}: {role!r} is no role", cure=" or ".join(ROLES))
    return tuple(_guess(port, flat, neutral, directions, chosen.get(port)) for port in flat.ports)


def _guess(
    port: str,
    flat: Flat,
    neutral: Mapping[str, str],
    directions: Mapping[str, str],
    role: str | None,
) -> Guess:
    diodes = [
        neutral[part.device]
        for part in flat.parts
        if part.device in neutral and part.nodes[0] == part.nodes[1] == port
    ]
    gates = [part.name for part in flat.parts if part.device and part.nodes[1] == port]
    others = [
        part.name
        for part in flat.parts
        if port in ((part.nodes[0], *part.nodes[2:]) if part.device else part.nodes)
    ]
    reason = "as you say"
    if role is None:
        role, reason = _by_name(port, flat, directions)
    if not role and diodes:
        role, reason = "bias", f"a diode-connected {diodes[0]} hangs on it"
    if not role and others:
        role, reason = "output" if not gates else "state", f"{others[0]} drives it"
    if not role:
        role, reason = "input", "only gates hang on it" if gates else "nothing hangs on it"
    current = -BIAS_CURRENT if "pfet" in diodes else BIAS_CURRENT
    return Guess(port, role, reason, current, bool(others) and bool(_CURRENT.fullmatch(port)))


def _by_name(port: str, flat: Flat, directions: Mapping[str, str]) -> tuple[str, str]:
    told = directions.get(flat.spelled.get(port, port), "")
    by_name = next((role for role, pattern in _NAMES if pattern.fullmatch(port)), "")
    if by_name in {"supply", "ground"}:
        return by_name, "its name"
    if told:
        return told, "the netlist says so"
    return by_name, "its name"
