"""Parts of the mirrored-feedback neuron: what its parameters amount to, and its slopes.

``p`` is one row of the matrix of :mod:`neuromix.models.families.mirrored_feedback_neuron`, whose
text has the equations.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.models.elementary import BRANCHLESS, chosen, exp
from neuromix.models.family import Values
from neuromix.models.transistor import saturated, soft_logarithm, triode, turned_on

(
    MEMBRANE_CAPACITANCE,
    COUPLING_CAPACITANCE,
    MIRROR_CAPACITANCE,
    MIRROR_GATE,
    SLOW_CAPACITANCE,
    SLOW_GATE,
    SQUARE_CURRENT,
    SQUARE_THRESHOLD,
    SQUARE_SLOPE,
    SQUARE_MOBILITY,
    MIRROR_CURRENT,
    MIRROR_THRESHOLD,
    MIRROR_SLOPE,
    MIRROR_MOBILITY,
    FEEDBACK_GAIN,
    FEEDBACK_EARLY,
    SLOW_CURRENT,
    SLOW_THRESHOLD,
    SLOW_PULSE,
    LEAK_CURRENT,
    LEAK_THRESHOLD,
    LEAK_SLOPE,
    LEAK_MOBILITY,
    LEAK_EARLY,
    DISCHARGE_CURRENT,
    DISCHARGE_THRESHOLD,
    DISCHARGE_SLOPE,
    DISCHARGE_MOBILITY,
    LIFT_CURRENT,
    LIFT_THRESHOLD,
    LIFT_MOBILITY,
    THRESHOLD,
    DELAY,
    HEAD_START,
    RECOVERY_TIME,
    RESET_DELAY,
    RESET_GROWTH,
    TURN,
    SWITCHING,
    FALL,
    FALL_CURVE,
    RISE,
    RISE_CURVE,
    PULL,
    PULL_GROWTH,
    RELEASE,
    RELEASE_SLOPE,
    RELEASE_STEP,
    MIRROR_LOW,
    SUPPLY,
    THERMAL_VOLTAGE,
    RESET_VOLTAGE,
    LIFT_VOLTAGE,
    ENERGY_GROWTH,
) = range(54)
"""Columns of :meth:`Family.matrix`: the fields of its ``Dynamics``, in their order."""

DERIVED = (
    SQUARE_RATE,
    MIRROR_RATE,
    LEAK_RATE,
    DISCHARGE_RATE,
    DRAIN_RATE,
    SQUARE_FIELD,
    MIRROR_FIELD,
    LEAK_FIELD,
    DISCHARGE_FIELD,
    LIFT_FIELD,
    SLOW_SHARE,
    RESET_TIME,
    TURN_TIME,
    RELEASE_TIME,
    QUIET_TIME,
    LOWEST_OUTPUT,
) = range(54, 70)
"""Columns behind them, as :func:`derived` returns them."""

LONG_AGO = 1.0
"""Clock of a neuron that has not spiked for long, s."""


def derived(values: Mapping[str, Values]) -> list[Values]:
    """Return what follows from the parameters: divisions, an exponential and roots made once.

    Per transistor 1/(2 n U_T) and 2 θ n U_T, 1/(2 U_T) of all drains, e^((V_TM − V_TP)/(2 n U_T))
    between the mirror and the slow variable's charging, which share their gate and slope; the times
    since v passed the threshold at which v is pulled to c, b begins to rise, v is let go, and b
    reaches d, so that the lifting transistor conducts no more, s; and b while v is at c, V.

    Returns
    -------
    columns : list of float or (n,) ndarray
        In the order of :data:`DERIVED`.
    """
    of = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    thermal = of["thermal_voltage"]
    widths = {
        name: 2.0 * of[f"{name}_slope"] * thermal
        for name in ("square", "mirror", "leak", "discharge")
    }
    shift = (of["mirror_threshold"] - of["slow_threshold"]) / widths["mirror"]
    since = of["reset_delay"] + of["reset_growth"] * of["reset_voltage"]
    reset = of["delay"] + since
    turn = reset + of["turn"]
    pull = of["pull"] + of["pull_growth"] * (of["supply"] - of["lift_voltage"])
    fallen = of["switching"] - of["fall"] * since + of["fall_curve"] * since * since
    lowest = fallen - pull
    let_go = of["release"] - of["release_slope"] * of["reset_voltage"]
    return [
        *(1.0 / width for width in widths.values()),
        0.5 / thermal,
        *(of[f"{name}_mobility"] * width for name, width in widths.items()),
        of["lift_mobility"] * widths["mirror"],
        np.exp(shift),
        reset,
        turn,
        turn + _rise_time(let_go - lowest, of),
        turn + _rise_time(of["lift_voltage"] - lowest, of),
        lowest,
    ]


def _rise_time(
    height: NDArray[np.float64], of: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return how long b takes to rise by a height, s."""
    above = np.maximum(height, 0.0)
    root = np.sqrt(of["rise"] ** 2 + 4.0 * of["rise_curve"] * above)
    return np.asarray(2.0 * above / (of["rise"] + root))


@njit(**BRANCHLESS)
def mirrored_share(g: float, p: tuple[float, ...]) -> float:
    """Return e^(x/2) of the mirror's gate."""
    share: float = exp((p[SUPPLY] - g - p[MIRROR_THRESHOLD]) * p[MIRROR_RATE])
    return share


@njit(**BRANCHLESS)
def square(v: float, p: tuple[float, ...]) -> float:
    """Return S(v), A."""
    soft = soft_logarithm(exp((v - p[SQUARE_THRESHOLD]) * p[SQUARE_RATE]))
    current: float = saturated(soft, p[SQUARE_CURRENT], p[SQUARE_FIELD])
    return current


@njit(**BRANCHLESS)
def lift(clock: float, u: float, p: tuple[float, ...]) -> float:
    """Return R(b, u) at a time since v passed the threshold, A; 0 once b has reached d."""
    since = clock - p[DELAY]
    falling = p[SWITCHING] - p[FALL] * since + p[FALL_CURVE] * since * since
    rising = max(clock - p[TURN_TIME], 0.0)
    risen = p[LOWEST_OUTPUT] + p[RISE] * rising + p[RISE_CURVE] * rising * rising
    b = chosen(clock < p[RESET_TIME], falling, risen)
    x = (p[LIFT_VOLTAGE] - b - p[LIFT_THRESHOLD]) * p[MIRROR_RATE]
    soft = soft_logarithm(exp(x))
    far = soft_logarithm(exp(x - (p[LIFT_VOLTAGE] - u) * p[DRAIN_RATE]))
    current: float = triode(soft, far, p[LIFT_CURRENT], p[LIFT_FIELD])
    lifting: float = chosen(b < p[LIFT_VOLTAGE], current, 0.0)
    return lifting


@njit(**BRANCHLESS)
def rates(
    v: float, u: float, g: float, clock: float, i_in: float, p: tuple[float, ...]
) -> tuple[float, float, float, float, float]:
    """Return how fast the three voltages move, and how fast v and g relax by themselves.

    v is driven to the supply before the reset and held at c before the release; g waits at its
    lowest value until the reset.

    Returns
    -------
    dv, du, dg : float
        V/s.
    of_membrane, of_mirror : float
        Conductance over capacitance: of the leak's drain at v, and of the mirror's diode at g, 1/s.
    """
    at_supply, free = clock < p[RESET_TIME], clock >= p[RELEASE_TIME]
    e = mirrored_share(g, p)
    soft, on = soft_logarithm(e), turned_on(e)
    mirrored = saturated(soft, p[MIRROR_CURRENT], p[MIRROR_FIELD])
    charging = saturated(soft_logarithm(e * p[SLOW_SHARE]), p[SLOW_CURRENT], 0.0)
    own_g = p[COUPLING_CAPACITANCE] + p[MIRROR_CAPACITANCE] + p[MIRROR_GATE] * on
    field = 1.0 + p[MIRROR_FIELD] * soft
    of_mirror = p[MIRROR_CURRENT] * soft * on * p[MIRROR_RATE] * (1.0 + field) / (field * field)

    e = exp((u - p[DISCHARGE_THRESHOLD]) * p[DISCHARGE_RATE])
    discharge = saturated(soft_logarithm(e), p[DISCHARGE_CURRENT], p[DISCHARGE_FIELD])
    own_u = p[SLOW_CAPACITANCE] + p[SLOW_GATE] * turned_on(e)
    fed = chosen(at_supply, p[SLOW_PULSE], charging)
    du = (fed - discharge + lift(clock, u, p)) / own_u

    x = (u - p[LEAK_THRESHOLD]) * p[LEAK_RATE]
    e = exp(x - v * p[DRAIN_RATE])
    soft, far = soft_logarithm(exp(x)), soft_logarithm(e)
    leak = triode(soft, far, p[LEAK_CURRENT], p[LEAK_FIELD]) * (1.0 + p[LEAK_EARLY] * v)
    of_leak = 2.0 * p[LEAK_CURRENT] * far * turned_on(e) * p[DRAIN_RATE]

    into_mirror = mirrored - square(v, p)
    fed_back = p[FEEDBACK_GAIN] * mirrored * (1.0 + p[FEEDBACK_EARLY] * (p[SUPPLY] - v))
    into_membrane = i_in + fed_back - leak
    own_v = p[MEMBRANE_CAPACITANCE] + p[COUPLING_CAPACITANCE]
    # With v held, dg/dt is that of g alone: the same as no coupling.
    coupling = chosen(free, p[COUPLING_CAPACITANCE], 0.0)
    inverse = 1.0 / (own_v * own_g - coupling * coupling)
    dv = (own_g * into_membrane + coupling * into_mirror) * inverse
    dg = (own_v * into_mirror + coupling * into_membrane) * inverse
    return (
        chosen(free, dv, 0.0),
        du,
        chosen(at_supply, 0.0, dg),
        chosen(free, of_leak / own_v, 0.0),
        chosen(at_supply, 0.0, of_mirror / own_g),
    )
