"""Leaky integrate-and-fire neuron with current-based synapses; linear between its spikes.

The membrane V and the two synaptic inputs obey, unless the neuron is refractory,

    tau dV/dt     = rest - V + g_e + g_i
    tau_e dg_e/dt = -g_e        tau_i dg_i/dt = -g_i

with g what a synaptic current would add to the resting voltage (current times the resistance of the
membrane). An event of weight w adds w to g_e where w is positive, else to g_i; a synapse whose time
constant is 0 adds it to V itself. At V >= threshold the neuron spikes, and is held at ``reset`` for
``refractory_time``; its synapses go on. The equations are those of Brette et al. (2007), J. Comput.
Neurosci. 23, 349-398, benchmark 2, and, with time constants of 0, of Brunel (2000), J. Comput.
Neurosci. 8, 183-208, eq. 1; their exact solution is Rotter and Diesmann (1999), Biol. Cybern. 81,
381-402.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit

from neuromix.models.family import Family, Values, quantity

TAU, TAU_E, TAU_I, REST = range(4)
"""Places of the first fields in a row of :meth:`Family.matrix`."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "linear_neuron"

    membrane_time: Values = quantity("s", "tau, of the membrane", 1e-9, 1e3, positive=True)
    excitatory_time: Values = quantity("s", "tau_e, 0: the membrane jumps", 0.0, 1e3, positive=True)
    inhibitory_time: Values = quantity("s", "tau_i, 0: the membrane jumps", 0.0, 1e3, positive=True)
    rest: Values = quantity("V", "where the membrane settles without input", -10.0, 10.0)
    threshold: Values = quantity("V", "where it spikes", -10.0, 10.0)
    reset: Values = quantity("V", "where a spike leaves it", -10.0, 10.0)
    refractory_time: Values = quantity(
        "s", "for which it is held there", 0.0, 1e3, positive=True, default=0.0
    )
    noise: Values = quantity(
        "V",
        "r.m.s. that white noise leaves on a membrane without threshold",
        0.0,
        10.0,
        positive=True,
        default=0.0,
    )

    def shortest_interval(self) -> Values:
        """Return the shortest time between two spikes, s."""
        return np.asarray(self.refractory_time)


@njit
def response(t: float, tau: float, tau_s: float) -> float:
    """Return what the membrane has taken from a synaptic input of 1 after ``t``.

    That is tau_s / (tau_s - tau) (exp(-t/tau_s) - exp(-t/tau)), in a form that is exact where the
    time constants are equal, too.
    """
    if tau_s <= 0.0:
        return math.exp(-t / tau)
    apart = t * (1.0 / tau - 1.0 / tau_s)
    if abs(apart) < 1e-8:
        return t / tau * math.exp(-t / tau_s) * (1.0 - 0.5 * apart)
    return -t / tau * math.exp(-t / tau_s) * math.expm1(-apart) / apart


@njit
def flow(
    v: float, e: float, i: float, t: float, p: tuple[float, ...]
) -> tuple[float, float, float]:
    """Return membrane and synaptic inputs, V, a time ``t`` (s) later; ``p`` is one row of matrix().

    The input of a synapse without a time constant is what it has just added to the membrane.
    """
    tau, tau_e, tau_i, rest = p[TAU], p[TAU_E], p[TAU_I], p[REST]
    kept = math.exp(-t / tau)
    v = rest + (v - rest) * kept + e * response(t, tau, tau_e) + i * response(t, tau, tau_i)
    e = e * math.exp(-t / tau_e) if tau_e > 0.0 else 0.0
    i = i * math.exp(-t / tau_i) if tau_i > 0.0 else 0.0
    return v, e, i
