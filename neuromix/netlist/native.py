"""Transistors of a designer's own netlist, written with the technology's names.

``M1 d g s b nfet_03v3 w=2u l=1u`` and ``X1 d g s b nfet_03v3 w=2u l=1u nf=1 m=2`` become instances
of the neutral device that the technology declares for that model, so that mismatch, corners and the
table of devices work on them as on a cell of the library.

A transistor of ``nf`` fingers becomes that many devices side by side, each of ``w/nf``, since ``w``
is the width of all of them: their currents add, and their mismatch averages to that of one device
of the same area. What is neglected: fingers share diffusions (where ``as`` … ``pd`` are given for
the whole, each gets its part of them), and narrow ones have edges of their own. The resistances
of diffusions in squares (``nrd``, ``nrs``) and the stress of the isolation (``sa``, ``sb``, ``sd``)
are left out: second-order effects of a layout, which the neutral devices of no cell have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from neuromix.errors import BadValue, NetlistError
from neuromix.units import parse as parse_number

LARGEST_MULTIPLIER = 1024
"""More parallel devices are a typing error."""

_ASSIGNMENT = re.compile(r"\b([A-Za-z_]\w*)\s*=\s*(\S+)")
_KEPT = ("w", "l", "as", "ad", "ps", "pd")
_LAYOUT = frozenset(("nrd", "nrs", "sa", "sb", "sd"))
"""What a layout adds; left out, as the module says."""

_TERMINALS = 4


def native_transistor(line: str, where: str, native: Mapping[str, str]) -> tuple[str, ...]:
    """Return the statements over neutral devices that one statement stands for.

    Parameters
    ----------
    line : str
        A statement of a netlist.
    where : str
        File and line, for errors.
    native : mapping of str to str
        Native models, lower case, and their neutral devices.

    Returns
    -------
    tuple of str
        The line itself where it is no native transistor; ``m`` lines for a device of that
        multiplier, since each of them draws mismatch of its own.

    Raises
    ------
    NetlistError
        Where the transistor is one that the technology does not declare, or has values that have
        no place in the neutral device.
    """
    words = _ASSIGNMENT.sub("", line).split()
    letter = words[0][0].lower() if words else ""
    model = words[-1].lower() if words else ""
    if not native or letter not in "mx" or (letter == "x" and model not in native):
        return (line,)
    if model not in native or len(words) != _TERMINALS + 2:
        raise NetlistError(
            f"{where}: {words[0]} is no transistor of the technology",
            [line],
            f"four nodes and one of {', '.join(sorted(native))}",
        )
    values = {name.lower(): value for name, value in _ASSIGNMENT.findall(line)}
    fingers = _count(values.pop("nf", "1"), line, where)
    count = fingers * _count(values.pop("m", "1"), line, where)
    for name, value in values.items():
        if name not in _KEPT and name not in _LAYOUT:
            raise NetlistError(
                f"{where}: {name}={value} of {words[0]} has no place in a cell",
                [line],
                f"leave it out; known are {', '.join(_KEPT)}, nf and m",
            )
    kept = {name: values[name] for name in _KEPT if name in values}
    if fingers > 1:
        divided = _KEPT if len(kept) > 2 else ("w",)
        kept |= {n: _part(kept[n], fingers, line, where) for n in divided if n in kept and n != "l"}
    sizes = " ".join(f"{name}={value}" for name, value in kept.items())
    name = words[0].lower() if letter == "x" else f"x{words[0].lower()}"
    nodes = " ".join(words[1 : _TERMINALS + 1])
    names = [name] if count == 1 else [f"{name}_{k}" for k in range(1, count + 1)]
    return tuple(f"{item} {nodes} {native[model]} {sizes}" for item in names)


def _part(text: str, fingers: int, line: str, where: str) -> str:
    """Return the part of a size that one finger has."""
    try:
        return repr(parse_number(text) / fingers)
    except BadValue as error:
        raise NetlistError(
            f"{where}: {text!r} cannot be divided among {fingers} fingers",
            [line],
            "the width of one finger, and m= in the place of nf=",
        ) from error


def _number(text: str, line: str, where: str) -> str:
    try:
        float(text)
    except ValueError as error:
        raise NetlistError(
            f"{where}: {text!r} is not a plain number", [line], "a number such as 2"
        ) from error
    return text


def _count(text: str, line: str, where: str) -> int:
    count = float(_number(text, line, where))
    if count != int(count) or not 1 <= count <= LARGEST_MULTIPLIER:
        raise NetlistError(f"{where}: {text} is no number of devices", [line], "1, 2, …")
    return int(count)
