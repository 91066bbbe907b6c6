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

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.models.elementary import BRANCHLESS, chosen, exp
from neuromix.models.family import Family, Values, quantity
from neuromix.models.mirrored_feedback import (
    DELAY,
    HEAD_START,
    LONG_AGO,
    MIRROR_CURRENT,
    MIRROR_FIELD,
    MIRROR_LOW,
    QUIET_TIME,
    RECOVERY_TIME,
    RELEASE_STEP,
    RELEASE_TIME,
    RESET_TIME,
    RESET_VOLTAGE,
    SUPPLY,
    THRESHOLD,
    TURN_TIME,
    derived,
    mirrored_share,
    rates,
    square,
)
from neuromix.models.transistor import saturated, soft_logarithm

BISECTIONS = 50
"""Of the mirror's voltage at rest."""

LARGEST_MOVE = 0.04
"""Largest move in one stride of v, of u, and of g downwards, where the mirror's slope grows, V."""

LARGEST_FALL, LARGEST_FALL_AFTER_SPIKE = 0.7, 0.35
"""Largest stride in time constants of the mirror's diode and of the leak, and while g rises from
its lowest value by many times a transistor's slope. The classical Runge-Kutta rule is stable up to
2.8 of them; with these an interval between spikes is within 1e-3 (median 1e-4) of what strides of a
tenth give, in all patterns at 0.3 nA to 300 nA."""

LIFTING_STRIDE = 8e-9
"""Largest stride while the comparator moves, s."""

NEVER = 1e30
"""s"""


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

    def matrix(self, size: int = 1) -> NDArray[np.float64]:
        """Return the parameters, and what kernels derive from them behind."""
        columns = [np.broadcast_to(column, (size,)) for column in derived(self.values())]
        return np.column_stack([super().matrix(size), *columns])

    def shortest_interval(self) -> Values:
        """Return a time that no two spikes are closer than, s.

        v cannot pass the threshold before it is let go, and then the comparator has at most its
        head start.
        """
        *_, release, _, _ = derived(self.values())
        ahead = np.maximum(np.asarray(self.head_start), 0.0)
        held = np.maximum(np.asarray(release) - np.asarray(self.delay), 0.0)
        return np.asarray(np.maximum(held + np.asarray(self.delay) - ahead, 1e-9))


@njit
def rest(p: tuple[float, ...]) -> tuple[float, ...]:
    """Return the state before any input: both variables at 0 V, the mirror at what it carries."""
    low, high = 0.0, p[SUPPLY]
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        soft = soft_logarithm(mirrored_share(middle, p))
        if saturated(soft, p[MIRROR_CURRENT], p[MIRROR_FIELD]) > square(0.0, p):
            low = middle
        else:
            high = middle
    return 0.0, 0.0, low, LONG_AGO


@njit
def resume(lifted: float, p: tuple[float, ...]) -> tuple[float, ...]:
    """Return the state when a spike leaves, the slow variable given."""
    v = p[SUPPLY] if p[DELAY] < p[RESET_TIME] else p[RESET_VOLTAGE]
    return v, lifted, p[MIRROR_LOW], p[DELAY]


@njit
def slow(state: tuple[float, ...]) -> float:
    """Return the slow variable, V."""
    return state[1]


@njit(**BRANCHLESS)
def _next(clock: float, moment: float, corner: float) -> float:
    """Return the earlier of a corner and a moment that is still to come."""
    earlier: float = min(corner, chosen(clock < moment, moment, NEVER))
    return earlier


@njit(**BRANCHLESS)
def stride(
    state: tuple[float, ...], i_in: float, left: float, p: tuple[float, ...]
) -> tuple[tuple[float, ...], float, bool]:
    """Make one internal step under a constant input current, without a branch.

    A step of the classical Runge-Kutta rule, which ends where the equations change, at the
    threshold, or at ``left``; else it is so long that v and u move by a part of a transistor's
    slope and v and g keep up with their time constants, so that accuracy does not hang on the
    caller's step.

    Parameters
    ----------
    state : 4 floats
        v, u, g and the time since v passed the threshold (:data:`LONG_AGO` for a rested neuron).
    i_in, left : float
        Input current, A, and the longest step, s.
    p : tuple of float
        One row of :meth:`Dynamics.matrix`.

    Returns
    -------
    state, passed, spiked
        The new state; how long the step was, s; whether a spike leaves at its end.
    """
    v, u, g, clock = state
    corner = _next(clock, p[DELAY], NEVER)
    corner = _next(clock, p[RESET_TIME], corner)
    corner = _next(clock, p[TURN_TIME], corner)
    corner = _next(clock, p[RELEASE_TIME], corner)
    corner = _next(clock, p[QUIET_TIME], corner)
    to_corner = corner - clock

    dv1, du1, dg1, of_membrane, of_mirror = rates(v, u, g, clock, i_in, p)
    moving = max(abs(dv1), abs(du1), -dg1) * (1.0 / LARGEST_MOVE)
    quiet = clock >= p[QUIET_TIME]
    share = chosen(quiet, 1.0 / LARGEST_FALL, 1.0 / LARGEST_FALL_AFTER_SPIKE)
    lifting = chosen(quiet, 1.0 / NEVER, 1.0 / LIFTING_STRIDE)
    h = min(left, to_corner, 1.0 / max(moving, max(of_membrane, of_mirror) * share, lifting))

    # The middle and the end of a step that ends at a corner still belong to what is before it.
    half, middle, last = 0.5 * h, clock + 0.5 * h, min(clock + h, corner * (1.0 - 1e-15))
    dv2, du2, dg2, _, _ = rates(v + half * dv1, u + half * du1, g + half * dg1, middle, i_in, p)
    dv3, du3, dg3, _, _ = rates(v + half * dv2, u + half * du2, g + half * dg2, middle, i_in, p)
    dv4, du4, dg4, _, _ = rates(v + h * dv3, u + h * du3, g + h * dg3, last, i_in, p)
    rise = (h / 6.0) * (dv1 + 2.0 * (dv2 + dv3) + dv4)

    free, short = clock >= p[RELEASE_TIME], p[THRESHOLD] - v
    crossed = free & (rise > 0.0) & (rise >= short)
    passed = h * chosen(crossed, max(short, 0.0) / chosen(crossed, rise, 1.0), 1.0)
    sixth = passed / 6.0
    v += sixth * (dv1 + 2.0 * (dv2 + dv3) + dv4)
    u += sixth * (du1 + 2.0 * (du2 + du3) + du4)
    g += sixth * (dg1 + 2.0 * (dg2 + dg3) + dg4)

    arrived = (h >= to_corner) & (not crossed)
    let_go = arrived & (corner == p[RELEASE_TIME])
    v = chosen(arrived & (corner == p[RESET_TIME]), p[RESET_VOLTAGE], v)
    v = chosen(let_go, p[RESET_VOLTAGE] - p[RELEASE_STEP], v)
    v = chosen(crossed, p[SUPPLY], v)
    g = chosen(crossed, p[MIRROR_LOW], g)
    recovered = exp((p[RELEASE_TIME] - clock - passed) / p[RECOVERY_TIME])
    clock = chosen(arrived, corner, clock + passed)
    clock = chosen(crossed, p[HEAD_START] * recovered, clock)
    return (v, u, g, clock), passed, arrived & (corner == p[DELAY])
