"""The array of a network: the same dies, weights, events and fabric, models for transistors."""

from __future__ import annotations

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.simulation import run
from neuromix.cosim.circuit import NEURON, SYNAPSE
from neuromix.cosim.design import Network
from neuromix.data.events import Events
from neuromix.models.families.binary_weighted_dac import BITS
from neuromix.models.families.binary_weighted_dac import Dynamics as Converter
from neuromix.models.family import Family
from neuromix.models.model import Model

STEP = 5e-6
"""Of the array, s; no longer than latency and set-up."""

SILENT = 1e-12
"""Gain of the sink of a synapse that is not there."""


def array_spikes(network: Network, neuron: Family, synapse: Family, dt: float = STEP) -> Events:
    """Return the spikes of the array whose instances are these; noise is left out, as in SPICE.

    Parameters
    ----------
    network : Network
    neuron, synapse : Family
        Parameters of each instance, arrays of shape ``(n,)`` where they differ.
    dt : float, s
        Step of the array.
    """
    chip = Chip(seed=0, fabric=network.clocking.fabric)
    chip.add("outside", SpikeSource(network.outside))
    neurons = Array(Model(NEURON, "", {}, neuron), network.n, noise=False, mismatch=False)
    chip.add("neurons", neurons)
    # An array has an inhibitory synapse beside each excitatory one, and the circuit has none.
    lone = Model(SYNAPSE, "", {}, synapse.replace(sink_gain=SILENT))
    through = (_ideal_converter(network.clocking.unit), lone)
    outside, between = network.codes[: network.outside], network.codes[network.outside :]
    for source, codes in (("outside", outside), ("neurons", between)):
        if codes.any():
            chip.connect(
                source,
                "neurons",
                weights=codes,
                through=through,
                pulse_width=network.clocking.pulse_width,
                setup=network.clocking.setup,
            )
    found = run(chip, {"outside": network.given}, duration=network.duration, dt=dt)
    return found.events["neurons"]


def _ideal_converter(unit: float) -> Model:
    """Return a converter of exactly ``unit`` amperes for each step of the code."""
    currents = {
        f"{output}_current_{k}": unit * 2**k for output in ("source", "sink") for k in range(BITS)
    }
    return Model("ideal_converter", "", {}, Converter.from_values(currents))
