"""What hangs on the outputs of a cell on its bench: wires, and receivers that answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuromix.declare import Echo, Load
from neuromix.declare.drive import resolve

LINE_RESISTANCE = 1e6
"""Ohm, of the ideal line that delays an ``Echo``; matched at its start, so that nothing returns."""

OPEN_END = 1e12
"""Ohm at the end of that line."""


def connect_load(circuit: Any, drive: Load, values: Mapping[str, float]) -> None:
    """Hang a capacitor on a port."""
    capacitance = resolve(drive.capacitance, values)
    circuit.C(f"{drive.port}_load", drive.port, circuit.gnd, capacitance)


def connect_echo(circuit: Any, drive: Echo, values: Mapping[str, float]) -> None:
    """Copy one port into a matched line, and its open end to the other port."""
    ground, name = circuit.gnd, f"{drive.port}_echo"
    begin, end, copy = (f"{name}_{part}" for part in ("begin", "end", "copy"))
    circuit.VCVS(copy, copy, ground, drive.of, ground, voltage_gain=1.0)
    circuit.R(begin, copy, begin, LINE_RESISTANCE)
    circuit.LosslessTransmissionLine(
        name,
        begin,
        ground,
        end,
        ground,
        impedance=LINE_RESISTANCE,
        time_delay=resolve(drive.delay, values),
    )
    circuit.R(end, end, ground, OPEN_END)
    circuit.VCVS(name, drive.port, ground, end, ground, voltage_gain=1.0)
