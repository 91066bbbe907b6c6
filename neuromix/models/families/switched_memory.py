"""Voltage on a capacitor behind a transmission gate: what sampling adds, and how it leaks away.

Where the gate opens, the held voltage is the level v_0 and a pedestal of channel charge and clock
feedthrough (G. Wegmann, E. Vittoz and F. Rahali, "Charge injection in analog MOS switches", 1987,
from memory: proportional to the charge, which is linear in the level for each channel),

    v(0) = v_0 + (h_0 + h_1 x + h_2 x² + h_3 x³) (1 + b (T − T_0)),   x = v_0 − V_c/2

Then, with the input at v_i and the temperature T,

    C dv/dt = −I_n − I_p + I_d + I_j
    I_n = A_n (exp(−v_i/K_n) − exp(−v/K_n)) (1 + d_n |v − v_i|) exp(−E_n z)
    I_p = A_p (exp(−(V_c − v)/K_p) − exp(−(V_c − v_i)/K_p)) (1 + d_p |v − v_i|) exp(−E_p z)
    I_d = g (V_c − v)^k exp(a (T − T_0)),   I_j = j (V_c − v) + A_j exp(−E_j z)
    K_n = k_n T/T_0,   K_p = k_p T/T_0,   z = 1/T − 1/T_0,   T_0 = 300.15 K

I_n and I_p are the subthreshold currents of both channels, whose gates stand at the rails: each
flows where one of its ends is near its own rail. Their logarithms are linear in 1/T (Arrhenius).
I_d is what leaks from the drain of the pFET under its gate (gate-induced drain leakage), nearly
without a temperature, and I_j what its junction leaks, whose generation rises steeply. All of it is
a few femtoamperes at room temperature: below 10 fA the technology's models extrapolate, and so does
this one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.models.family import Family, Values, quantity

Floats = NDArray[np.float64]

REFERENCE_TEMPERATURE = 300.15
"""T_0 of the equations, K."""

STEPS = 400
"""Of the integration over a hold."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "memory"

    capacitance: Values = quantity("F", "C, of the held node", 1e-16, 1e-6, positive=True)
    ceiling: Values = quantity("V", "V_c, supply", 0.3, 10.0, positive=True)
    pedestal: Values = quantity("V", "h_0, added at half the supply", -1.0, 1.0)
    pedestal_slope: Values = quantity("1", "h_1, its change with the level", -1.0, 1.0)
    pedestal_curve: Values = quantity("1/V", "h_2, its curvature", -1.0, 1.0)
    pedestal_bend: Values = quantity("1/V**2", "h_3, of third order", -1.0, 1.0)
    pedestal_heating: Values = quantity("1/K", "b, change of all of it with temperature", -0.1, 0.1)
    n_leakage: Values = quantity(
        "A", "A_n, of the nFET with its source at ground; extrapolated", 1e-21, 1e-6, positive=True
    )
    n_knee: Values = quantity("V", "k_n, thermal voltage of its source", 5e-3, 0.2, positive=True)
    n_drain: Values = quantity("1/V", "d_n, its change with the drain", -2.0, 5.0)
    n_activation: Values = quantity("K", "E_n, over Boltzmann's constant", 1e2, 5e4, positive=True)
    p_leakage: Values = quantity(
        "A", "A_p, of the pFET with its source at the supply; extrapolated", 1e-21, 1e-6,
        positive=True,
    )  # fmt: skip
    p_knee: Values = quantity("V", "k_p, thermal voltage of its source", 5e-3, 0.2, positive=True)
    p_drain: Values = quantity("1/V", "d_p, its change with the drain", -2.0, 5.0)
    p_activation: Values = quantity("K", "E_p, over Boltzmann's constant", 1e2, 5e4, positive=True)
    drain_leakage: Values = quantity(
        "A", "g, under the pFET's gate at 1 V; extrapolated", 1e-22, 1e-6, positive=True
    )
    drain_exponent: Values = quantity("1", "k, of its voltage", 0.2, 10.0, positive=True)
    drain_heating: Values = quantity("1/K", "a, its change with temperature", -0.1, 0.1)
    junction_slope: Values = quantity("S", "j, of the pFET's junction", 0.0, 1e-6)
    junction_leakage: Values = quantity(
        "A", "A_j, what its junction generates at 300 K; extrapolated", 1e-26, 1e-6, positive=True
    )
    junction_activation: Values = quantity(
        "K", "E_j, over Boltzmann's constant; 13000 is silicon's bandgap", 1e2, 5e4, positive=True
    )


@njit
def leakage(held: float, given: float, temperature: float, p: tuple[float, ...]) -> float:
    """Return the current that leaves the held node, A.

    Parameters
    ----------
    held, given : float, V
        The held node and the input.
    temperature : float, K
    p : tuple of float
        A row of :meth:`Family.matrix`.
    """
    warm = temperature / REFERENCE_TEMPERATURE
    colder = 1.0 / temperature - 1.0 / REFERENCE_TEMPERATURE
    apart = abs(held - given)
    n = math.exp(-given / (p[8] * warm)) - math.exp(-held / (p[8] * warm))
    n *= p[7] * (1.0 + p[9] * apart) * math.exp(-p[10] * colder)
    q = math.exp((held - p[1]) / (p[12] * warm)) - math.exp((given - p[1]) / (p[12] * warm))
    q *= p[11] * (1.0 + p[13] * apart) * math.exp(-p[14] * colder)
    drain: float = p[15] * max(p[1] - held, 0.0) ** p[16]
    drain *= math.exp(p[17] * (temperature - REFERENCE_TEMPERATURE))
    junction = p[18] * (p[1] - held) + p[19] * math.exp(-p[20] * colder)
    return n + q - drain - junction


@kept()
def leakages(held: Floats, given: float, temperature: float, p: tuple[float, ...]) -> Floats:
    """Return :func:`leakage` at several held voltages, shape (n,), A."""
    found = np.empty_like(held)
    for k in range(len(held)):
        found[k] = leakage(held[k], given, temperature, p)
    return found


@njit
def sampled(level: float, temperature: float, p: tuple[float, ...]) -> float:
    """Return the held voltage once the gate is open, V."""
    x = level - 0.5 * p[1]
    added = p[2] + x * (p[3] + x * (p[4] + x * p[5]))
    return level + added * (1.0 + p[6] * (temperature - REFERENCE_TEMPERATURE))


@njit
def droop(
    start: float, given: float, temperature: float, duration: float, p: tuple[float, ...]
) -> float:
    """Return by how much the held voltage falls, V; classical Runge-Kutta steps.

    Parameters
    ----------
    start, given : float, V
        The held node at the start, and the input during the hold.
    temperature : float, K
    duration : float, s
    p : tuple of float
        A row of :meth:`Family.matrix`.
    """
    v, h = start, duration / STEPS
    for _ in range(STEPS):
        k1 = -leakage(v, given, temperature, p) / p[0]
        k2 = -leakage(v + 0.5 * h * k1, given, temperature, p) / p[0]
        k3 = -leakage(v + 0.5 * h * k2, given, temperature, p) / p[0]
        k4 = -leakage(v + h * k3, given, temperature, p) / p[0]
        v += h / 6.0 * (k1 + 2.0 * (k2 + k3) + k4)
    return start - v
