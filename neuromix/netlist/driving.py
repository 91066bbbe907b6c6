"""The sources of a bench: constants, waveforms, the moving part of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuromix.declare import Bench, Constant, Current, Drive, Echo, Hold, Load, Sweep, Voltage
from neuromix.declare.drive import resolve
from neuromix.errors import BadValue, UnknownName
from neuromix.netlist.receiving import connect_echo, connect_load

HOLDING_INDUCTANCE = 1e12
"""H; with it a ``Hold`` is open above a nanohertz for any node of a cell."""


def connect_sweep(
    circuit: Any, bench: Bench, analysis: Sweep, values: Mapping[str, float]
) -> dict[str, float]:
    """Add the node whose voltage is the swept value, and return the gains of the ports.

    The source that ngspice steps runs from 0 to 1: its loop ends at an absolute 2e-13, which is
    nothing to that and much to a current.
    """
    start, stop = resolve(analysis.start, values), resolve(analysis.stop, values)
    points = resolve(analysis.points, values)
    if not start < stop or round(points) < 2:
        raise BadValue(
            f"bench {bench.name!r}: a sweep from {start:g} to {stop:g} in {points:g} points",
            cure="start below stop, and two points or more",
        )
    constant = {
        drive.port: type(drive)
        for drive in bench.drives
        if isinstance(drive, (Current, Voltage)) and isinstance(drive.waveform, Constant)
    }
    for port, _ in analysis.ports:
        if port not in constant:
            raise UnknownName(f"constant drive of bench {bench.name!r}", port, constant)
    if len({constant[port] for port, _ in analysis.ports}) != 1:
        raise BadValue(
            f"bench {bench.name!r} sweeps voltages and currents together",
            cure="ports that are all driven by voltages, or all by currents",
        )
    circuit.V("sweep_part", "sweep_part", circuit.gnd, 0.0)
    circuit.V("sweep_start", "sweep_start", circuit.gnd, start)
    circuit.VCVS("sweep", "sweep", "sweep_start", "sweep_part", circuit.gnd, stop - start)
    return dict(analysis.ports)


def connect(
    circuit: Any,
    drive: Drive,
    values: Mapping[str, float],
    *,
    small_signal: bool,
    gain: float,
) -> None:
    """Add the elements of one drive.

    Parameters
    ----------
    circuit : PySpice.Spice.Netlist.Circuit
        What is composed.
    drive : Drive
        Of the bench.
    values : mapping of str to float
        Bench parameters.
    small_signal : bool
        Whether it is the input of an ac or noise analysis.
    gain : float
        How much of a sweep its constant moves by; 0 for none.
    """
    port = drive.port
    if isinstance(drive, Hold):
        connect_hold(circuit, drive, values)
        return
    if isinstance(drive, Load):
        connect_load(circuit, drive, values)
        return
    if isinstance(drive, Echo):
        connect_echo(circuit, drive, values)
        return
    corners = drive.waveform.points(values)
    steady = isinstance(drive.waveform, Constant)
    if gain:
        value = corners[0][1]
        if isinstance(drive, Current):
            circuit.I(port, circuit.gnd, port, value)
            circuit.VCCS(port, circuit.gnd, port, "sweep", circuit.gnd, gain)
        else:
            circuit.V(port, port, f"{port}_sweep", value)
            circuit.VCVS(port, f"{port}_sweep", circuit.gnd, "sweep", circuit.gnd, gain)
    elif isinstance(drive, Current):
        if steady:
            circuit.I(port, circuit.gnd, port, _steady(corners[0][1], small_signal))
        else:
            circuit.PieceWiseLinearCurrentSource(port, circuit.gnd, port, values=list(corners))
    elif steady:
        circuit.V(port, port, circuit.gnd, _steady(corners[0][1], small_signal))
    else:
        circuit.PieceWiseLinearVoltageSource(port, port, circuit.gnd, values=list(corners))


def connect_hold(circuit: Any, drive: Hold, values: Mapping[str, float]) -> None:
    """Add a source that holds the port at dc and leaves it alone above."""
    node = f"{drive.port}_hold"
    circuit.V(node, node, circuit.gnd, resolve(drive.value, values))
    circuit.L(node, node, drive.port, HOLDING_INDUCTANCE)


def _steady(value: float, small_signal: bool) -> str | float:
    return f"dc {value!r} ac 1" if small_signal else value
