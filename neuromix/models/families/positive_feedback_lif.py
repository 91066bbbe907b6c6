"""Leaky integrate-and-fire neuron whose spike is made by positive feedback of current.

The membrane obeys, between spikes,

    (C0 + C1 V) dV/dt = I − I_L (1 − exp(−V/U_T)) (1 + g V) + I_fb(V)
    1/I_fb = exp(−(V − V_t)/D)/I_a + exp(−(V − V_t)/E)/I_b

with a leak transistor in weak inversion and its Early term, and a feedback current that is
exponential (Indiveri 2003, "A low-power adaptive integrate-and-fire neuron circuit", eq. 3) until
the diode that starves the inverter limits it: two exponentials in series. At V = V_t the neuron
spikes after ``delay``; the membrane is then held at ``reset`` for

    t0 + t1 ln(1 + I/I_0) − t_m exp(−t_free/tau_m),    I_0 = 1 nA

with I the input current when it spikes and t_free the time for which the membrane was free before:
the node that times the refractory period has not recovered after a short interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.models.elementary import chosen, exp
from neuromix.models.family import Family, Values, quantity

REFERENCE_CURRENT = 1e-9
"""I_0 of the equations, A."""

MOVE_AT_THRESHOLD, LARGEST_MOVE, MOVE_GROWTH = 0.15, 2.0, 3.0
"""Largest move of the membrane in one internal step, in units of the feedback's slope D: at the
threshold, anywhere, and over how many D below the threshold it grows e-fold, or a little less: the
first terms of the exponential stand for it. The error of a step goes with the cube of its move and
with the feedback, which falls e-fold over one D."""

MOVE_BELOW_ZERO = 0.5
"""Largest move of a membrane below 0 V, in units of the leak's knee U_T: there the leak grows
e-fold over one, and a larger step of a membrane that is drawn down hard would throw it up again."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the membrane equation above; SI."""

    role: ClassVar[str] = "neuron"

    capacitance: Values = quantity("F", "C0, membrane at 0 V", 1e-16, 1e-9, positive=True)
    capacitance_slope: Values = quantity("F/V", "C1, its growth with voltage", -1e-10, 1e-9)
    leak_current: Values = quantity("A", "I_L, saturated leak", 1e-18, 1e-6, positive=True)
    leak_early: Values = quantity("1/V", "g, Early term of the leak", -1.0, 10.0)
    leak_slope: Values = quantity("V", "U_T, knee of the leak", 0.01, 0.1)
    feedback_current: Values = quantity("A", "I_a, at threshold", 1e-15, 1e-3, positive=True)
    feedback_slope: Values = quantity("V", "D, for e times the feedback", 1e-3, 1.0, positive=True)
    limit_current: Values = quantity("A", "I_b, at threshold", 1e-15, 1e-3, positive=True)
    limit_slope: Values = quantity("V", "E, for e times the limit", 1e-3, 1.0, positive=True)
    threshold: Values = quantity("V", "V_t, where the spike is taken to start", 0.0, 5.0)
    reset: Values = quantity("V", "membrane when it is let go", -0.5, 1.0)
    refractory_time: Values = quantity("s", "t0, hold at no input", 1e-12, 1.0, positive=True)
    refractory_growth: Values = quantity("s", "t1, growth with ln(1 + I/1 nA)", -1.0, 1.0)
    recovery_depth: Values = quantity("s", "t_m, hold lost after no interval", -1.0, 1.0)
    recovery_time: Values = quantity("s", "tau_m, of that loss", 1e-9, 1.0, positive=True)
    delay: Values = quantity("s", "from threshold to the output spike", 0.0, 1e-2)

    def matrix(self, size: int = 1) -> NDArray[np.float64]:
        """Return the parameters, and behind them 1/U_T, 1/D, 1/E, ln I_a, ln I_b for kernels.

        A division takes a kernel as long as half an exponential.
        """
        derived = [
            *(np.divide(1.0, x) for x in (self.leak_slope, self.feedback_slope, self.limit_slope)),
            *(np.log(x) for x in (self.feedback_current, self.limit_current)),
        ]
        columns = [np.broadcast_to(column, (size,)) for column in derived]
        return np.column_stack([super().matrix(size), *columns])

    def shortest_interval(self) -> Values:
        """Return the shortest time between two spikes, s: a hold without any recovery."""
        return np.asarray(self.refractory_time) - np.maximum(self.recovery_depth, 0.0)


@njit(inline="always")
def membrane_rate(v: float, i_in: float, p: tuple[float, ...]) -> float:
    """Return dV/dt in V/s; ``p`` is one row of :meth:`Family.matrix`."""
    leak = p[2] * (1.0 - exp(-v * p[16])) * (1.0 + p[3] * v)
    below = p[9] - v
    series = exp(below * p[17] - p[19]) + exp(below * p[18] - p[20])
    # The feedback is 1/series; both divisions in one.
    slope: float = ((i_in - leak) * series + 1.0) / (series * (p[0] + p[1] * v))
    return slope


@njit(inline="always")
def hold_time(i_in: float, free: float, p: tuple[float, ...]) -> float:
    """Return for how long the membrane is held after a spike, s."""
    growth = p[12] * math.log1p(max(i_in, 0.0) / REFERENCE_CURRENT)
    return max(0.0, p[11] + growth - p[13] * math.exp(-free / p[14]))


@njit(inline="always")
def allowed_move(v: float, p: tuple[float, ...]) -> float:
    """Return the largest move of one internal step at a membrane voltage, V."""
    below: float = max(p[9] - v, 0.0) * p[17] * (1.0 / MOVE_GROWTH)
    grown = 1.0 + below * (1.0 + below * (0.5 + below * (1.0 / 6.0)))
    move: float = min(MOVE_AT_THRESHOLD * grown, LARGEST_MOVE) * p[6]
    allowed: float = min(move, chosen(v < 0.0, MOVE_BELOW_ZERO * p[4], move))
    return allowed


@njit
def advance(
    v: float, hold: float, i_in: float, dt: float, p: tuple[float, ...]
) -> tuple[float, float, float]:
    """Advance one neuron by ``dt`` under a constant input current.

    Internal steps (midpoint rule) move the membrane by at most :func:`allowed_move`, so that
    accuracy does not hang on ``dt``.

    Parameters
    ----------
    v, hold : float
        Membrane, V, and the time for which it is still held, s; a negative ``hold`` is the time
        for which it has been free.
    i_in, dt : float
        Input current, A, and step, s.
    p : (21,) array
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
                return p[10], hold - left, spike
            left -= hold
            hold = 0.0
            v = p[10]
        slope = membrane_rate(v, i_in, p)
        h = min(left, allowed_move(v, p) / max(abs(slope), 1e-30))
        change = h * membrane_rate(v + 0.5 * h * slope, i_in, p)
        if v + change >= p[9] and change > 0.0:
            h *= (p[9] - v) / change
            left -= h
            spike = dt - left + p[15]
            hold = p[15] + hold_time(i_in, h - hold, p)
            v = p[10]
        else:
            v += change
            left -= h
            hold -= h
    return v, hold, spike


@njit(inline="always")
def step(
    v: float, hold: float, moved: float, i_in: float, dt: float, p: tuple[float, ...]
) -> tuple[float, float, bool]:
    """Advance a neuron with which nothing happens, without a branch.

    A held one is held on; a free one makes one step of the midpoint rule, with the middle at half
    of what the step before has ``moved`` it.

    Returns
    -------
    v, hold : float
        New state.
    done : bool
        Whether this was allowed: no spike, no end of a hold, no large move near the threshold. If
        not, :func:`advance` has to start from the old state.
    """
    change = dt * membrane_rate(v + 0.5 * moved, i_in, p)
    quiet = (abs(change) <= allowed_move(v, p)) & (v + change < p[9])
    held = hold >= dt
    done = held | ((hold <= 0.0) & quiet)
    return chosen(held, p[10], v + change), hold - dt, done
