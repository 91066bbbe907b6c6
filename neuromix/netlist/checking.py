"""What is wrong with a subcircuit before any simulator sees it.

ngspice meets a floating node with an invented voltage and reports success, so such circuits are
refused here, with the names of node and element.
"""

from __future__ import annotations

from collections import defaultdict

from neuromix.declare import Cell
from neuromix.errors import NetlistError, PortMismatch, SingularCircuit
from neuromix.netlist.parsing import Subcircuit

_CONDUCTING = {"nfet": (0, 2), "pfet": (0, 2), "res": (0, 1), "r": (0, 1), "l": (0, 1), "v": (0, 1)}


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


def check_nodes(subcircuit: Subcircuit) -> None:
    """Look for nodes that nothing holds.

    Raises
    ------
    SingularCircuit
        Where an inner node has one connection only, or only gates and capacitors.
    """
    touched: dict[str, list[str]] = defaultdict(list)
    held: set[str] = {"0", *subcircuit.ports}
    for element in subcircuit.elements:
        conducting = _CONDUCTING.get(element.kind)
        for position, node in enumerate(element.nodes):
            touched[node].append(element.name)
            # An unknown subcircuit may well hold its nodes; a capacitor never does.
            if element.kind in {"cap", "c"} or (
                conducting is not None and position not in conducting
            ):
                continue
            held.add(node)
    for node, elements in touched.items():
        inner = node not in subcircuit.ports and node != "0"
        if inner and len(elements) < 2:
            raise SingularCircuit(
                f"{subcircuit.name}: the node {node!r} floats",
                [f"only {elements[0]} of {subcircuit.file} connects to it"],
                "connect it, or correct its name",
            )
        if node not in held:
            raise SingularCircuit(
                f"{subcircuit.name}: no current path holds the node {node!r}",
                [f"only gates and capacitors connect to it: {', '.join(elements)}"],
                "give it a drain, a source or a resistor",
            )
