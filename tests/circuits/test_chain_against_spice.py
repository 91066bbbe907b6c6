"""The whole chain in one deck of 142 transistors against the array: converter, synapses, neuron.

Bits and pulses of some 40 address events drive a dac_synapse into a dpi_synapse into a lif_neuron,
an idle inhibitory dpi_synapse beside it, nominal devices. The array composes three models that were
fitted apart from each other; what they cost each other (the converter's load, the membrane's
voltage) shows here. The converter was first characterized at 0.4 V, though its load stands at 0.54
to 0.63 V: the array was 1.8 % fast under these stimuli, which this test catches. It is 0.9 % fast
now; the bound was set after that was known.
"""

from __future__ import annotations

import numpy as np
import pytest
from PySpice.Spice.Netlist import Circuit

import neuromix as nmx
from neuromix import library
from neuromix.comparison.spikes import match_spikes
from neuromix.data.randomness import generator
from neuromix.declare import Settings, Transient
from neuromix.engine.job import Job
from neuromix.engine.messages import MeasureCall
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.foreign import deck_of_circuit
from neuromix.netlist.parsing import read_subcircuit
from neuromix.pdk.cards import device_cards

CELLS = ("dac_synapse", "dpi_synapse", "lif_neuron")
SUPPLY, SETUP, WIDTH, LATENCY, DURATION = 1.8, 5e-6, 2e-6, 20e-9, 20e-3
EDGE = 1e-8


def gate(times, width):
    """Return the corners of pulses on a digital line."""
    corners = [(0.0, 0.0)]
    for t in times:
        corners += [(t - EDGE / 2, 0.0), (t + EDGE / 2, SUPPLY)]
        corners += [(t + width - EDGE / 2, SUPPLY), (t + width + EDGE / 2, 0.0)]
    return [(float(t), float(v)) for t, v in corners]


def chain(events, codes):
    """Return the circuit: one converter, two synapses, one neuron."""
    subcircuits = {name: read_subcircuit(library.netlist_file(name)) for name in CELLS}
    real = {name: nmx.cell(name).realisation("gf180mcu") for name in CELLS}
    sizes = {name: dict(real[name].sizes) for name in CELLS}
    devices = [
        (element.kind, width, length)
        for name in CELLS
        for element, width, length in subcircuits[name].sizes(sizes[name])
    ]
    circuit = Circuit("chain")
    circuit.raw_spice = device_cards(library.technology("gf180mcu"), "tt", devices)
    circuit.raw_spice += "".join(subcircuits[name].text(sizes[name]) for name in CELLS)
    circuit.raw_spice += ".ic v(v_mem)=0 v(xlif.vo2)=0 v(xlif.spkb)=1.8 v(spike)=0\n"
    circuit.V("dd", "vdd", circuit.gnd, SUPPLY)
    circuit.V("dump", "dump", circuit.gnd, 0.5)
    for bit in range(6):
        times = (events + LATENCY)[(codes >> bit) & 1 == 1]
        circuit.PieceWiseLinearVoltageSource(
            f"b{bit}", f"b{bit}", circuit.gnd, values=gate(times, SETUP + WIDTH)
        )
    onset = events + LATENCY + SETUP
    circuit.PieceWiseLinearVoltageSource("pre", "pre", circuit.gnd, values=gate(onset, WIDTH))
    circuit.I("idle", "vdd", "i_idle", 0.3e-9)

    def place(name, cell, wires):
        nodes = {"vdd": "vdd", "vss": "0", **wires}
        for bias in real[cell].biases:
            nodes[bias.port] = f"{name}_{bias.port}"
            ends = ("vdd", nodes[bias.port])
            ends = ends if bias.current > 0 else (nodes[bias.port], "0")
            circuit.I(f"{name}_{bias.port}", *ends, abs(bias.current))
        circuit.X(name, cell, *(nodes.get(port, port) for port in subcircuits[cell].ports))

    place("dac", "dac_synapse", {"out_source": "i_weight", "out_sink": "dump"})
    place("exc", "dpi_synapse", {"out_source": "v_mem", "out_sink": "dump"})
    place(
        "inh",
        "dpi_synapse",
        {"pre": "0", "i_weight": "i_idle", "out_source": "dump", "out_sink": "v_mem"},
    )
    place("lif", "lif_neuron", {})
    return circuit


def array_spikes(events, codes):
    """Return the spikes of the same chain as an array of one nominal neuron."""
    levels, source = np.unique(codes, return_inverse=True)
    chip = nmx.Chip(seed=0, fabric=nmx.Fabric(cycle_time=8e-6, latency=LATENCY))
    chip.add("source", nmx.SpikeSource(len(levels)))
    chip.add("cell", nmx.Array(nmx.model("lif_neuron"), 1, False, False))
    chip.connect(
        "source",
        "cell",
        weights=levels[:, None],
        through=(nmx.model("dac_synapse"), nmx.model("dpi_synapse")),
        pulse_width=WIDTH,
        setup=SETUP,
    )
    given = {"source": nmx.Events(events, source)}
    return nmx.run(chip, given, duration=DURATION, dt=5e-6).events["cell"].time


@pytest.mark.slow
@pytest.mark.ngspice
def test_three_models_together_are_the_circuit():
    random = generator(5, "chain")
    events = np.sort(random.uniform(2e-4, DURATION - 1e-3, 45))
    events = events[np.concatenate([[True], np.diff(events) > 2e-5])]
    codes = random.integers(8, 64, len(events))
    deck = deck_of_circuit(
        chain(events, codes),
        Transient(DURATION, 5e-5),
        ["v_mem", "spike"],
        Settings(abstol=1e-16),
    )
    call = MeasureCall("spikes", "spike_times", {"of": "spike", "level": SUPPLY / 2})
    with NgspiceEngine(1) as engine:
        outcome = engine.run([Job(deck, (call,))])[0][0]
    assert not outcome.failure, outcome.reason
    spice, ours = outcome.arrays["spikes"], array_spikes(events, codes)
    match = match_spikes(spice, ours)
    rate = (len(ours) - 1) / (ours[-1] - ours[0]) / ((len(spice) - 1) / (spice[-1] - spice[0])) - 1
    assert len(spice) > 20
    assert match.count_difference <= 1
    assert abs(rate) < 0.015, (rate, len(spice), len(ours), np.median(match.error))
