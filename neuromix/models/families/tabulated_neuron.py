"""Integrate-and-fire neuron whose membrane current is a table.

The membrane obeys, between spikes,

    (C0 + C1 V) dV/dt = I + s i(V − δ)

with i the cubic spline through a uniform table over ``low`` … ``threshold``
(:mod:`neuromix.models.spline`); below ``low`` it is a straight line. At V = V_t + δ the neuron
spikes after ``delay``; the membrane is then held at ``reset`` for

    t0 + t1 ln(1 + I/I_0) − t_m exp(−t_free/tau_m),    I_0 = 1 nA

as in :mod:`neuromix.models.families.positive_feedback_lif`. Instances share the table; what differs
between them is the capacitance, the scale ``s``, the shift ``δ`` and ``t0``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.errors import BadValue
from neuromix.models.elementary import chosen
from neuromix.models.family import Family, Values, quantity, tabulated
from neuromix.models.membrane_current import measured
from neuromix.models.spline import coefficients, lookup

REFERENCE_CURRENT = 1e-9
"""I_0 of the equations, A."""

POINTS = 25
"""Of the table. A table of positive_feedback_lif misses its interval between spikes by 0.013 % at
most from 15 pA on, with 17 points by 0.12 %, with 33 by 0.007 %; straight lines between 33 points
by 0.4 %, between 65 by 0.1 %. A neuron's step takes 2.5 ns with 17, 4.9 ns with 33."""

LARGEST_MOVE = 2.0
"""Largest move of the membrane in one internal step, in spacings of the table."""

LARGEST_GROWTH = 0.1
"""Largest product of an internal step and the slope of dV/dt over V; the error of a step goes with
its square."""

TABLE = 12
"""Where the spline's coefficients begin in a row of :meth:`Dynamics.matrix`."""

_current = lookup(TABLE, POINTS)


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the membrane equation above; SI."""

    role: ClassVar[str] = "neuron"

    capacitance: Values = quantity("F", "C0, membrane at 0 V", 1e-16, 1e-6, positive=True)
    low: Values = quantity("V", "first point of the table", -5.0, 5.0)
    threshold: Values = quantity("V", "V_t, last point of the table; spike", -5.0, 5.0)
    reset: Values = quantity("V", "membrane when it is let go", -5.0, 5.0)
    refractory_time: Values = quantity("s", "t0, hold at no input", 1e-12, 1.0, positive=True)
    current: NDArray[np.float64] = tabulated("A", "i(V), into the membrane", POINTS, -1.0, 1.0)
    current_scale: Values = quantity("", "s, of the table", 1e-3, 1e3, positive=True, default=1.0)
    voltage_shift: Values = quantity("V", "δ, of table and threshold", -1.0, 1.0, default=0.0)
    capacitance_slope: Values = quantity("F/V", "C1", -1e-6, 1e-6, default=0.0)
    refractory_growth: Values = quantity(
        "s", "t1, growth with ln(1 + I/1 nA)", -1.0, 1.0, default=0.0
    )
    recovery_depth: Values = quantity(
        "s", "t_m, hold lost after no interval", -1.0, 1.0, default=0.0
    )
    recovery_time: Values = quantity(
        "s", "tau_m, of that loss", 1e-9, 1.0, positive=True, default=1.0
    )
    delay: Values = quantity("s", "from threshold to the output spike", 0.0, 1e-2, default=0.0)

    def __post_init__(self) -> None:
        if not np.all(np.maximum(self.low, self.reset) < np.asarray(self.threshold)):
            raise BadValue(
                f"family {self.name()!r}: reset and the first point of the table are not below "
                "the threshold",
                cure="a table that rises to the threshold, its last point",
            )

    @classmethod
    def of(cls, dynamics: Family, low: float | None = None) -> Self:
        """Tabulate another neuron family.

        Its membrane is measured by its own ``advance``. Threshold, reset, delay and the law of the
        hold are taken where it has parameters of these names.

        Parameters
        ----------
        dynamics : Family
            Of the role ``neuron`` with the membrane as its one state; scalars.
        low : float, V, optional
            First point of the table; the lower one of 0 and its reset by default.

        Raises
        ------
        BadValue
            Where its membrane does not obey (C0 + C1 V) dV/dt = I + i(V), or it has no
            ``threshold``, ``reset`` or ``refractory_time``.
        """
        theirs = dynamics.values()
        missing = [k for k in ("threshold", "reset", "refractory_time") if k not in theirs]
        several = [
            k for k, value in theirs.items() if np.ndim(value) and k not in dynamics.tables()
        ]
        if dynamics.role != cls.role or missing or several:
            raise BadValue(
                f"tabulated_neuron: {dynamics.name()} cannot be tabulated",
                [f"role {dynamics.role!r}; missing: {missing}; more than one value: {several}"],
                "one instance of a neuron that has a threshold, a reset and a refractory_time",
            )
        # A shift that theirs may have moves its threshold, too.
        top = float(theirs["threshold"]) + float(theirs.get("voltage_shift", 0.0))
        bottom = min(0.0, float(theirs["reset"])) if low is None else low
        taken = {
            name: float(theirs[name])
            for name in (
                "reset", "delay", "refractory_time", "refractory_growth",
                "recovery_depth", "recovery_time",
            )
            if name in theirs
        }  # fmt: skip
        capacitance, slope, current = measured(dynamics, np.linspace(bottom, top, POINTS))
        return cls.from_values(
            taken
            | {
                "capacitance": capacitance,
                "capacitance_slope": slope,
                "low": bottom,
                "threshold": top,
                "current": current,
            }
        )

    def matrix(self, size: int = 1) -> NDArray[np.float64]:
        """Return the parameters as kernels want them, shape ``(size, TABLE + POINTS)``.

        The shift is added to both ends of the table, whose spacing comes as its inverse; the scale
        is in the coefficients of the spline.
        """
        shift, low = np.asarray(self.voltage_shift), np.asarray(self.low)
        spacing = (np.asarray(self.threshold) - low) / (POINTS - 1)
        columns = [
            self.capacitance, self.capacitance_slope, low + shift, 1.0 / spacing,
            self.threshold + shift, self.reset, self.refractory_time, self.refractory_growth,
            self.recovery_depth, self.recovery_time, self.delay, LARGEST_MOVE * spacing,
        ]  # fmt: skip
        scale = np.broadcast_to(self.current_scale, (size,))
        table = scale[:, None] * coefficients(np.asarray(self.current))
        return np.column_stack([*(np.broadcast_to(item, (size,)) for item in columns), table])

    def shortest_interval(self) -> Values:
        """Return the shortest time between two spikes, s: a hold without any recovery."""
        return np.asarray(self.refractory_time) - np.maximum(self.recovery_depth, 0.0)


@njit(inline="always")
def membrane_rate(v: float, i_in: float, p: tuple[float, ...]) -> tuple[float, float]:
    """Return dV/dt, V/s, and its slope over V, 1/s; ``p`` is one row of :meth:`Dynamics.matrix`."""
    current, slope = _current(p, (v - p[2]) * p[3])
    inverse = 1.0 / (p[0] + p[1] * v)
    return (i_in + current) * inverse, slope * p[3] * inverse


@njit(inline="always")
def hold_time(i_in: float, free: float, p: tuple[float, ...]) -> float:
    """Return for how long the membrane is held after a spike, s."""
    growth = p[7] * math.log1p(max(i_in, 0.0) / REFERENCE_CURRENT)
    return max(0.0, p[6] + growth - p[8] * math.exp(-free / p[9]))


@njit
def advance(
    v: float, hold: float, i_in: float, dt: float, p: tuple[float, ...]
) -> tuple[float, float, float]:
    """Advance one neuron by ``dt`` under a constant input current.

    Internal steps (midpoint rule) are bounded by ``LARGEST_MOVE`` and ``LARGEST_GROWTH``, so that
    accuracy does not hang on ``dt``.

    Parameters
    ----------
    v, hold : float
        Membrane, V, and the time for which it is still held, s; a negative ``hold`` is the time
        for which it has been free.
    i_in, dt : float
        Input current, A, and step, s.
    p : (TABLE + POINTS,) array
        One row of :meth:`Dynamics.matrix`.

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
                return p[5], hold - left, spike
            left -= hold
            hold = 0.0
            v = p[5]
        rate, growth = membrane_rate(v, i_in, p)
        h = min(left, p[11] / max(abs(rate), 1e-30), LARGEST_GROWTH / max(abs(growth), 1e-30))
        middle, _ = membrane_rate(v + 0.5 * h * rate, i_in, p)
        change = h * middle
        if v + change >= p[4] and change > 0.0:
            h *= (p[4] - v) / change
            left -= h
            spike = dt - left + p[10]
            hold = p[10] + hold_time(i_in, h - hold, p)
            v = p[5]
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

    As :func:`neuromix.models.families.positive_feedback_lif.step`: a held one is held on, a free
    one makes one step of the midpoint rule, with the middle at half of what the step before has
    ``moved`` it.

    Returns
    -------
    v, hold : float
        New state.
    done : bool
        Whether this was allowed: no spike, no end of a hold, a step within both bounds. If not,
        :func:`advance` has to start from the old state.
    """
    rate, growth = membrane_rate(v + 0.5 * moved, i_in, p)
    change = dt * rate
    bounded = (abs(change) <= p[11]) & (dt * abs(growth) <= LARGEST_GROWTH)
    held = hold >= dt
    done = held | ((hold <= 0.0) & bounded & (v + change < p[4]))
    return chosen(held, p[5], v + change), hold - dt, done
