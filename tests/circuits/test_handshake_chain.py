"""A link in transistors against the fabric: a chain of stages, each the receiver of the one before.

The fabric adds up one stage's model: hops in series give the latency, and the cycle is that of a
stage whose receiver answers as such a stage does. Here stages stand in a row, wires between them,
before them a sender that is never silent, and behind them a receiver. Both answer each edge after
the latency of one more stage.
"""

from __future__ import annotations

import numpy as np
import pytest
from PySpice.Spice.Netlist import Circuit

import neuromix as nmx
from neuromix import library
from neuromix.array.passage import passage_of
from neuromix.declare import Echo, Load, Transient
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.measure import crossings
from neuromix.netlist.foreign import deck_of_circuit
from neuromix.netlist.parsing import read_subcircuit
from neuromix.netlist.receiving import connect_echo, connect_load
from neuromix.pdk.cards import device_cards

STAGE, SUPPLY, HALF = "address_event_stage", 1.8, 0.9
HOPS = 4
GATES = 14e-15
"""F of a stage's load that are the gates of the two stages beside it, by their areas."""

ALLOWED = 0.08
"""The gates of a stage beside it load a wire less than their areas say while they are off, and
edges are no straight lines."""


def link(wire: float, answer: float) -> Circuit:
    """Return the circuit of a row of stages whose sender is never silent; F and s."""
    cell = nmx.cell(STAGE)
    subcircuit = read_subcircuit(library.netlist_file(STAGE))
    sizes = dict(cell.realisation("gf180mcu").sizes)
    devices = [(element.kind, w, length) for element, w, length in subcircuit.sizes(sizes)]
    inner = {"armed": SUPPLY, "free": SUPPLY, "idle": SUPPLY, "disarmed": 0.0}
    start = [f"v(xs{k}.{node})={v}" for k in range(HOPS) for node, v in inner.items()]
    start += [f"v(r{k})=0" for k in range(HOPS + 2)]
    circuit = Circuit("link")
    circuit.raw_spice = (
        device_cards(library.technology("gf180mcu"), "tt", devices)
        + subcircuit.text(sizes)
        + f".ic {' '.join(start)}\n"
    )
    circuit.V("dd", "vdd", circuit.gnd, SUPPLY)
    go = [(0.0, 0.0), (1e-9, 0.0), (1.1e-9, SUPPLY)]
    circuit.PieceWiseLinearVoltageSource("go", "go", circuit.gnd, values=go)
    connect_echo(circuit, Echo("taken", "r1", answer), {})
    circuit.VCVS("sender", "r0", circuit.gnd, "go", "taken", voltage_gain=1.0)
    for k in range(HOPS):
        circuit.X(f"s{k}", STAGE, f"r{k}", f"r{k + 1}", f"r{k + 2}", "vdd", "0")
        connect_load(circuit, Load(f"r{k + 1}", wire - GATES), {})
    connect_echo(circuit, Echo(f"r{HOPS + 1}", f"r{HOPS}", answer), {})
    return circuit


@pytest.mark.ngspice
@pytest.mark.parametrize("wire", [30e-15, 50e-15, 150e-15])
def test_a_row_of_stages_is_as_fast_as_the_fabric_says(wire: float) -> None:
    model = nmx.model(STAGE)
    answer = float(np.asarray(model.dynamics.latency_at(wire)))
    passage = passage_of(model, wire, 2 ** (HOPS - 1))
    events = 8
    stop = 2e-9 + passage.latency + 1.3 * events * passage.cycle_time
    deck = deck_of_circuit(
        link(wire, answer),
        Transient(stop, 5e-11),
        [f"r{k}" for k in range(HOPS + 1)] + ["i(vdd)"],
        nmx.cell(STAGE).bench("handshake").settings,
    )
    with NgspiceEngine(1) as engine:
        outcome = engine.run([Job(deck, keep=(0,))])[0][0]
    assert not outcome.failure, outcome.reason
    rises = [
        crossings(outcome.waves["time"], outcome.waves[f"r{k}"], HALF) for k in range(HOPS + 1)
    ]
    assert len({len(of) for of in rises[1:-1]}) <= 2, "an event was lost or made twice"
    # The sender's first edge is sharper than a stage's, so that the first hop is left out.
    latency = (rises[HOPS][0] - rises[1][0]) / (HOPS - 1)
    cycle = float(np.diff(rises[HOPS])[2:].mean())
    assert latency == pytest.approx(passage.latency / HOPS, rel=ALLOWED), (latency, cycle)
    assert cycle == pytest.approx(passage.cycle_time, rel=ALLOWED)
