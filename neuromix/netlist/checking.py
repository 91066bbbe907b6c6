"""What is wrong with a subcircuit before any simulator sees it.

ngspice meets a floating node with an invented voltage and reports success, so such circuits are
refused here, with the names of node and element.
"""

from __future__ import annotations

import difflib
from collections import defaultdict

from neuromix.declare import Cell
from neuromix.errors import NetlistError, PortMismatch, SingularCircuit
from neuromix.netlist.parsing import Subcircuit

NEUTRAL = ("nfet", "pfet", "cap", "res")
"""What every technology defines."""

_TWO_ENDS = (0, 1)
_CONDUCTING: dict[str, tuple[int, ...]] = {
    "nfet": (0, 2),
    "pfet": (0, 2),
    "cap": (),
    **dict.fromkeys(("res", "r", "l", "v"), _TWO_ENDS),
}
"""Positions of the nodes between which a direct current can flow."""


def check_ports(cell: Cell, subcircuit: Subcircuit) -> None:
    """Compare the ports of declaration and netlist.

    Raises
    ------
    PortMismatch
        Where they differ in name or order.
    """
    declared = tuple(port.name for port in cell.ports)
    if declared != subcircuit.ports:
        raise PortMismatch(
            f"{cell.name}: ports of declaration and netlist differ",
            [f"declaration: {' '.join(declared)}", f"netlist:     {' '.join(subcircuit.ports)}"],
            f"the same names in the same order in {subcircuit.file} and the declaration",
        )
    if cell.name != subcircuit.name:
        raise NetlistError(
            f"{subcircuit.file} holds the subcircuit {subcircuit.name!r}, not {cell.name!r}",
            cure="the same name for file, subcircuit and cell",
        )


def check_devices(subcircuit: Subcircuit) -> None:
    """Refuse an instance of what no technology defines.

    Raises
    ------
    NetlistError
        With the near names.
    """
    for element in subcircuit.elements:
        if len(element.kind) > 1 and element.kind not in NEUTRAL:
            near = difflib.get_close_matches(element.kind, NEUTRAL)
            what = "the cell itself" if element.kind == subcircuit.name else "no neutral device"
            raise NetlistError(
                f"{subcircuit.file}:{element.line}: {element.name} is {element.kind!r}, {what}",
                [f"neutral devices: {', '.join(NEUTRAL)}"],
                " or ".join(near) or 'one of them, or devices="native" for those of the technology',
            )


def check_nodes(subcircuit: Subcircuit) -> None:
    """Look for nodes that nothing holds.

    Raises
    ------
    SingularCircuit
        Where an inner node has one connection only, or no current path to a port.
    """
    touched: dict[str, list[str]] = defaultdict(list)
    paths: dict[str, set[str]] = defaultdict(set)
    for element in subcircuit.elements:
        for node in element.nodes:
            touched[node].append(element.name)
        # An unknown subcircuit may well join its nodes; a capacitor or a current source never does.
        joined = _CONDUCTING.get(element.kind, () if len(element.kind) == 1 else None)
        ends = element.nodes if joined is None else [element.nodes[k] for k in joined]
        for node in ends:
            paths[node].update(ends)
    outside = {"0", *subcircuit.ports}
    held, waiting = set(outside), list(outside)
    while waiting:
        fresh = paths[waiting.pop()] - held
        held |= fresh
        waiting += fresh
    for node, elements in touched.items():
        if node not in outside and len(elements) < 2:
            raise SingularCircuit(
                f"{subcircuit.name}: the node {node!r} floats",
                [f"{subcircuit.where(elements[0])}: only {elements[0]} connects to it"],
                "connect it, or correct its name",
            )
        if node not in held:
            raise SingularCircuit(
                f"{subcircuit.name}: no current path holds the node {node!r}",
                [
                    f"{subcircuit.where(elements[0])}: no drain, source or resistor leads to a port"
                    f" from {', '.join(elements[:8])}"
                ],
                "give it a drain, a source or a resistor",
            )
