"""Leaky integrate-and-fire neuron whose spike is made by positive feedback of current.

The membrane obeys, between spikes,

    (C0 + C1 V) dV/dt = I − I_L (1 − exp(−V/U_T)) (1 + g V) + I_0 exp((V − V_a)/D)

with I_0 = 1 nA: a leak transistor in weak inversion with its Early term, and the exponential
feedback current of Indiveri 2003 (eq. 3, "A low-power adaptive integrate-and-fire neuron circuit").
At V = V_threshold it spikes after ``delay`` and the membrane is then held at ``V_reset`` for
t0 + t1 ln(1 + I/I_0), I the current into the cell when it spikes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit

from neuromix.models.family import Family, Values, quantity

REFERENCE_CURRENT = 1e-9
"""I_0 of the equations, A."""

VOLTAGE_PER_STEP = 0.2
"""Largest move of the membrane in one internal step, in units of the feedback's slope D."""

LARGEST_CURRENT = 1e-6
"""Input up to which the shortest interval between spikes is stated, A."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the membrane equation above; SI."""

    role: ClassVar[str] = "neuron"

    capacitance: Values = quantity(
        "F", "C0, membrane capacitance at 0 V", 1e-16, 1e-9, positive=True
    )
    capacitance_slope: Values = quantity("F/V", "C1, its growth with voltage", -1e-10, 1e-9)
    leak_current: Values = quantity("A", "I_L, saturated leak", 0.0, 1e-6, positive=True)
    leak_early: Values = quantity("1/V", "g, Early term of the leak", -1.0, 10.0)
    leak_slope: Values = quantity("V", "U_T, thermal voltage of the leak's knee", 0.01, 0.1)
    feedback_onset: Values = quantity("V", "V_a, where the feedback is 1 nA", 0.0, 5.0)
    feedback_slope: Values = quantity(
        "V", "D, volts for e times the feedback", 1e-3, 1.0, positive=True
    )
    threshold: Values = quantity("V", "where the spike is taken to start", 0.0, 5.0)
    reset: Values = quantity("V", "membrane while it is held", -0.5, 1.0)
    refractory_time: Values = quantity("s", "t0, hold time at no input", 0.0, 1.0, positive=True)
    refractory_growth: Values = quantity("s", "t1, its growth with ln(1 + I/1 nA)", -1.0, 1.0)
    delay: Values = quantity("s", "from threshold to the output spike", 0.0, 1e-2)

    def shortest_interval(self) -> Values:
        """Return delay and hold time at an input of 1 µA, s: no two spikes are closer."""
        growth = self.refractory_growth * np.log1p(LARGEST_CURRENT / REFERENCE_CURRENT)
        held = np.maximum(0.0, self.refractory_time + np.minimum(growth, 0.0))
        return np.asarray(self.delay + held)


@njit(inline="always")
def membrane_rate(v: float, i_in: float, p: tuple[float, ...]) -> float:
    """Return dV/dt in V/s; ``p`` is one row of :meth:`Family.matrix`."""
    leak = p[2] * (1.0 - math.exp(-v / p[4])) * (1.0 + p[3] * v)
    feedback = REFERENCE_CURRENT * math.exp(min((v - p[5]) / p[6], 40.0))
    return (i_in - leak + feedback) / (p[0] + p[1] * v)


@njit
def advance(
    v: float, hold: float, i_in: float, dt: float, p: tuple[float, ...]
) -> tuple[float, float, float]:
    """Advance one neuron by ``dt`` under a constant input current.

    Internal steps (midpoint rule) move the membrane by at most a fifth of the feedback's slope, so
    that accuracy does not hang on ``dt``.

    Parameters
    ----------
    v, hold : float
        Membrane, V, and the time for which it is still held, s.
    i_in, dt : float
        Input current, A, and step, s.
    p : (12,) array
        One row of :meth:`Family.matrix`.

    Returns
    -------
    v, hold, spike : float
        New state, and when the (last) spike left, in s from the start of the step; negative if
        there was none. The spike may lie up to ``delay`` after the end of the step.
    """
    left = dt
    spike = -1.0
    while left > 0.0:
        if hold > 0.0:
            if hold >= left:
                return p[8], hold - left, spike
            left -= hold
            hold = 0.0
            v = p[8]
        slope = membrane_rate(v, i_in, p)
        limit = VOLTAGE_PER_STEP * p[6]
        h = min(left, limit / max(abs(slope), 1e-30))
        slope = membrane_rate(v + 0.5 * h * slope, i_in, p)
        change = h * slope
        if v + change >= p[7] and change > 0.0:
            used = h * (p[7] - v) / change
            left -= used
            spike = dt - left + p[11]
            hold = p[11] + max(0.0, p[9] + p[10] * math.log1p(max(i_in, 0.0) / REFERENCE_CURRENT))
            v = p[8]
        else:
            v += change
            left -= h
    return v, hold, spike
