"""Differential-pair integrator synapse: a current-mode low-pass filter of weak-inversion FETs.

Between pulses, with L = ln(I/I_ref) and I_ref = 1 nA,

    tau dL/dt = −(1 + e L),

and while a pulse of the weight current I_w lasts,

    tau dL/dt = (I_w/I_tau) (1 + b L) / (1 + (I/I_g)^a) − (1 + e L)

(Bartolozzi and Indiveri 2007, "Synaptic dynamics in analog VLSI", eq. 6, with Early terms b and e).
The state is one number, L; it never falls below the leakage floor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from numba import njit

from neuromix.models.family import Family, Values, quantity

REFERENCE_CURRENT = 1e-9
"""I_ref of the equations, A."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "synapse"

    time_constant: Values = quantity(
        "s", "tau, decay of the output current", 1e-9, 10.0, positive=True
    )
    tau_current: Values = quantity(
        "A", "I_tau, weight current that balances decay", 1e-15, 1e-3, positive=True
    )
    weight_early: Values = quantity("1", "b, Early term of the weight transistor", -1.0, 1.0)
    gain_current: Values = quantity(
        "A", "I_g, output at which the gain halves", 1e-18, 1e-3, positive=True
    )
    gain_exponent: Values = quantity(
        "1", "a, sharpness of the gain's fall", 0.1, 3.0, positive=True
    )
    decay_early: Values = quantity("1", "e, Early term of the decay", -1.0, 1.0)
    floor_current: Values = quantity(
        "A", "leakage that remains without input", 1e-18, 1e-6, positive=True
    )
    sink_gain: Values = quantity(
        "1", "mirrored sink output over source output", 0.1, 10.0, positive=True
    )


@njit(inline="always")
def rest(p: tuple[float, ...]) -> float:
    """Return L without any input: that of the leakage floor."""
    return math.log(p[6] / REFERENCE_CURRENT)


@njit(inline="always")
def source(log_current: float, p: tuple[float, ...]) -> float:  # noqa: ARG001
    """Return the current that the source output sends, A."""
    return REFERENCE_CURRENT * math.exp(log_current)


@njit(inline="always")
def sink(log_current: float, p: tuple[float, ...]) -> float:
    """Return the current that the mirrored sink output takes, A."""
    return p[7] * REFERENCE_CURRENT * math.exp(log_current)


@njit(inline="always")
def decay(log_current: float, dt: float, p: tuple[float, ...]) -> float:
    """Return L after ``dt`` without a pulse: the closed form, stopped at the floor."""
    e = p[5]
    x = dt / p[0]
    moved = (
        log_current - x if abs(e) < 1e-9 else (log_current + 1.0 / e) * math.exp(-e * x) - 1.0 / e
    )
    return max(moved, math.log(p[6] / REFERENCE_CURRENT))


@njit
def inject(log_current: float, weight_current: float, width: float, p: tuple[float, ...]) -> float:
    """Return L after a pulse of ``width`` seconds (midpoint rule, steps of at most 0.1 in L)."""
    left = width
    value = log_current
    while left > 0.0:
        drive = weight_current / p[1] * (1.0 + p[2] * value)
        slope = (
            drive / (1.0 + math.exp(p[4] * (value - math.log(p[3] / REFERENCE_CURRENT))))
            - (1.0 + p[5] * value)
        ) / p[0]
        h = min(left, 0.1 / max(abs(slope), 1e-30))
        middle = value + 0.5 * h * slope
        drive = weight_current / p[1] * (1.0 + p[2] * middle)
        value += (
            h
            * (
                drive / (1.0 + math.exp(p[4] * (middle - math.log(p[3] / REFERENCE_CURRENT))))
                - (1.0 + p[5] * middle)
            )
            / p[0]
        )
        left -= h
    return max(value, math.log(p[6] / REFERENCE_CURRENT))
