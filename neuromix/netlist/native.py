"""Transistors of a designer's own netlist, written with the technology's names.

``M1 d g s b nfet_03v3 w=2u l=1u`` and ``X1 d g s b nfet_03v3 w=2u l=1u nf=1 m=2`` become instances
of the neutral device that the technology declares for that model, so that mismatch, corners and the
table of devices work on them as on a cell of the library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from neuromix.errors import NetlistError

LARGEST_MULTIPLIER = 1024
"""More parallel devices are a typing error."""

_ASSIGNMENT = re.compile(r"\b([A-Za-z_]\w*)\s*=\s*(\S+)")
_KEPT = ("w", "l", "as", "ad", "ps", "pd")
_NEUTRAL_CHOICE: Mapping[str, float] = {"nrd": 0.0, "nrs": 0.0, "sa": 0.0, "sb": 0.0, "sd": 0.0}
"""What has no effect at this value; another one is refused and not dropped."""

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
    count = _count(values.pop("m", "1"), line, where)
    if _count(values.pop("nf", "1"), line, where) != 1:
        raise NetlistError(
            f"{where}: {words[0]} has several fingers, which the model of one device does not tell",
            [line],
            "m= devices of one finger, each of which draws mismatch of its own",
        )
    for name, value in values.items():
        if name not in _KEPT and float(_number(value, line, where)) != _NEUTRAL_CHOICE.get(name):
            raise NetlistError(
                f"{where}: {name}={value} of {words[0]} has no place in a cell",
                [line],
                f"leave it out; known are {', '.join(_KEPT)} and m",
            )
    sizes = " ".join(f"{name}={values[name]}" for name in _KEPT if name in values)
    name = words[0].lower() if letter == "x" else f"x{words[0].lower()}"
    nodes = " ".join(words[1 : _TERMINALS + 1])
    names = [name] if count == 1 else [f"{name}_{k}" for k in range(1, count + 1)]
    return tuple(f"{item} {nodes} {native[model]} {sizes}" for item in names)


def _number(text: str, line: str, where: str) -> str:
    try:
        float(text)
    except ValueError as error:
        raise NetlistError(f"{where}: {text!r} is not a plain number", [line]) from error
    return text


def _count(text: str, line: str, where: str) -> int:
    count = float(_number(text, line, where))
    if count != int(count) or not 1 <= count <= LARGEST_MULTIPLIER:
        raise NetlistError(f"{where}: {text} is no number of devices", [line], "1, 2, …")
    return int(count)
