"""The part of a model file that one circuit needs.

A foundry's file holds hundreds of binned models, of which a circuit uses a handful. With only the
bins in use a deck is short and names no path, and every bit of a drain current stays as it is.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from neuromix.declare import Device, Technology
from neuromix.errors import NetlistError, TechnologyError
from neuromix.pdk.location import model_file
from neuromix.units import render

_LIMIT = re.compile(r"\b([lw]m(?:in|ax))\s*=\s*(\S+)", re.IGNORECASE)
_MODEL = re.compile(r"\.model\s+(\w+?)(?:\.\d+)?\s+[np]mos\b", re.IGNORECASE)
_COMMENT = re.compile(r"\s*(?:;|\$\s|//).*")

_PASSIVES = """\
.subckt cap a b c=1p
c0 a b {c}
.ends cap
.subckt res a b r=1k
r0 a b {r}
.ends res
"""


@dataclass(frozen=True, slots=True)
class Bin:
    """One ``.model`` card and the sizes that it is meant for, m."""

    model: str
    text: str
    length: tuple[float, float]
    width: tuple[float, float]

    def covers(self, width: float, length: float) -> bool:
        """Whether ngspice may choose it: both edges belong to a bin, within rounding."""
        return _within(width, *self.width) and _within(length, *self.length)


def _within(value: float, low: float, high: float) -> bool:
    edge = any(math.isclose(value, limit, rel_tol=1e-15) for limit in (low, high))
    return edge or low < value < high


def device_cards(
    technology: Technology, corner: str, devices: Iterable[tuple[str, float, float]]
) -> str:
    """Return the model cards that some devices use, and the wrappers that netlists instantiate.

    Parameters
    ----------
    technology : Technology
        Its model file is read once per process.
    corner : str
        Process corner.
    devices : iterable of (str, float, float)
        Neutral name, width and length (m) of each transistor.

    Returns
    -------
    str
        SPICE text without comments: bins in the order of the file, so that ngspice's choice at an
        edge is the same, then ``nfet``, ``pfet``, ``cap`` and ``res``.

    Raises
    ------
    NetlistError
        Where no bin covers a size.
    UnknownName
        Where the technology has no such corner or device.
    ModelSetMissing
        Where there is no model file.
    """
    sections = technology.sections(corner)
    sizes = {(technology.device(name), width, length) for name, width, length in devices}
    file = model_file(technology)
    bins = [item for section in sections for item in bins_of(file, section)]
    used = {
        item for device, width, length in sizes for item in _chosen(bins, device, width, length)
    }
    text = "".join(item.text for item in bins if item in used)
    for name, value in technology.constants:
        text = re.sub(rf"(?<==)(\s*){re.escape(name)}\b", rf"\g<1>{value!r}", text)
    return text + "".join(_wrapper(device) for device in technology.devices) + _PASSIVES


def _chosen(bins: list[Bin], device: Device, width: float, length: float) -> list[Bin]:
    known = [item for item in bins if item.model == device.model.lower()]
    found = [item for item in known if item.covers(width, length)]
    if not found:
        given = f"W = {render(width, 'm')}, L = {render(length, 'm')}"
        raise NetlistError(
            f"{device.neutral}: no model of {device.model} covers {given}",
            [
                f"{letter} from {render(min(low for low, _ in spans), 'm', 6)}"
                f" to {render(max(high for _, high in spans), 'm', 6)}"
                for letter, spans in (
                    ("W", [item.width for item in known]),
                    ("L", [item.length for item in known]),
                )
                if spans
            ],
            "a size inside of these ranges; lengths are in metres, so 1 µm is 1u",
        )
    return found


def _wrapper(device: Device) -> str:
    """Return a transistor whose diffusions follow from its width unless an instance has its own."""
    d = device.diffusion
    return (
        f".subckt {device.neutral} d g s b w=1u l=1u as={{{d}*w}} ad={{{d}*w}} "
        f"ps={{2*(w+{d})}} pd={{2*(w+{d})}}\n"
        f"m0 d g s b {device.model} w={{w}} l={{l}} as={{as}} ad={{ad}} ps={{ps}} pd={{pd}} "
        f"delvto=0 mulu0=1\n"
        f".ends {device.neutral}\n"
    )


def bins_of(file: Path, section: str) -> tuple[Bin, ...]:
    """Return the binned models of one section, in the order of the file."""
    state = file.stat()
    return _bins(file, state.st_mtime_ns, state.st_size, section.lower())


@functools.lru_cache
def _bins(file: Path, mtime: int, size: int, section: str) -> tuple[Bin, ...]:
    lines = _sections(file, mtime, size).get(section)
    if lines is None:
        raise TechnologyError(
            f"the model file has no section {section}",
            [str(file)],
            "another version of the PDK, or unset PDK_ROOT to use the pinned one",
        )
    cards: list[list[str]] = []
    inside = False
    for line in lines:
        if line.startswith("+"):
            if inside:
                cards[-1].append(line)
        elif line and not line.startswith("*"):
            inside = _MODEL.match(line) is not None
            if inside:
                cards.append([line])
    return tuple(_bin(card) for card in cards)


def _bin(card: list[str]) -> Bin:
    text = "".join(f"{_COMMENT.sub('', line)}\n" for line in card)
    limits = {name.lower(): float(value) for name, value in _LIMIT.findall(text)}
    named = _MODEL.match(text)
    assert named is not None
    return Bin(
        model=named[1].lower(),
        text=text,
        length=(limits.get("lmin", 0.0), limits.get("lmax", math.inf)),
        width=(limits.get("wmin", 0.0), limits.get("wmax", math.inf)),
    )


@functools.lru_cache(maxsize=4)
def _sections(file: Path, _mtime: int, _size: int) -> dict[str, list[str]]:
    """Return the lines of every ``.lib NAME`` … ``.endl`` section; calls of sections stay lines."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in file.read_text(encoding="utf-8", errors="replace").splitlines():
        line = raw.strip()
        if line.startswith("."):
            words = line.lower().split()
            if words[0] == ".lib" and len(words) == 2:
                current = found.setdefault(words[1], [])
                continue
            if words[0] == ".endl":
                current = None
                continue
        if current is not None:
            current.append(line)
    return found
