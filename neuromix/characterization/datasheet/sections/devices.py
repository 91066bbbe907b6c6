"""The circuit: its drawing and its devices."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from neuromix import library
from neuromix.characterization.datasheet.content import (
    Block,
    ForeignPicture,
    Section,
    Sentence,
    Table,
)
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.datasheet.wording import told
from neuromix.characterization.operating_point import usual_bench
from neuromix.characterization.published import gate_area

NAME, TITLE = "circuit", "Circuit and devices"

COLUMNS = ("region", "current", "gm", "gm / current", "margin")
"""Of the operating point."""


def section(evidence: Evidence) -> Section:
    """Return the schematic where there is one, ports, biases and the table of devices."""
    return Section(NAME, TITLE, tuple(_blocks(evidence)))


def _blocks(evidence: Evidence) -> Iterator[Block]:
    drawing = library.netlist_file(evidence.cell.name).with_suffix(".svg")
    if drawing.is_file():
        content = base64.b64encode(drawing.read_bytes()).decode("ascii")
        yield ForeignPicture(content, "schematic", "Schematic; names as in the netlist.")
    else:
        yield Sentence("No schematic has been drawn for this cell; the table is its netlist.")
    realisation = evidence.cell.realisation(evidence.technology.name)
    biases = {item.port: item for item in realisation.biases}
    yield Table(
        ("port", "role", "meaning", "bias current"),
        [
            (
                port.name,
                port.role,
                port.meaning,
                told(biases[port.name].current, "A") if port.name in biases else "",
            )
            for port in evidence.cell.ports
        ],
        "A positive bias current flows into the cell, into a replica inside of it.",
        3,
    )
    sizes = dict(realisation.sizes)
    transistors = {
        element.name: (width, length) for element, width, length in evidence.subcircuit.sizes(sizes)
    }
    rows = []
    points = _operating_points(evidence)
    for element in evidence.subcircuit.elements:
        if element.name in transistors:
            width, length = transistors[element.name]
            law = evidence.technology.device(element.kind).mismatch
            threshold, mobility = law.sigmas(width, length)
            size = f"{width * 1e6:.4g} / {length * 1e6:.4g} µm"
            spread = (told(threshold, "V", 3), f"{100.0 * mobility:.2g} %")
        else:
            size, spread = _value(element.values, sizes), ("", "")
        nothing = ("",) * len(COLUMNS) if points else ()
        point = points.get(element.name, nothing)
        rows.append((element.name, element.kind, " ".join(element.nodes), size, *spread, *point))
    where = (
        "Region, current, gm and margin: at rest on the bench "
        f"“{usual_bench(evidence.cell).name}”, {evidence.condition}; the margin is the "
        "drain-source voltage beyond saturation, none in triode."
        if points
        else "This campaign stored no operating points, so regions and margins are not known."
    )
    yield Table(
        (
            "element",
            "device",
            "nodes",
            "W / L or value",
            "σ threshold",
            "σ mobility",
            *(COLUMNS if points else ()),
        ),
        rows,
        f"{len(transistors)} transistors with "
        f"{gate_area(evidence.subcircuit, sizes) * 1e12:.4g} µm² of gate. Nodes of a transistor: "
        "drain, gate, source, bulk. σ: local mismatch by the technology's law, "
        f"one standard deviation of a single device. {where}",
        3,
    )


def _operating_points(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Return the cells of :data:`COLUMNS` by element; nothing where none were stored."""
    data = evidence.data
    if "device_region" not in data:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for k, element in enumerate(data["element"].values):
        current, gm, efficiency, headroom = (
            float(data[f"device_{name}"].values[k])
            for name in ("drain_current", "transconductance", "efficiency", "headroom")
        )
        region = str(data["device_region"].values[k])
        off = region == "off"
        found[str(element)] = (
            region,
            told(abs(current), "A", 3),
            "" if off else told(gm, "S", 3),
            "" if off else f"{efficiency:.3g} /V",
            "" if off or headroom < 0.0 else told(headroom, "V", 3),
        )
    return found


def _value(values: tuple[tuple[str, str], ...], sizes: dict[str, float]) -> str:
    """Return what a capacitor or resistor is worth."""
    units = {"c": "F", "r": "Ω"}
    found = []
    for key, text in values:
        name = text.strip("{} ")
        known = name in sizes and key in units
        found.append(told(sizes[name], units[key]) if known else f"{key}={text}")
    return ", ".join(found)
