"""Parts of the mirrored-feedback neuron: the currents of its transistors, its comparator in time.

``p`` is one row of the matrix of :mod:`neuromix.models.families.mirrored_feedback_neuron`, whose
text has the equations.
"""

from __future__ import annotations

import math

from numba import njit

from neuromix.models.transistor import saturated, triode

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

LONG_AGO = 1.0
"""Clock of a neuron that has not spiked for long, s."""

AT_SUPPLY, AT_RESET, FREE = 0, 1, 2
"""Phases of the membrane: driven to the supply by its feedback, held at c, let go."""


@njit
def square(v: float, p: tuple[float, ...]) -> float:
    """Return S(v), A."""
    current: float = saturated(
        v - p[SQUARE_THRESHOLD],
        p[SQUARE_CURRENT],
        p[SQUARE_SLOPE],
        p[SQUARE_MOBILITY],
        p[THERMAL_VOLTAGE],
    )
    return current


@njit
def mirror(g: float, p: tuple[float, ...]) -> float:
    """Return M(g), A."""
    current: float = saturated(
        p[SUPPLY] - g - p[MIRROR_THRESHOLD],
        p[MIRROR_CURRENT],
        p[MIRROR_SLOPE],
        p[MIRROR_MOBILITY],
        p[THERMAL_VOLTAGE],
    )
    return current


@njit
def charging(g: float, p: tuple[float, ...]) -> float:
    """Return P(g), A."""
    current: float = saturated(
        p[SUPPLY] - g - p[SLOW_THRESHOLD], p[SLOW_CURRENT], p[MIRROR_SLOPE], 0.0, p[THERMAL_VOLTAGE]
    )
    return current


@njit
def leak(u: float, v: float, p: tuple[float, ...]) -> float:
    """Return L(u, v), A."""
    current: float = triode(
        u - p[LEAK_THRESHOLD],
        v,
        p[LEAK_CURRENT],
        p[LEAK_SLOPE],
        p[LEAK_MOBILITY],
        p[THERMAL_VOLTAGE],
    )
    return current * (1.0 + p[LEAK_EARLY] * v)


@njit
def discharge(u: float, p: tuple[float, ...]) -> float:
    """Return D(u), A."""
    current: float = saturated(
        u - p[DISCHARGE_THRESHOLD],
        p[DISCHARGE_CURRENT],
        p[DISCHARGE_SLOPE],
        p[DISCHARGE_MOBILITY],
        p[THERMAL_VOLTAGE],
    )
    return current


@njit
def lift(b: float, u: float, p: tuple[float, ...]) -> float:
    """Return R(b, u), A."""
    current: float = triode(
        p[LIFT_VOLTAGE] - b - p[LIFT_THRESHOLD],
        p[LIFT_VOLTAGE] - u,
        p[LIFT_CURRENT],
        p[MIRROR_SLOPE],
        p[LIFT_MOBILITY],
        p[THERMAL_VOLTAGE],
    )
    return current


@njit
def reset_time(p: tuple[float, ...]) -> float:
    """Return the time from v's passing the threshold until it is pulled to c, s."""
    return p[DELAY] + p[RESET_DELAY] + p[RESET_GROWTH] * p[RESET_VOLTAGE]


@njit
def lowest_output(p: tuple[float, ...]) -> float:
    """Return b while v is at c, V."""
    since: float = reset_time(p) - p[DELAY]
    pull = p[PULL] + p[PULL_GROWTH] * (p[SUPPLY] - p[LIFT_VOLTAGE])
    return p[SWITCHING] - p[FALL] * since + p[FALL_CURVE] * since * since - pull


@njit
def comparator(clock: float, phase: int, p: tuple[float, ...]) -> float:
    """Return b at a time since v passed the threshold, V."""
    if phase == AT_SUPPLY:
        since = clock - p[DELAY]
        return p[SWITCHING] - p[FALL] * since + p[FALL_CURVE] * since * since
    rising: float = max(clock - reset_time(p) - p[TURN], 0.0)
    lowest: float = lowest_output(p)
    return lowest + p[RISE] * rising + p[RISE_CURVE] * rising * rising


@njit
def rise_time(height: float, p: tuple[float, ...]) -> float:
    """Return how long b takes to rise by a height, s."""
    above = max(height, 0.0)
    root = math.sqrt(p[RISE] * p[RISE] + 4.0 * p[RISE_CURVE] * above)
    return 2.0 * above / (p[RISE] + root)


@njit
def release_time(p: tuple[float, ...]) -> float:
    """Return the time from v's passing the threshold until it is let go, s."""
    height = p[RELEASE] - p[RELEASE_SLOPE] * p[RESET_VOLTAGE] - lowest_output(p)
    held: float = reset_time(p) + p[TURN] + rise_time(height, p)
    return held
