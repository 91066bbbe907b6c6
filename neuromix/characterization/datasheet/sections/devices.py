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
from neuromix.units import render

NAME, TITLE = "circuit", "Circuit and devices"


def section(evidence: Evidence) -> Section:
    """Return the schematic where there is one, ports, biases and the table of devices."""
    return Section(NAME, TITLE, tuple(_blocks(evidence)))


def gate_area(evidence: Evidence) -> float:
    """Return the sum of W·L over the transistors, m²."""
    sizes = dict(evidence.cell.realisation(evidence.technology.name).sizes)
    return sum(width * length for _, width, length in evidence.subcircuit.sizes(sizes))


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
                render(biases[port.name].current, "A") if port.name in biases else "",
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
    for element in evidence.subcircuit.elements:
        if element.name in transistors:
            width, length = transistors[element.name]
            law = evidence.technology.device(element.kind).mismatch
            threshold, mobility = law.sigmas(width, length)
            size = f"{width * 1e6:.4g} / {length * 1e6:.4g} µm"
            spread = (render(threshold, "V", 3), f"{100.0 * mobility:.2g} %")
        else:
            size, spread = _value(element.values, sizes), ("", "")
        rows.append((element.name, element.kind, " ".join(element.nodes), size, *spread))
    yield Table(
        ("element", "device", "nodes", "W / L or value", "σ threshold", "σ mobility"),
        rows,
        f"{len(transistors)} transistors with {gate_area(evidence) * 1e12:.4g} µm² of gate. Nodes "
        "of a transistor: drain, gate, source, bulk. σ: local mismatch by the technology's law, "
        "one standard deviation of a single device. Regions of operation are not stored in this "
        "campaign.",
        3,
    )


def _value(values: tuple[tuple[str, str], ...], sizes: dict[str, float]) -> str:
    """Return what a capacitor or resistor is worth."""
    units = {"c": "F", "r": "Ω"}
    found = []
    for key, text in values:
        name = text.strip("{} ")
        known = name in sizes and key in units
        found.append(render(sizes[name], units[key]) if known else f"{key}={text}")
    return ", ".join(found)
