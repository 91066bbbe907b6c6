"""The circuit of a network: neurons and their synapses at transistor level in one deck."""

from __future__ import annotations

from collections.abc import Sequence

from neuromix import library
from neuromix.characterization.assembly import subcircuit_of
from neuromix.cosim.waveform import GrowingWaveform
from neuromix.declare import Condition, Settings, Transient
from neuromix.netlist.asking import axis_vector, command_of
from neuromix.netlist.composing import options_line
from neuromix.netlist.deck import Deck, Vector
from neuromix.pdk.cards import device_cards
from neuromix.pdk.location import identity

NEURON, SYNAPSE = "lif_neuron", "dpi_synapse"

SETTINGS = Settings(abstol=1e-16)
"""Those of the synapse's benches."""

MAX_STEP = 2e-6
"""Largest step, s: an event has to be known before its pulse begins, a set-up later."""

SINK_VOLTAGE = 0.5
"""V, at the sink outputs, which drive nothing here."""

GATES, WEIGHTS, OUTPUTS = "vgate{}", "iweight{}", "spike{}"
"""Names of the sources and of the spike outputs of a neuron."""


def neuron_instance(k: int) -> str:
    """Return what the deck calls neuron ``k``."""
    return f"xneuron{k}"


def synapse_instance(k: int) -> str:
    """Return what the deck calls synapse ``k``."""
    return f"xsynapse{k}"


def deck_of(
    title: str,
    technology: str,
    duration: float,
    sources: Sequence[tuple[str, str]],
    settings: Settings = SETTINGS,
    max_step: float = MAX_STEP,
) -> Deck:
    """Return the deck of a group of neurons, each behind a synapse.

    Parameters
    ----------
    title, technology : str
    duration : float, s
    sources : sequence of (str, str)
        For each neuron, what its gate (V) and its weight current (A) follow, as SPICE says it:
        ``"external"``, or the text of :func:`corners_of`.
    settings : Settings
    max_step : float, s
    """
    chosen = library.technology(technology)
    cells = {name: library.cell(name) for name in (NEURON, SYNAPSE)}
    real = {name: cell.realisation(technology) for name, cell in cells.items()}
    circuits = {name: subcircuit_of(cell, chosen) for name, cell in cells.items()}
    sizes = {name: dict(item.sizes) for name, item in real.items()}
    supply = real[NEURON].supply
    devices = [
        (element.kind, width, length)
        for name, circuit in circuits.items()
        for element, width, length in circuit.sizes(sizes[name])
    ]
    lines = [f"vdd vdd 0 {supply!r}", f"vdump dump 0 {SINK_VOLTAGE!r}"]
    for k, (gate, weight) in enumerate(sources):
        lines += [
            f"{GATES.format(k)} gate{k} 0 {gate}",
            f"{WEIGHTS.format(k)} vdd weight{k} {weight}",
        ]
        neuron = {"v_mem": f"v_mem{k}", "spike": OUTPUTS.format(k)}
        synapse = {
            "pre": f"gate{k}",
            "i_weight": f"weight{k}",
            "out_source": f"v_mem{k}",
            "out_sink": "dump",
        }
        for name, instance, wires in (
            (NEURON, neuron_instance(k), neuron),
            (SYNAPSE, synapse_instance(k), synapse),
        ):
            nodes = {"vdd": "vdd", "vss": "0", **wires}
            for bias in real[name].biases:
                nodes[bias.port] = f"{bias.port}_{instance}"
                ends = ("vdd", nodes[bias.port])
                ends = ends if bias.current > 0.0 else (nodes[bias.port], "0")
                lines.append(f"i{bias.port}_{instance} {' '.join(ends)} {abs(bias.current)!r}")
            ports = " ".join(nodes[port] for port in circuits[name].ports)
            lines.append(f"{instance} {ports} {circuits[name].name}")
        lines += [
            f".ic v(v_mem{k})=0 v({OUTPUTS.format(k)})=0",
            f".ic v({neuron_instance(k)}.vo2)=0 v({neuron_instance(k)}.spkb)={supply!r}",
        ]
    _, sha256 = identity(chosen)
    condition = Condition()
    command, axis, stop = command_of(Transient(duration, max_step), (), {})
    outputs = tuple(Vector(name, name) for name in map(OUTPUTS.format, range(len(sources))))
    return Deck(
        title=title,
        circuit="".join(circuits[name].text(sizes[name]) for name in cells)
        + options_line(settings, condition)
        + "".join(f"{line}\n" for line in lines),
        cards=device_cards(chosen, condition.corner, devices),
        models=f"{chosen.name} {condition.corner} {sha256}",
        command=command,
        vectors=(*axis_vector(axis), *outputs),
        axis=axis,
        stop=stop,
    )


def corners_of(waveform: GrowingWaveform) -> str:
    """Return a waveform that is known beforehand as a piecewise linear source."""
    return f"pwl({' '.join(f'{time!r} {value!r}' for time, value in waveform.corners())})"
