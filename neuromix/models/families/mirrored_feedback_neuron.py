"""Neuron of Wijekoon and Dudek (2008): mirrored feedback, a slow variable, resets by a comparator.

Three voltages move between spikes: the membrane v, the slow variable u, and the gate g of the
mirror that feeds the membrane's square-law current back (its gates are as large as the membrane's
capacitor, so that it remembers the last spike):

    (C_v + C_m) dv/dt − C_m dg/dt = I + a M(g) (1 + λ (V_dd − v)) − L(u, v)
    (C_g + C_m) dg/dt − C_m dv/dt = M(g) − S(v)
    C_u du/dt = P(g) + R(b, u) − D(u)

with S, M, L, P, D, R the currents of the square-law transistor, the mirror's diode, the leak, and
the slow variable's charging, discharging and lifting transistors, all but L and R saturated
(:mod:`neuromix.models.transistor`). C_u and C_g grow by a gate's capacitance where their
transistors turn on.

When v passes a threshold the mirror drives it to the supply. After ``delay`` the comparator has
brought its output down to V_i and the spike leaves; t seconds from there the output stands at

    b = V_i − s_f t + q_f t²          until the reset at t_1 = t_r + t_c c,
    b = b_1 + s_r t' + q_r t'²        later, t' = max(t − t_1 − t_b, 0),

V_p + k_p (V_dd − d) lower after the reset than before, as v takes it along. At b = V_r − k_r c it
lets v go, a little below c. While b is low the lifting transistor charges u towards d. A spike soon
after another finds the comparator half-way: its clock starts at t_m exp(−t_free/tau_m).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.models.family import Family, Values, quantity
from neuromix.models.mirrored_feedback import (
    AT_RESET,
    AT_SUPPLY,
    COUPLING_CAPACITANCE,
    DELAY,
    DISCHARGE_SLOPE,
    DISCHARGE_THRESHOLD,
    FEEDBACK_EARLY,
    FEEDBACK_GAIN,
    FREE,
    HEAD_START,
    LIFT_VOLTAGE,
    LONG_AGO,
    MEMBRANE_CAPACITANCE,
    MIRROR_CAPACITANCE,
    MIRROR_CURRENT,
    MIRROR_GATE,
    MIRROR_LOW,
    MIRROR_SLOPE,
    MIRROR_THRESHOLD,
    RECOVERY_TIME,
    RELEASE_STEP,
    RESET_VOLTAGE,
    SLOW_CAPACITANCE,
    SLOW_GATE,
    SLOW_PULSE,
    SUPPLY,
    THERMAL_VOLTAGE,
    THRESHOLD,
    TURN,
    charging,
    comparator,
    discharge,
    leak,
    lift,
    lowest_output,
    mirror,
    release_time,
    reset_time,
    rise_time,
    square,
)
from neuromix.models.transistor import soft_logarithm, turned_on

BISECTIONS = 50
"""Of the mirror's voltage at rest."""

VOLTAGE_PER_STEP = 0.05
"""Largest move of a voltage in one internal step, V."""

LIFTING_STEP = 4e-9
"""Largest internal step while the comparator moves, s."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "bursting_neuron"

    membrane_capacitance: Values = quantity("F", "C_v", 1e-16, 1e-9, positive=True)
    coupling_capacitance: Values = quantity(
        "F", "C_m, membrane to mirror", 1e-18, 1e-9, positive=True
    )
    mirror_capacitance: Values = quantity("F", "C_g, mirror off", 1e-16, 1e-9, positive=True)
    mirror_gate: Values = quantity("F", "growth of C_g, mirror on", 1e-18, 1e-9, positive=True)
    slow_capacitance: Values = quantity("F", "C_u at 0 V", 1e-16, 1e-6, positive=True)
    slow_gate: Values = quantity("F", "growth of C_u", 1e-18, 1e-6, positive=True)
    square_current: Values = quantity("A", "S: I_s", 1e-15, 1e-3, positive=True)
    square_threshold: Values = quantity("V", "S: V_T", 0.0, 2.0)
    square_slope: Values = quantity("1", "S: n", 1.0, 3.0)
    square_mobility: Values = quantity("1/V", "S: theta", -1.0, 5.0)
    mirror_current: Values = quantity("A", "M: I_s", 1e-15, 1e-3, positive=True)
    mirror_threshold: Values = quantity("V", "M: V_T", 0.0, 2.0)
    mirror_slope: Values = quantity("1", "M, P, R: n", 1.0, 3.0)
    mirror_mobility: Values = quantity("1/V", "M: theta", -1.0, 5.0)
    feedback_gain: Values = quantity("1", "a", 1e-3, 1e3, positive=True)
    feedback_early: Values = quantity("1/V", "lambda", -0.5, 2.0)
    slow_current: Values = quantity("A", "P: I_s", 1e-15, 1e-3, positive=True)
    slow_threshold: Values = quantity("V", "P: V_T", 0.0, 2.0)
    slow_pulse: Values = quantity("A", "P while v is at the supply", 1e-15, 1e-3, positive=True)
    leak_current: Values = quantity("A", "L: I_s", 1e-15, 1e-3, positive=True)
    leak_threshold: Values = quantity("V", "L: V_T", 0.0, 2.0)
    leak_slope: Values = quantity("1", "L: n", 1.0, 3.0)
    leak_mobility: Values = quantity("1/V", "L: theta", -1.0, 5.0)
    leak_early: Values = quantity("1/V", "L: Early term", -0.5, 2.0)
    discharge_current: Values = quantity("A", "D: I_s", 1e-15, 1e-3, positive=True)
    discharge_threshold: Values = quantity("V", "D: V_T", 0.0, 2.0)
    discharge_slope: Values = quantity("1", "D: n", 1.0, 3.0)
    discharge_mobility: Values = quantity("1/V", "D: theta", -1.0, 5.0)
    lift_current: Values = quantity("A", "R: I_s", 1e-15, 1e-3, positive=True)
    lift_threshold: Values = quantity("V", "R: V_T", 0.0, 2.0)
    lift_mobility: Values = quantity("1/V", "R: theta", -1.0, 5.0)
    threshold: Values = quantity("V", "v from which the spike is taken to run", 0.1, 5.0)
    delay: Values = quantity("s", "from there to the output spike", 1e-12, 1e-3, positive=True)
    head_start: Values = quantity("s", "t_m, of that after no interval", -1e-3, 1e-3)
    recovery_time: Values = quantity("s", "tau_m", 1e-12, 1.0, positive=True)
    reset_delay: Values = quantity(
        "s", "t_r, from the spike to the reset at c = 0; either sign", -1e-3, 1e-3
    )
    reset_growth: Values = quantity("s/V", "t_c, its growth with c", -1e-3, 1e-3)
    turn: Values = quantity("s", "t_b, from the reset to the comparator's rise", 0.0, 1e-3)
    switching: Values = quantity("V", "V_i, of the inverter", 0.0, 5.0)
    fall: Values = quantity("V/s", "s_f", 1.0, 1e12, positive=True)
    fall_curve: Values = quantity("V/s^2", "q_f", 0.0, 1e24, positive=True)
    rise: Values = quantity("V/s", "s_r", 1.0, 1e12, positive=True)
    rise_curve: Values = quantity("V/s^2", "q_r", 0.0, 1e24, positive=True)
    pull: Values = quantity("V", "V_p, of the reset on b at d = V_dd", -5.0, 5.0)
    pull_growth: Values = quantity("1", "k_p, its growth as d falls", -5.0, 5.0)
    release: Values = quantity("V", "V_r", 0.0, 5.0)
    release_slope: Values = quantity("1", "k_r", -5.0, 5.0)
    release_step: Values = quantity("V", "by which v falls below c when it is let go", -0.5, 0.5)
    mirror_low: Values = quantity("V", "g while v is at the supply", 0.0, 5.0)
    supply: Values = quantity("V", "V_dd", 0.1, 20.0)
    thermal_voltage: Values = quantity("V", "U_T", 0.005, 0.1)
    reset_voltage: Values = quantity("V", "c", -1.0, 5.0)
    lift_voltage: Values = quantity("V", "d", 0.0, 20.0)
    energy_growth: Values = quantity(
        "J/V", "growth of the energy of a spike with c", -1e-6, 1e-6, default=0.0
    )

    def shortest_interval(self) -> Values:
        """Return the shortest time between two spikes, s."""
        held = np.asarray(self.turn) - np.abs(np.asarray(self.head_start))
        return np.asarray(np.maximum(np.asarray(self.delay) + held, 1e-9))


@njit
def _rates(
    v: float, u: float, g: float, clock: float, phase: int, i_in: float, p: tuple[float, ...]
) -> tuple[float, float, float]:
    """Return dv/dt, du/dt, dg/dt, V/s; only what the phase leaves free moves."""
    slow_capacitance = p[SLOW_CAPACITANCE] + p[SLOW_GATE] * turned_on(
        u - p[DISCHARGE_THRESHOLD], p[DISCHARGE_SLOPE], p[THERMAL_VOLTAGE]
    )
    into_slow = (p[SLOW_PULSE] if phase == AT_SUPPLY else charging(g, p)) - discharge(u, p)
    b = comparator(clock, phase, p)
    if b < p[LIFT_VOLTAGE]:
        into_slow += lift(b, u, p)
    du = into_slow / slow_capacitance
    if phase == AT_SUPPLY:
        return 0.0, du, 0.0
    mirrored = mirror(g, p)
    into_mirror = mirrored - square(v, p)
    own_g = (
        p[COUPLING_CAPACITANCE]
        + p[MIRROR_CAPACITANCE]
        + p[MIRROR_GATE]
        * turned_on(p[SUPPLY] - g - p[MIRROR_THRESHOLD], p[MIRROR_SLOPE], p[THERMAL_VOLTAGE])
    )
    if phase == AT_RESET:
        return 0.0, du, into_mirror / own_g
    into_membrane = (
        i_in
        + p[FEEDBACK_GAIN] * mirrored * (1.0 + p[FEEDBACK_EARLY] * (p[SUPPLY] - v))
        - leak(u, v, p)
    )
    own_v = p[MEMBRANE_CAPACITANCE] + p[COUPLING_CAPACITANCE]
    determinant = own_v * own_g - p[COUPLING_CAPACITANCE] * p[COUPLING_CAPACITANCE]
    return (
        (own_g * into_membrane + p[COUPLING_CAPACITANCE] * into_mirror) / determinant,
        du,
        (own_v * into_mirror + p[COUPLING_CAPACITANCE] * into_membrane) / determinant,
    )


@njit
def _step(g: float, rates: tuple[float, float, float], phase: int, p: tuple[float, ...]) -> float:
    """Return how long a step of the Runge-Kutta rule may be, s."""
    fastest = max(abs(rates[0]), abs(rates[1]), abs(rates[2]), 1e-30)
    h = VOLTAGE_PER_STEP / fastest
    if phase != AT_SUPPLY:
        # Stability: no longer than two time constants of the mirror's diode.
        soft = soft_logarithm(
            (p[SUPPLY] - g - p[MIRROR_THRESHOLD]) / (p[MIRROR_SLOPE] * p[THERMAL_VOLTAGE])
        )
        h = min(
            h,
            2.0
            * p[MIRROR_CAPACITANCE]
            * p[MIRROR_SLOPE]
            * p[THERMAL_VOLTAGE]
            / max(p[MIRROR_CURRENT] * soft, 1e-30),
        )
    return h


@njit
def rest(p: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the state before any input: both variables at 0 V, the mirror at what it carries."""
    low, high = 0.0, p[SUPPLY]
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if mirror(middle, p) > square(0.0, p):
            low = middle
        else:
            high = middle
    return np.array([0.0, 0.0, low, LONG_AGO])


@njit
def resume(lifted: float, p: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the state when a spike leaves, the slow variable given."""
    v = p[SUPPLY] if p[DELAY] < reset_time(p) else p[RESET_VOLTAGE]
    return np.array([v, lifted, p[MIRROR_LOW], p[DELAY]])


@njit
def slow(state: NDArray[np.float64]) -> float:
    """Return the slow variable, V."""
    return float(state[1])


@njit
def advance(state: NDArray[np.float64], i_in: float, dt: float, p: tuple[float, ...]) -> float:
    """Advance one neuron by ``dt`` under a constant input current.

    Internal steps (classical Runge-Kutta) move no voltage by more than a fraction of a transistor's
    slope, so that accuracy does not hang on ``dt``.

    Parameters
    ----------
    state : (4,) array
        v, u, g and the time since v passed the threshold (:data:`LONG_AGO` for a rested neuron);
        changed in place.
    i_in, dt : float
        Input current, A, and step, s.
    p : (n,) array
        One row of :meth:`Family.matrix`.

    Returns
    -------
    spike : float
        When the last spike left, s from the start of the step; negative if there was none.
    """
    v, u, g, clock = state[0], state[1], state[2], state[3]
    reset = reset_time(p)
    end = release_time(p)
    # Until then the lifting transistor may still conduct.
    quiet = reset + p[TURN] + rise_time(p[LIFT_VOLTAGE] - lowest_output(p), p)
    left, spike = dt, -1.0
    while left > 0.0:
        phase = AT_SUPPLY if clock < reset else AT_RESET if clock < end else FREE
        corner = math.inf
        for moment in (p[DELAY], reset, end):
            if clock < moment < corner:
                corner = moment
        h = min(left, corner - clock)
        if clock < quiet:
            h = min(h, LIFTING_STEP)
        k1 = _rates(v, u, g, clock, phase, i_in, p)
        h = min(h, _step(g, k1, phase, p))
        half, middle = 0.5 * h, clock + 0.5 * h
        k2 = _rates(v + half * k1[0], u + half * k1[1], g + half * k1[2], middle, phase, i_in, p)
        k3 = _rates(v + half * k2[0], u + half * k2[1], g + half * k2[2], middle, phase, i_in, p)
        k4 = _rates(v + h * k3[0], u + h * k3[1], g + h * k3[2], clock + h, phase, i_in, p)
        sixth = h / 6.0
        rise = sixth * (k1[0] + 2.0 * k2[0] + 2.0 * k3[0] + k4[0])
        part = 1.0
        crossed = phase == FREE and v + rise >= p[THRESHOLD] and rise > 0.0
        if crossed:
            part = max((p[THRESHOLD] - v) / rise, 0.0)
        v += part * rise
        u += part * sixth * (k1[1] + 2.0 * k2[1] + 2.0 * k3[1] + k4[1])
        g += part * sixth * (k1[2] + 2.0 * k2[2] + 2.0 * k3[2] + k4[2])
        left -= part * h
        if crossed:
            clock = p[HEAD_START] * math.exp(-(clock + part * h - end) / p[RECOVERY_TIME])
            v, g = p[SUPPLY], p[MIRROR_LOW]
            continue
        arrived = clock + h >= corner * (1.0 - 1e-12)
        if arrived and corner == p[DELAY]:
            spike = dt - left
        if arrived and corner == reset:
            v = p[RESET_VOLTAGE]
        if arrived and corner == end:
            v = p[RESET_VOLTAGE] - p[RELEASE_STEP]
        clock = corner if arrived else clock + h
    state[0], state[1], state[2], state[3] = v, u, g, clock
    return spike
