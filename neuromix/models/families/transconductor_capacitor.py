"""Transconductor of five transistors, and the capacitor that it charges.

With the inputs v_p and v_n, the mirror's current I_m and the output v,

    C dv/dt = g I_m (1 − e_m (v − V_0) − a_m exp((v − V_c)/D)) (1 − exp(−(V_c − v)/K_m)) − I_2
    dI_m/dt = I_m (I_1 − I_m)/(q_m r),   r = sqrt(1 + I_m/I_x),   K_m = k_m r

The pair splits the tail current I_t, with the share s = 1/(1 + exp(−y)) for its left half:

    y + c tanh(y/2) = x = (v_p − v_n − v_os)/N,   N = N_0 + b ((v_p + v_n)/2 − V_0)
    I_1 = I_t s G − d,   I_2 = I_t (1 − s G) + d,   G = 1 + (1 − s) q G^(1 − U/K_p)
    I_t = I_b (1 + e_t w) + (C_t U/N) dw/dt,   w = v_n − V_0 + N ln(1 + exp(x))
    v_t = v_k + w U/N,   q = exp((v_t − v)/K_p)
    d = (I_1 I_2/I_t) (e_p (v − V_0) − a_p exp((v_t − v)/D))

V_0 = 0.9 V, D = 0.1 V, and U is the thermal voltage. In weak inversion (c = 0), far from the rails
(q = 0) and without Early terms the static current is I_b tanh((v_p − v_n)/2N): C. Mead, "Analog
VLSI and Neural Systems", 1989, chapter 5 (from memory). What stands beside:

- c is the moderate inversion of the pair, and b the body effect on its slope factor.
- e_p, e_m and e_t are Early terms of pair, mirror and tail. That of the pair moves current from
  one half to the other, since the tail's stays. Saturation is soft: a_p and a_m are what is missing
  near the knees.
- q closes the pair's right half where the output comes down to the tail's node: its current falls
  as 1 − exp(−(v − v_s)/K_p), and the tail's node goes down with it from v_t to v_s = v_t − U ln G,
  so that the left half takes what is left. The other knee is the mirror's, at the ceiling V_c,
  wider in moderate inversion (I_x). BSIM4's knee is sharper than the exp(−v/U) of the physics.
- q_m is the mirror's internal pole, a lag of q_m r/I_m: at small currents it is slow.
- C_t is the capacitance of the tail's node, which follows the larger input.
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

REFERENCE_VOLTAGE = 0.9
"""V_0 of the equations, V: of the output and of the common mode."""

SOFTNESS = 0.1
"""D of the equations, V."""

STEPS_A_LAG = 1.5
"""Internal steps in the mirror's shortest lag."""

LARGEST_TURN = 1.0
"""Largest change of ln I_m in an internal step."""

SMALLEST_TAIL = 1e-3
"""Share of I_b that the pair keeps while its inputs fall so fast that the tail's node lags."""

LARGEST_EXPONENT = 30.0
"""Beyond it the pair's right half is closed anyway, and an exponential would overflow."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "integrator"

    capacitance: Values = quantity("F", "C, at the output", 1e-16, 1e-6, positive=True)
    bias_current: Values = quantity("A", "I_b, of the tail", 1e-14, 1e-3, positive=True)
    tail_early: Values = quantity("1/V", "e_t, Early term of the tail", -1.0, 1.0)
    tail_capacitance: Values = quantity("F", "C_t, at the tail's node", 1e-18, 1e-9, positive=True)
    thermal_voltage: Values = quantity("V", "U, kT/q", 5e-3, 5e-2, positive=True)
    input_scale: Values = quantity(
        "V", "N_0, slope factor of the pair times U", 1e-2, 1.0, positive=True
    )
    input_scale_slope: Values = quantity("1", "b, its change with the common mode", -0.1, 0.1)
    inversion: Values = quantity("1", "c, moderate inversion of the pair", 0.0, 10.0)
    offset: Values = quantity("V", "v_os, input offset", -0.5, 0.5)
    mirror_gain: Values = quantity("1", "g, of the mirror", 0.1, 10.0, positive=True)
    mirror_early: Values = quantity("1/V", "e_m, Early term of the mirror", -1.0, 1.0)
    mirror_charge: Values = quantity(
        "C", "q_m, lag of the mirror times its current", 1e-20, 1e-6, positive=True
    )
    mirror_inversion_current: Values = quantity(
        "A", "I_x, at which the mirror leaves weak inversion", 1e-13, 1.0, positive=True
    )
    mirror_knee: Values = quantity("V", "k_m, knee below the ceiling", 1e-3, 0.2, positive=True)
    ceiling: Values = quantity("V", "V_c, supply of the mirror", 0.3, 10.0, positive=True)
    pair_early: Values = quantity("1/V", "e_p, Early term of the pair", -1.0, 1.0)
    pair_knee: Values = quantity("V", "K_p, knee of the pair", 1e-3, 0.2, positive=True)
    pair_drop: Values = quantity(
        "V",
        "v_k, voltage of the tail's node with one input at 0.9 V, the other low",
        -2.0,
        2.0,
    )

    pair_softness: Values = quantity(
        "1", "a_p, what the pair lacks at its knee by soft saturation", -1.0, 1.0
    )
    mirror_softness: Values = quantity("1", "a_m, what the mirror lacks at its knee", -1.0, 1.0)

    def transconductance(self) -> float:
        """Return I_b/(2 N_0 (1 + c/2)), the slope at equal inputs in mid-range, S."""
        scale = np.asarray(self.input_scale) * (1.0 + 0.5 * np.asarray(self.inversion))
        return float(0.5 * np.asarray(self.bias_current) / scale)


@njit
def _share(x: float, inversion: float) -> float:
    """Return the share of the left half at a normalised input: two Newton steps from nearby."""
    y = x / (1.0 + 0.5 * inversion) if abs(x) < 2.0 else x - math.copysign(inversion, x)
    for _ in range(2):
        bend = math.tanh(0.5 * y)
        y -= (y + inversion * bend - x) / (1.0 + 0.5 * inversion * (1.0 - bend * bend))
    return 1.0 / (1.0 + math.exp(-y))


@njit
def _gathered(closed: float, ratio: float) -> float:
    """Return the root G of G = 1 + closed G**(1 − ratio), by Newton's method."""
    root: float = (1.0 + closed) ** (1.0 / ratio)
    for _ in range(3):
        bend = closed * root ** (-ratio)
        root -= (root - 1.0 - bend * root) / (1.0 + (ratio - 1.0) * bend)
    return root


@njit
def currents(
    positive: float,
    negative: float,
    positive_slope: float,
    negative_slope: float,
    output: float,
    mirrored: float,
    p: tuple[float, ...],
) -> tuple[float, float, float]:
    """Return the pair's left current, its right one, and what the mirror sends, A.

    Parameters
    ----------
    positive, negative : float, V
        The inputs.
    positive_slope, negative_slope : float, V/s
        How fast they move.
    output : float, V
    mirrored : float, A
        I_m; negative for a mirror that has settled.
    p : tuple of float
        A row of :meth:`Family.matrix`.
    """
    above = output - REFERENCE_VOLTAGE
    scale = p[5] + p[6] * (0.5 * (positive + negative) - REFERENCE_VOLTAGE)
    x = (positive - negative - p[8]) / scale
    follower = negative - REFERENCE_VOLTAGE + scale * (max(x, 0.0) + math.log1p(math.exp(-abs(x))))
    left_leads = 1.0 / (1.0 + math.exp(-x))
    moving = left_leads * positive_slope + (1.0 - left_leads) * negative_slope
    tail = p[1] * (1.0 + p[2] * follower) + p[3] * p[4] / scale * moving
    tail = max(tail, SMALLEST_TAIL * p[1])
    s = _share(x, p[7])
    tail_voltage = p[17] + follower * p[4] / scale
    closing = math.exp(min((tail_voltage - output) / p[16], LARGEST_EXPONENT))
    left = tail * s * _gathered((1.0 - s) * closing, p[4] / p[16])
    right = tail - left
    early = p[15] * above - p[18] * math.exp(min((tail_voltage - output) / SOFTNESS, 1.0))
    # Bounded: a step may find the output far below the tail's node, the right half in reverse.
    moved = early * left * max(right / tail, -1.0)
    left, right = left - moved, right + moved
    given = left if mirrored < 0.0 else mirrored
    knee = p[13] * math.sqrt(1.0 + max(given, 0.0) / p[12])
    early = p[10] * above + p[19] * math.exp((output - p[14]) / SOFTNESS)
    sent = p[9] * given * (1.0 - early) * -math.expm1(-(p[14] - output) / knee)
    return left, right, sent


@kept()
def static_currents(
    positive: Floats, negative: Floats, output: Floats, p: tuple[float, ...]
) -> Floats:
    """Return the current that the cell pushes out when everything has settled, shape (n,), A."""
    found = np.empty_like(positive)
    for k in range(len(positive)):
        _, right, sent = currents(positive[k], negative[k], 0.0, 0.0, output[k], -1.0, p)
        found[k] = sent - right
    return found


@kept()
def respond(
    times: Floats,
    corners: Floats,
    positive: Floats,
    negative: Floats,
    start: float,
    p: tuple[float, ...],
) -> Floats:
    """Return the output at sorted times from 0 on, under inputs of straight lines, V.

    Classical Runge-Kutta steps; the mirror's current on a logarithmic scale. It has settled at the
    start.

    Parameters
    ----------
    times : (t,) array, s
    corners, positive, negative : (n,) arrays, s, V, V
        Both inputs between the same corners.
    start : float, V
    p : tuple of float
        A row of :meth:`Family.matrix`.
    """
    found = np.empty_like(times)
    largest = p[11] / p[1] * math.sqrt(1.0 + p[1] / p[12]) / STEPS_A_LAG
    v, now, corner = start, 0.0, 0
    u = math.log(currents(positive[0], negative[0], 0.0, 0.0, v, -1.0, p)[0])
    for j in range(len(times)):
        while now < times[j]:
            while corner < len(corners) - 2 and corners[corner + 1] <= now:
                corner += 1
            length = corners[corner + 1] - corners[corner]
            inside = corners[corner] <= now < corners[corner + 1]
            rise = (positive[corner + 1] - positive[corner]) / length if inside else 0.0
            fall = (negative[corner + 1] - negative[corner]) / length if inside else 0.0
            part = min(max((now - corners[corner]) / length, 0.0), 1.0)
            a = positive[corner] + part * (positive[corner + 1] - positive[corner])
            b = negative[corner] + part * (negative[corner + 1] - negative[corner])
            h = min(largest, times[j] - now)
            if inside:
                h = min(h, corners[corner + 1] - now)
            v1, u1 = _slopes(a, b, rise, fall, v, u, p)
            h = min(h, LARGEST_TURN / max(abs(u1), 1e-30))
            a, b = a + 0.5 * h * rise, b + 0.5 * h * fall
            v2, u2 = _slopes(a, b, rise, fall, v + 0.5 * h * v1, u + 0.5 * h * u1, p)
            v3, u3 = _slopes(a, b, rise, fall, v + 0.5 * h * v2, u + 0.5 * h * u2, p)
            a, b = a + 0.5 * h * rise, b + 0.5 * h * fall
            v4, u4 = _slopes(a, b, rise, fall, v + h * v3, u + h * u3, p)
            v += h / 6.0 * (v1 + 2.0 * (v2 + v3) + v4)
            u += h / 6.0 * (u1 + 2.0 * (u2 + u3) + u4)
            now += h
        found[j] = v
    return found


@njit
def _slopes(
    positive: float,
    negative: float,
    positive_slope: float,
    negative_slope: float,
    v: float,
    u: float,
    p: tuple[float, ...],
) -> tuple[float, float]:
    """Return dv/dt, V/s, and the slope of u = ln I_m, 1/s."""
    mirrored = math.exp(u)
    left, right, sent = currents(positive, negative, positive_slope, negative_slope, v, mirrored, p)
    lag = p[11] * math.sqrt(1.0 + mirrored / p[12])
    return (sent - right) / p[0], (left - mirrored) / lag
