"""The whole model set of a technology, as its foundry means it to be used: to check ours against.

A deck with it names a file of this machine and takes long to load, and the set may leave an option
of scale behind in the process that ran it; so nothing is simulated with it but a comparison.
"""

from __future__ import annotations

import re

from neuromix.declare import Technology
from neuromix.errors import TechnologyError
from neuromix.pdk.bins import section_lines, section_names
from neuromix.pdk.cards import PASSIVES, header, wrapper
from neuromix.pdk.expressions import Parameters, assignments
from neuromix.pdk.location import model_file
from neuromix.pdk.subcircuits import outside, packaged

_WORD = re.compile(r"[a-z_]\w*")


def whole_set(technology: Technology, corner: str) -> str:
    """Return what loads the untrimmed sections of a corner, and the wrappers of our devices.

    A name that the sections use and no section of the corner defines has the first value that the
    file gives it elsewhere, which is that of its typical corner.

    Raises
    ------
    UnknownName
        Where the technology has no such corner.
    ModelSetMissing
        Where there is no model file.
    """
    file = model_file(technology)
    sections = technology.sections(corner)
    given = dict(technology.constants)
    used: set[str] = set()
    defined = {name.lower() for name in given}
    for section in sections:
        lines = section_lines(file, section)
        used.update(*(_WORD.findall(line.lower()) for line in lines))
        defined.update(name for name, _ in _parameters(lines))
    others = [name for name in section_names(file) if name not in sections]
    for name, text in (
        pair for other in others for pair in _parameters(section_lines(file, other))
    ):
        if name in used - defined:
            defined.add(name)
            given |= _number(name, text)
    parts = [f".param {name}={value!r}\n" for name, value in given.items()]
    parts += [f".lib '{file}' {section}\n" for section in sections]
    for device in technology.devices:
        inner = packaged(technology, file, corner, device.model)
        if inner is None:
            parts.append(wrapper(device, device.model))
        else:
            per = 1.0 / inner.scale
            lengths = " ".join(f"{name}={{{name}*{per!r}}}" for name in ("w", "l", "ps", "pd"))
            areas = " ".join(f"{name}={{{name}*{per * per!r}}}" for name in ("as", "ad"))
            parts.append(
                f"{header(device)}\nx0 d g s b {device.model} {lengths} {areas}\n"
                f".ends {device.neutral}\n"
            )
    return "".join(parts) + PASSIVES


def _parameters(lines: tuple[str, ...]) -> list[tuple[str, str]]:
    statements = [item for item in outside(lines) if item.lower().startswith(".param")]
    return [pair for item in statements for pair in assignments(item)]


def _number(name: str, text: str) -> dict[str, float]:
    try:
        value = Parameters(()).resolved(text)
    except TechnologyError:
        return {}
    return {name: value} if isinstance(value, float) else {}
