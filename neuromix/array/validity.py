"""Whether the neurons of a run have stayed where their model was fitted."""

from __future__ import annotations

import numpy as np

from neuromix.array.kernel import ENERGY_REFERENCE
from neuromix.array.population import Population
from neuromix.units import render

INPUT = "input_current"
"""The range in a model's validity that is looked at."""


def left_validity(population: Population) -> str | None:
    """Return what is to be said about neurons that were driven beyond the range of their fit.

    What counts is the current at which a neuron typically spikes, the mean of ln(1 + I/1 nA) over
    its spikes; a peak of a moment does not. Below the range a neuron is nearly silent, and nothing
    is said.
    """
    model = population.die.array.model
    limits = model.validity.get(INPUT)
    spiking = population.spikes > 0
    if limits is None or not spiking.any():
        return None
    drive = population.meter("spike_drive")[spiking] / population.spikes[spiking]
    typical = ENERGY_REFERENCE * np.expm1(drive)
    beyond = int(np.count_nonzero(typical > limits.high))
    if not beyond:
        return None
    return (
        f"{population.die.name}: {beyond} of {len(spiking)} neurons spike at currents up to "
        f"{render(float(typical.max()), 'A', 3)}; the model of {model.cell} was fitted up to "
        f"{render(limits.high, 'A', 3)} (smaller weights, or a shorter pulse_width)"
    )
