"""What flows into the membrane of a neuron family at each voltage, measured by its own ``advance``.

Over a short time a free membrane moves by dV/dt, which two input currents determine as

    (C0 + C1 V) dV/dt = I + i(V)

with nothing known of the family but its contract.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.errors import BadValue
from neuromix.models.family import RESTED, Family

Floats = NDArray[np.float64]

DURATION = 1e-11
"""s: a membrane of 1 pF under 1 nA moves by 10 nV, in which rounding is 1e-8."""

CURRENT = 1e-9
"""A, by which the input is moved up and down."""

BELOW = 1e-6
"""The last point is taken so far below the threshold, as a share of the range: there is none at
it."""

AGREEMENT = 1e-3
"""By how much, relatively, the capacitance may differ from its line, and up from down."""


@functools.lru_cache
def _mover(advance: Callable[..., Any]) -> Callable[..., tuple[Floats, bool]]:
    @kept()
    def rates(p: Floats, voltages: Floats, currents: Floats) -> tuple[Floats, bool]:
        found = np.empty((len(currents), len(voltages)))
        spiked = False
        for j in range(len(currents)):
            for k in range(len(voltages)):
                v, _, spike = advance(voltages[k], RESTED, currents[j], DURATION, p)
                found[j, k] = (v - voltages[k]) / DURATION
                spiked |= spike >= 0.0
        return found, spiked

    compiled: Callable[..., tuple[Floats, bool]] = rates
    return compiled


def measured(dynamics: Family, voltages: Floats) -> tuple[float, float, Floats]:
    """Return C0, F, C1, F/V, and i at each voltage, A.

    Parameters
    ----------
    dynamics : Family
        Of the role ``neuron``; scalars.
    voltages : (n,) ndarray, V
        Rising; the last one is its threshold.

    Raises
    ------
    BadValue
        Where it spikes below its threshold, or does not obey such an equation.
    """
    (advance,) = dynamics.kernels()
    points = voltages.copy()
    points[-1] -= BELOW * (voltages[-1] - voltages[0])
    rates, spiked = _mover(advance)(
        dynamics.matrix()[0], points, np.array([0.0, CURRENT, -CURRENT])
    )
    idle, up, down = rates
    with np.errstate(divide="ignore", invalid="ignore"):
        capacitances = 2.0 * CURRENT / (up - down)
        uneven = np.abs((up + down - 2.0 * idle) / (up - down)).max()
    evidence = []
    if spiked:
        evidence.append(f"it spikes below {voltages[-1]} V")
    elif not np.all(np.isfinite(capacitances)) or uneven > AGREEMENT:
        evidence.append("its membrane does not move in proportion to the input")
    if not evidence:
        slope, offset = np.polyfit(points, capacitances, 1)
        line = offset + slope * points
        if np.abs(capacitances / line - 1.0).max() <= AGREEMENT:
            return float(offset), float(slope), line * idle
        evidence.append("its capacitance is no straight line over the voltage")
    raise BadValue(
        f"the membrane of {dynamics.name()} is not (C0 + C1 V) dV/dt = I + i(V)",
        evidence,
        "a family of integrate-and-fire neurons whose one state is the membrane",
    )
