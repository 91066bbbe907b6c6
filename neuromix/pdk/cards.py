"""The part of a model file that one circuit needs.

A foundry's file holds hundreds of binned models, of which a circuit uses a handful. With only the
bins in use a deck is short and names no path, and every bit of a drain current stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from neuromix.declare import Device, Technology
from neuromix.errors import NetlistError
from neuromix.pdk.bins import Bin, bins_of
from neuromix.pdk.location import model_file
from neuromix.pdk.subcircuits import Packaged, packaged
from neuromix.units import render

SHIFTS = "delvto=0 mulu0=1"
"""Values of an instance that mismatch alters."""

_LEVEL_1 = re.compile(r"\blevel\s*=\s*1(?![\d.])", re.IGNORECASE)

PASSIVES = """\
.subckt cap a b c=1p
c0 a b {c}
.ends cap
.subckt res a b r=1k
r0 a b {r}
.ends res
"""


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
    taken_out = {
        device: found
        for device in technology.devices
        if (found := packaged(technology, file, corner, device.model)) is not None
    }
    direct = [size for size in sizes if size[0] not in taken_out]
    bins = [item for section in sections for item in bins_of(file, section)] if direct else []
    text = _used(bins, direct)
    for name, value in technology.constants:
        text = re.sub(rf"(?<==)(\s*){re.escape(name)}\b", rf"\g<1>{value!r}", text)
    for device in technology.devices:
        inner = taken_out.get(device)
        if inner is None:
            text += wrapper(device, device.model, _shifts(bins, device))
        else:
            cards = _used(inner.bins, [size for size in sizes if size[0] == device], inner.card)
            text += wrapper(device, inner.card, _values(inner), cards)
    return text + PASSIVES


def _used(
    bins: Sequence[Bin], sizes: Iterable[tuple[Device, float, float]], card: str | None = None
) -> str:
    """Return the text of the bins that some sizes need, in the order of the file."""
    used = {item for size in sizes for item in _chosen(bins, card, *size)}
    return "".join(item.text for item in bins if item in used)


def _chosen(
    bins: Sequence[Bin], card: str | None, device: Device, width: float, length: float
) -> list[Bin]:
    known = [item for item in bins if item.model == (card or device.model).lower()]
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


def _shifts(bins: Sequence[Bin], device: Device) -> str:
    """Return the values by which mismatch shifts a device; the oldest model, level 1, has none."""
    cards = (item.text for item in bins if item.model == device.model.lower())
    return "" if any(_LEVEL_1.search(text) for text in cards) else SHIFTS


def _values(inner: Packaged) -> str:
    """Return the values of an instance beside its geometry, both shifts of mismatch among them."""
    given = {"delvto": "0", "mulu0": "1"} | dict(inner.values)
    return " ".join(f"{name}={value}" for name, value in given.items())


def header(device: Device) -> str:
    """Return the first line of the subcircuit that a netlist instantiates, sizes in metres."""
    d = device.diffusion
    return (
        f".subckt {device.neutral} d g s b w=1u l=1u as={{{d}*w}} ad={{{d}*w}} "
        f"ps={{2*(w+{d})}} pd={{2*(w+{d})}}"
    )


def wrapper(device: Device, model: str, values: str = SHIFTS, cards: str = "") -> str:
    """Return a transistor whose diffusions follow from its width unless an instance has its own."""
    return (
        f"{header(device)}\n"
        f"m0 d g s b {model} w={{w}} l={{l}} as={{as}} ad={{ad}} ps={{ps}} pd={{pd}} "
        f"{values}\n{cards}"
        f".ends {device.neutral}\n"
    )
