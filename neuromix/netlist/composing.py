"""Composes decks with PySpice: the cell, its supply and biases, the drives of a bench."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from neuromix.declare import (
    Bench,
    Cell,
    Condition,
    Echo,
    FrequencyResponse,
    Noise,
    Realisation,
    Settings,
    Sweep,
)
from neuromix.declare.drive import resolve
from neuromix.errors import BadValue, UnknownName
from neuromix.netlist.asking import (
    check_signal,
    command_of,
    vectors_of,
)
from neuromix.netlist.checking import check_devices, check_nodes, check_ports
from neuromix.netlist.deck import Deck, Transistor
from neuromix.netlist.driving import connect, connect_sweep
from neuromix.netlist.parsing import Subcircuit
from neuromix.units import celsius

Cards = Callable[[Iterable[tuple[str, float, float]]], tuple[str, str]]
"""From (neutral device, width, length) to model cards and the identity of their set."""


def compose(
    cell: Cell,
    bench: Bench,
    realisation: Realisation,
    subcircuit: Subcircuit,
    cards: Cards,
    condition: Condition,
    overrides: Mapping[str, float] | None = None,
    bias_voltages: Mapping[str, float] | None = None,
) -> Deck:
    """Compose the deck of one cell on one bench at one condition.

    Parameters
    ----------
    cell, bench, realisation, subcircuit
        What is simulated.
    cards : callable
        Gives the model cards for the devices in use.
    condition : Condition
        Corner, temperature, supply.
    overrides : mapping of str to float, optional
        Values for bench parameters and for sizes of the cell.
    bias_voltages : mapping of str to float, optional
        Holds these bias ports at ideal voltages, V; the others get their currents.

    Raises
    ------
    NetlistError
        Where netlist and declaration do not fit each other.
    UnknownName
        Where an override names neither a bench parameter nor a size.
    """
    check_ports(cell, subcircuit)
    check_devices(subcircuit)
    check_nodes(subcircuit)
    sizes = dict(realisation.sizes)
    known = {item.name for item in bench.parameters}
    given = dict(overrides or {})
    for name in given:
        if name not in known and name not in sizes:
            raise UnknownName(
                f"parameter of {cell.name} on {bench.name!r}", name, known | set(sizes)
            )
    sizes.update({name: given[name] for name in given if name in sizes})
    for name, size in sizes.items():
        if not 0.0 < size < math.inf:
            raise BadValue(f"{cell.name}: {name} = {size:g} is no size", cure="a positive number")
    values = bench.values({name: given[name] for name in given if name in known})
    supply = realisation.supply if condition.supply is None else condition.supply
    if not 0.0 < supply < math.inf:
        raise BadValue(f"{cell.name}: no supply has {supply:g} V", cure="a positive voltage")
    values["supply"] = supply

    transistors = subcircuit.sizes(sizes)
    text, identity = cards((element.kind, width, length) for element, width, length in transistors)
    ground = cell.ports_of("ground")
    nodes = {name: "0" if name in ground else name for name in subcircuit.ports}

    known_nodes = {*nodes, *(node for item in subcircuit.elements for node in item.nodes)}
    for name in (*bench.keep, *(name for name, _ in bench.initial)):
        # A dot leads into a subcircuit whose nodes are not known here.
        if not name.startswith("i(") and "." not in name and name not in known_nodes:
            raise UnknownName(f"node of {cell.name} (bench {bench.name!r})", name, known_nodes)

    circuit = _new_circuit(f"{cell.name} {bench.name}")
    circuit.X("cell", subcircuit.name, *nodes.values())
    for name in cell.ports_of("supply"):
        circuit.V(name, name, circuit.gnd, supply)
    for bias in realisation.biases:
        if bias_voltages is not None and bias.port in bias_voltages:
            circuit.V(bias.port, bias.port, circuit.gnd, bias_voltages[bias.port])
        else:
            ends = (cell.ports_of("supply")[0], bias.port)
            source, drain = ends if bias.current >= 0.0 else (bias.port, "0")
            circuit.I(bias.port, source, drain, abs(bias.current))
    analysis = bench.analysis
    signal = analysis.input if isinstance(analysis, Noise | FrequencyResponse) else None
    check_signal(bench, signal)
    gains = connect_sweep(circuit, bench, analysis, values) if isinstance(analysis, Sweep) else {}
    for drive in bench.drives:
        for port in (drive.port, *((drive.of,) if isinstance(drive, Echo) else ())):
            if port not in nodes:
                raise UnknownName(f"port of {cell.name}", port, nodes)
        gain = gains.get(drive.port, 0.0)
        connect(circuit, drive, values, small_signal=drive.port == signal, gain=gain)

    statements = [
        subcircuit.text(sizes),
        options_line(bench.settings, condition),
        *(
            f".ic v({nodes.get(name, f'xcell.{name}')})={resolve(value, values):.12g}\n"
            for name, value in bench.initial
        ),
    ]
    command, axis, stop = command_of(bench.analysis, bench.drives, values)
    return Deck(
        title=f"{cell.name} on bench {bench.name}",
        circuit="".join(statements) + _body(circuit),
        cards=text,
        models=identity,
        command=command,
        vectors=vectors_of(
            bench, nodes, {*cell.ports_of("supply"), *_held(realisation, bias_voltages)}, axis
        ),
        axis=axis,
        stop=stop,
        transistors=tuple(
            Transistor(f"m.xcell.{element.name}.m0", element.kind, width, length)
            for element, width, length in transistors
        ),
    )


def _new_circuit(title: str) -> Any:
    from PySpice.Spice.Netlist import Circuit

    return Circuit(title)


def _body(circuit: Any) -> str:
    lines = str(circuit).splitlines()
    return "".join(f"{line}\n" for line in lines if line and not line.startswith(".title"))


def options_line(settings: Settings, condition: Condition) -> str:
    """Return ngspice's line of options for these settings at the temperature of the condition."""
    pairs = " ".join(f"{name}={value}" for name, value in settings.options())
    return f".options {pairs} temp={celsius(condition.temperature)!r} noacct\n"


def _held(realisation: Realisation, bias_voltages: Mapping[str, float] | None) -> set[str]:
    return {bias.port for bias in realisation.biases} & set(bias_voltages or ())
