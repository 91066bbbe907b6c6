"""Differential-pair integrator synapse: a current-mode low-pass filter of weak-inversion FETs.

With x = ln(I/I_ref) of the source output's current and I_ref = 1 nA,

    tau dx/dt = (I_w/I_tau) / (1 + exp(s y + c y²)) − (1 + e x) (1 − exp(−m (x − x_f)))

    y = x − ln(I_g/I_ref),   s = a + a_1 l + a_2 l²,   c = c_0 + c_1 l,   l = ln(I_w/10 nA)

where the first term is there only while a pulse of the weight current I_w lasts. It is the equation
of Bartolozzi and Indiveri 2007 ("Synaptic dynamics in analog VLSI", eq. 6: s = 1, c = 0) with three
additions that gf180mcu shows: the pair's slope depends on what the pair carries (a_1, a_2, c_0, c_1);
the leak has an Early term (e); and the leak ends at a floor x_f (m), where the output is I_f.

The tail of the pair must be charged before it conducts and conducts until it is discharged: a pulse
acts for its width plus (q_0 + q_1 ln(I_w/I_ref))/I_w.

The sink output is the source's current times ``sink_gain``, which its mirror follows as
dI_s/dt = I_s (I − I_s)/q_s, a lag of q_s/I: 0.1 ms at the floor, below 1 µs from 1 nA on.

Both outputs are stated at 0.5 V; :func:`source_into` and :func:`sink_from` give them at others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.models.family import Family, Values, quantity

REFERENCE_CURRENT = 1e-9
"""I_ref of the equations, A."""

REFERENCE_WEIGHT = 1e-8
"""Weight current at which l is 0, A."""

OUTPUT_VOLTAGE = 0.5
"""Voltage of both outputs at which their currents are stated, V."""

LARGEST_DECAY = 0.3
"""Longest internal step of a decay, in time constants."""

LARGEST_RISE = 0.4
"""Largest change of x in one internal step of a pulse."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "synapse"

    time_constant: Values = quantity(
        "s", "tau, decay of the output current at 1 nA", 1e-9, 10.0, positive=True
    )
    tau_current: Values = quantity(
        "A", "I_tau, weight current that balances the leak", 1e-16, 1e-3, positive=True
    )
    gain_current: Values = quantity(
        "A", "I_g, output at which the gain is half", 1e-18, 1e-3, positive=True
    )
    gain_exponent: Values = quantity(
        "1", "a, steepness of the gain's fall", 0.1, 3.0, positive=True
    )
    gain_exponent_slope: Values = quantity(
        "1", "a_1, its change with ln I_w", -1.0, 1.0, default=0.0
    )
    gain_exponent_curve: Values = quantity("1", "a_2, with its square", -1.0, 1.0, default=0.0)
    gain_curve: Values = quantity("1", "c_0, curvature of the gain's fall", -1.0, 1.0, default=0.0)
    gain_curve_slope: Values = quantity("1", "c_1, its change with ln I_w", -1.0, 1.0, default=0.0)
    decay_early: Values = quantity("1", "e, Early term of the leak", -0.2, 0.2, default=0.0)
    floor_current: Values = quantity(
        "A", "I_f, output without any input", 1e-18, 1e-6, positive=True, default=1e-12
    )
    floor_exponent: Values = quantity(
        "1", "m, steepness of the approach to the floor", 0.1, 5.0, positive=True, default=1.0
    )
    pulse_charge: Values = quantity(
        "C", "q_0, weight charge by which a pulse acts longer", -1e-12, 1e-12, default=0.0
    )
    pulse_charge_slope: Values = quantity(
        "C", "q_1, its growth with ln I_w", -1e-12, 1e-12, default=0.0
    )
    sink_gain: Values = quantity(
        "1", "mirrored sink output over source output", 0.1, 10.0, positive=True, default=1.0
    )
    sink_lag_charge: Values = quantity(
        "C", "q_s, lag of the sink times its current", 1e-20, 1e-9, positive=True, default=1e-16
    )
    source_early: Values = quantity(
        "1/V", "fall of the source output with its voltage", -1.0, 1.0, default=0.0
    )
    sink_early: Values = quantity(
        "1/V", "rise of the sink output with its voltage", -1.0, 1.0, default=0.0
    )
    sink_knee: Values = quantity(
        "V", "voltage over which the sink output sets in", 1e-3, 0.2, positive=True, default=0.0259
    )


@njit(inline="always")
def rest(p: tuple[float, ...]) -> float:
    """Return x without any input: that of the floor."""
    return math.log(p[9] / REFERENCE_CURRENT)


@njit(inline="always")
def source(log_current: float, p: tuple[float, ...]) -> float:  # noqa: ARG001
    """Return the current that the source output sends into 0.5 V, A."""
    return REFERENCE_CURRENT * math.exp(log_current)


@njit(inline="always")
def sink(log_current: float, p: tuple[float, ...]) -> float:
    """Return the current that the sink output takes from 0.5 V once its mirror has settled, A."""
    return p[13] * REFERENCE_CURRENT * math.exp(log_current)


@njit(inline="always")
def source_into(log_current: float, voltage: float, p: tuple[float, ...]) -> float:
    """Return the current that the source output sends into ``voltage``, A; up to vdd − 0.5 V."""
    return source(log_current, p) * (1.0 - p[15] * (voltage - OUTPUT_VOLTAGE))


@njit(inline="always")
def sink_from(log_current: float, voltage: float, p: tuple[float, ...]) -> float:
    """Return the current that the sink output takes from ``voltage`` ≥ 0, A; settled.

    The knee is that of a FET in weak inversion, 1 − exp(−V/U_T).
    """
    knee = -math.expm1(-max(voltage, 0.0) / p[17])
    return sink(log_current, p) * (1.0 + p[16] * (voltage - OUTPUT_VOLTAGE)) * knee


@njit
def sink_follow(sink_current: float, settled: float, dt: float, p: tuple[float, ...]) -> float:
    """Return the sink's current after ``dt``, A; exact for a constant ``settled`` current.

    ``settled`` is what :func:`sink` or :func:`sink_from` gives; the solution is the logistic curve.
    """
    passed = math.exp(-min(settled * dt / p[14], 700.0))
    return settled / (1.0 + (settled / sink_current - 1.0) * passed)


@njit
def decay(log_current: float, dt: float, p: tuple[float, ...]) -> float:
    """Return x after ``dt`` without a pulse.

    With a constant factor r = 1 + e x, exp(m (x − x_f)) − 1 decays as exp(−m r t/tau); r is taken in
    the middle of internal steps of at most 0.3 tau.
    """
    x = log_current
    floor = math.log(p[9] / REFERENCE_CURRENT)
    e, m = p[8], p[10]
    left = dt / p[0]
    while left > 0.0:
        h = min(left, LARGEST_DECAY)
        above = math.exp(m * (x - floor))
        middle = x - 0.5 * h * (1.0 + e * x) * (1.0 - 1.0 / above)
        x = floor + math.log1p((above - 1.0) * math.exp(-m * h * (1.0 + e * middle))) / m
        left -= h
    return x


@njit
def inject(log_current: float, weight_current: float, width: float, p: tuple[float, ...]) -> float:
    """Return x after a pulse of ``width`` seconds of the weight current (A).

    Classical Runge-Kutta steps, each of which moves x by at most 0.4.
    """
    x = log_current
    if weight_current <= 0.0:
        return decay(x, width, p)
    log_weight = math.log(weight_current / REFERENCE_CURRENT)
    left = (width + (p[11] + p[12] * log_weight) / weight_current) / p[0]
    drive = weight_current / p[1]
    ell = math.log(weight_current / REFERENCE_WEIGHT)
    s = p[3] + (p[4] + p[5] * ell) * ell
    c = p[6] + p[7] * ell
    half = math.log(p[2] / REFERENCE_CURRENT)
    floor = math.log(p[9] / REFERENCE_CURRENT)
    while left > 0.0:
        k1 = _rise(x, drive, s, c, half, floor, p)
        h = min(left, LARGEST_RISE / max(abs(k1), 1e-30))
        k2 = _rise(x + 0.5 * h * k1, drive, s, c, half, floor, p)
        k3 = _rise(x + 0.5 * h * k2, drive, s, c, half, floor, p)
        k4 = _rise(x + h * k3, drive, s, c, half, floor, p)
        x += h / 6.0 * (k1 + 2.0 * (k2 + k3) + k4)
        left -= h
    return x


@njit(inline="always")
def _rise(
    x: float, drive: float, s: float, c: float, half: float, floor: float, p: tuple[float, ...]
) -> float:
    """Return tau dx/dt during a pulse."""
    y = x - half
    gain = 1.0 / (1.0 + math.exp(min((s + c * y) * y, 700.0)))
    return drive * gain - (1.0 + p[8] * x) * (1.0 - math.exp(-p[10] * (x - floor)))


@njit
def respond(
    times: NDArray[np.float64],
    onset: NDArray[np.float64],
    width: NDArray[np.float64],
    weight: NDArray[np.float64],
    p: tuple[float, ...],
) -> NDArray[np.float64]:
    """Return x at sorted times, from rest at time 0, under pulses that do not overlap.

    Parameters
    ----------
    times : (t,) array, s
    onset, width, weight : (n,) arrays, s, s, A
        When each pulse begins, how long it lasts, and its weight current.
    p : (18,) array
        One row of :meth:`Family.matrix`.
    """
    out = np.empty(len(times))
    x, now, k = rest(p), 0.0, 0
    for j in range(len(times)):
        while k < len(onset) and onset[k] + width[k] <= times[j]:
            x = inject(decay(x, onset[k] - now, p), weight[k], width[k], p)
            now = onset[k] + width[k]
            k += 1
        if k < len(onset) and onset[k] < times[j]:
            before = decay(x, onset[k] - now, p)
            out[j] = inject(before, weight[k], times[j] - onset[k], p)
        else:
            x = decay(x, times[j] - now, p)
            now = times[j]
            out[j] = x
    return out
