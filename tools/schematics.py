"""Draw ``netlists/NAME.svg``: the schematics that datasheets show.

Only places are given here. What is connected is read from the netlist: terminals of one node that
follow each other in a column or a row are joined by a wire, a gate by another to its own drain, and
every other terminal bears the name of its node. A drawing can be ugly, but not wrong.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass

import schemdraw
import schemdraw.elements as elm

from neuromix import library
from neuromix.data.files import replace_file
from neuromix.netlist.parsing import Element, Subcircuit, read_subcircuit

COLUMN, ROW = 4.7, 2.6
HALF = 0.75
"""From the middle of a device to its drain and source."""

GATE = 41.0 / 30.0
"""From the middle of a transistor to the end of its gate."""

WORD = "#2a6f97"
"""Colour of the names of nodes."""

PLACES: dict[str, tuple[str, ...]] = {
    "lif_neuron": (
        "- - - - - - xstarve",
        "- - xfeedback - - - xinverter_p",
        "- - - - - xfollower -",
        "xleak_replica xleak xreset xmembrane_cap xfollower_replica xfollower_bias xinverter_n",
        "- - - - - - -",
        "- xrefractory_p - - xrestore_p - xoutput_p",
        "- xrefractory_n - - xrestore_n - -",
        "xrefractory_replica xrefractory_bias xrefractory_cap xlimit_replica xlimit_bias - "
        "xoutput_n",
    ),
    "dpi_synapse": (
        "- xfloor - - xthreshold_replica xthreshold_cap xout xcopy -",
        "xleak_cap xleak_replica xleak xsynapse_cap - - - - -",
        "xfloor_bias - xpair_left - xpair_right - - - -",
        "- xweight_replica xweight - - - - - -",
        "- - xpulse - - - - xsink_diode xsink",
    ),
    "gilbert_multiplier": (
        "- xload_diode - - xload",
        "- xleft_left xleft_right xright_left xright_right",
        "- xlower_left - - xlower_right",
        "xtail_replica - xtail - -",
    ),
    "gm_c_integrator": (
        "- xload_diode xload -",
        "- xpair_p xpair_n -",
        "xtail_replica xtail - xcap",
    ),
    "axon_hillock": (
        "- - xfirst_p xsecond_p - -",
        "- xreset_switch xfirst_n xsecond_n - -",
        "xreset_replica xreset - - xmembrane_cap xfeedback_cap",
    ),
    "izhikevich_neuron": (
        "xmirror xfeedback - - xslow xlift xload xload_out xinverter_p",
        "xsquare xleak xreset xmembrane_cap xslow_leak xslow_cap xreference xinput xinverter_n",
        "- - - - - xtail_replica xtail - -",
    ),
    "address_event_stage": (
        "xset_spike - - - xrelease_armed - -",
        "xset_request xlatch_keep_p xlatch_p xfree_p xrelease_free xkeep_p xdrive_p",
        "xreset xlatch_keep_n xlatch_n xfree_n xjoin_spike xkeep_n xdrive_n",
        "- - - - xjoin_armed - -",
        "- - - - xjoin_free - -",
    ),
    "analog_memory": ("xswitch_n xswitch_p xhold_cap",),
    "comparator": (
        "- xload_diode xload xfirst_p xout_p",
        "- xpair_p xpair_n xfirst_n xout_n",
        "xtail_replica xtail - xstarve -",
    ),
}
"""Rows of devices from the top; a dash is an empty place."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Terminal:
    """An end of a device; its side is ``"gate"``, ``"top"`` or ``"bottom"``."""

    element: str
    node: str
    at: Point
    side: str


def places_of(name: str) -> dict[str, Point]:
    """Return the middle of each device of a drawing."""
    return {
        device: (COLUMN * column, -ROW * row)
        for row, line in enumerate(PLACES[name])
        for column, device in enumerate(line.split())
        if device != "-"
    }


def terminals_of(element: Element, at: Point) -> list[Terminal]:
    """Return the ends of a device, bulk left out."""
    x, y = at
    if len(element.nodes) == 2:
        top, bottom = element.nodes
        return [
            Terminal(element.name, top, (x, y + HALF), "top"),
            Terminal(element.name, bottom, (x, y - HALF), "bottom"),
        ]
    drain, gate, source, _ = element.nodes
    top, bottom = (drain, source) if element.kind == "nfet" else (source, drain)
    return [
        Terminal(element.name, top, (x, y + HALF), "top"),
        Terminal(element.name, bottom, (x, y - HALF), "bottom"),
        Terminal(element.name, gate, (x - GATE, y), "gate"),
    ]


def draw(name: str) -> bytes:
    """Return the drawing of a cell as SVG."""
    cell, subcircuit = library.cell(name), read_subcircuit(library.netlist_file(name))
    places = places_of(name)
    names = {element.name for element in subcircuit.elements}
    if names != set(places):
        raise SystemExit(f"{name}: drawn and declared devices differ: {names ^ set(places)}")
    schemdraw.use("svg")
    schemdraw.svgconfig.text = "text"
    drawing = schemdraw.Drawing(show=False, margin=0.9, fontsize=11, lw=1.4, font="sans-serif")
    terminals: list[Terminal] = []
    for element in subcircuit.elements:
        _device(drawing, element, places[element.name])
        terminals += terminals_of(element, places[element.name])
    rails = {"up": cell.ports_of("supply"), "down": cell.ports_of("ground")}
    joined = _wires(drawing, terminals, {*rails["up"], *rails["down"]})
    for end in terminals:
        if end not in joined:
            _name(drawing, end, rails)
    _note(drawing, subcircuit, places)
    text = drawing.get_imagedata("svg").decode()
    return re.sub(r"-?\d+\.\d+(?:e-\d+)?", _rounded, text).encode() + b"\n"


def _rounded(number: re.Match[str]) -> str:
    """Write a coordinate without the noise of its last digits."""
    return f"{round(float(number[0]), 2) + 0.0:g}"


def _device(drawing: schemdraw.Drawing, element: Element, at: Point) -> None:
    x, y = at
    if len(element.nodes) == 2:
        symbol = elm.Capacitor() if element.kind == "cap" else elm.ResistorIEC()
        drawing += symbol.at((x, y + HALF)).to((x, y - HALF))
    else:
        kind = elm.NFet if element.kind == "nfet" else elm.PFet
        drawing += kind().theta(0).reverse().at((x, y + HALF))
    drawing += elm.Label().at((x + 0.22, y + 0.24)).label(element.name, halign="left", fontsize=8.5)


def _wires(drawing: schemdraw.Drawing, terminals: list[Terminal], rails: set[str]) -> set[Terminal]:
    """Draw wires between terminals of one node; return those that need no name of their own."""
    named: set[Terminal] = set()
    wires: Counter[Terminal] = Counter()
    ends = [end for end in terminals if end.side != "gate"]
    for across in (0, 1):
        lines: dict[float, list[Terminal]] = defaultdict(list)
        for end in ends:
            lines[round(end.at[across], 6)].append(end)
        for line in lines.values():
            line.sort(key=lambda end: end.at[1 - across])
            for one, other in itertools.pairwise(line):
                same = one.node == other.node and one.node not in rails
                if same and one.element != other.element and _near(one, other, across):
                    drawing += elm.Line().at(one.at).to(other.at)
                    if not {one, other} & named:
                        x, y = (0.5 * (p + q) for p, q in zip(one.at, other.at, strict=True))
                        _word(drawing, one.node, (x + 0.2 * (1 - across), y + 0.2 * across))
                    named |= {one, other}
                    wires.update((one, other))
    for end, count in wires.items():
        if count > 1:
            drawing += elm.Dot(radius=0.07).at(end.at)
    for gate in terminals:
        if gate.side != "gate":
            continue
        diode = next((t for t in ends if (t.element, t.node) == (gate.element, gate.node)), None)
        if diode is not None:
            corner = (gate.at[0], diode.at[1])
            drawing += elm.Line().at(gate.at).to(corner)
            drawing += elm.Line().at(corner).to(diode.at)
            drawing += elm.Dot(radius=0.07).at(diode.at)
            named.add(gate)
    return named


def _near(one: Terminal, other: Terminal, across: int) -> bool:
    """Tell whether a wire is short enough beside its neighbours: any height, one or two columns."""
    return not across or abs(one.at[0] - other.at[0]) <= 2.0 * COLUMN + 1e-6


def _word(drawing: schemdraw.Drawing, text: str, at: Point, align: str = "left") -> None:
    """Write the name of a node."""
    drawing += elm.Label().at(at).label(text, halign=align, fontsize=10, color=WORD)


def _name(drawing: schemdraw.Drawing, end: Terminal, rails: dict[str, tuple[str, ...]]) -> None:
    """Draw the rail that a terminal stands at, or write the name of its node."""
    x, y = end.at
    if end.side == "gate":
        place, align = (x - 0.15, y), "right"
    elif end.node in rails["up"] and end.side == "top":
        drawing += elm.Vdd().at(end.at).label(end.node, fontsize=9)
        return
    elif end.node in rails["down"] and end.side == "bottom":
        drawing += elm.GroundSignal(lead=False).at(end.at)
        return
    else:
        stub = 0.2 if end.side == "top" else -0.2
        drawing += elm.Line().at(end.at).to((x, y + stub))
        place, align = (x + 0.2, y + stub), "left"
    _word(drawing, end.node, place, align)


def _note(drawing: schemdraw.Drawing, subcircuit: Subcircuit, places: dict[str, Point]) -> None:
    """Say where the bulks are."""
    bulks: dict[str, set[str]] = defaultdict(set)
    for element in subcircuit.elements:
        if len(element.nodes) == 4:
            bulks[element.kind].add(element.nodes[3])
    words = [f"{kind} at {', '.join(sorted(nodes))}" for kind, nodes in sorted(bulks.items())]
    lowest = min(y for _, y in places.values())
    drawing += (
        elm.Label()
        .at((-GATE, lowest - 2.0))
        .label(f"bulks: {'; '.join(words)}", halign="left", fontsize=9)
    )


def main(names: tuple[str, ...]) -> None:
    """Draw the named cells, or all that have places."""
    for name in names or tuple(PLACES):
        print(replace_file(library.netlist_file(name).with_suffix(".svg"), draw(name)))  # noqa: T201


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
