"""What a spike is worth to a characterized neuron, at the rate where it agrees with a graph.

A neuron of a graph spikes at ``rate`` where its mean input R I is x* (:meth:`Neurons.drive_at`); a
spike of weight w contributes w gain dt per second and event. The cell spikes at ``rate`` at a
constant current I*, found on its f-I curve. Both need the same number of input events for a spike
if an event of weight w brings the membrane of the cell the charge

    q(w) = w gain dt I*/x*
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip
from neuromix.array.simulation import run
from neuromix.errors import BadValue
from neuromix.models.model import Model
from neuromix.units import render

Floats = NDArray[np.float64]

POINTS = 96
"""Of the f-I curve."""

INTERVALS = 16
"""Between spikes at the operating rate, over which a rate is measured."""

CURRENTS = (30e-12, 8e-9)
"""Looked at where the model of a neuron does not say what it was fitted to, A."""


@dataclass(frozen=True, eq=False)
class OperatingPoint:
    """A neuron at its operating rate.

    Parameters
    ----------
    rate : float, Hz
    current : float, A
        I*, at which it spikes at ``rate``.
    currents, rates : (points,) ndarrays, A, Hz
        Its f-I curve.
    """

    rate: float
    current: float
    currents: Floats
    rates: Floats

    @classmethod
    def of(cls, neuron: Model, rate: float) -> OperatingPoint:
        """Find the current at which the nominal neuron spikes at ``rate``.

        Raises
        ------
        BadValue
            Where that is not within what the model was fitted to.
        """
        limits = neuron.validity.get("input_current")
        low, high = (limits.low, limits.high) if limits else CURRENTS
        # A typical current that is computed from logarithms may come out above what was given.
        currents = np.geomspace(low, 0.9 * high, POINTS)
        rates = rates_at(neuron, currents, INTERVALS / rate)
        known = rates > 0.0
        if not known.any() or not rates[known][0] <= rate <= rates[-1]:
            least = rates[known][0] if known.any() else 0.0
            raise BadValue(
                f"nir: {neuron.cell} does not spike at {render(rate, 'Hz')}",
                [
                    f"{render(low, 'A')} … {render(float(currents[-1]), 'A')} give "
                    f"{render(float(least), 'Hz')} … {render(float(rates[-1]), 'Hz')}"
                ],
                "another rate=",
            )
        current = float(np.interp(rate, rates[known], currents[known]))
        return cls(rate, current, currents, rates)


STEP = 20e-6
"""Of the neurons, s: their intervals are within 3e-4 of those in steps of 0.05 µs."""


def rates_at(
    neuron: Model, currents: Floats, duration: float, *, seed: int = 0, name: str | None = None
) -> Floats:
    """Return the rates of neurons at constant currents, Hz; 0 below three spikes in ``duration``.

    Parameters
    ----------
    neuron : Model
    currents : (n,) ndarray, A
    duration : float, s
    seed, name
        Of the die and the array that they are on; nominal neurons without a name.
    """
    chip = Chip(seed)
    block = name or "neurons"
    mismatch = name is not None
    chip.add(block, Array(neuron, len(currents), False, mismatch, currents))
    spikes = run(chip, {}, duration=duration, dt=min(STEP, duration), threads=1).events[block]
    rates = np.zeros(len(currents))
    for k in range(len(currents)):
        times = spikes.of(k)
        if len(times) > 2:
            rates[k] = (len(times) - 1) / (times[-1] - times[0])
    return rates
