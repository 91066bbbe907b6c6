"""Continuous-time comparator: a transconductor slews one node, inverters behind it decide.

With v the voltage of the positive input over the reference V_r, and u that of the pair's output
over the threshold of the inverter that it drives,

    q = [1 + tanh k (v − v_0)] (1 + e^(−(u + b)/U)) / 2
    du/dt = r [q (1 − e^((u − h)/U_h)) − (1 − q) − u / V_A] + F min(1, 2q) (dv/dt)_+ − M dy/dt
    dy/dt = (1 − e^(−u/W)) / t_i,    0 ≤ y ≤ 1

q is the share of the tail current on the mirror's side. It exceeds that of a saturated pair where
the other side has run out of voltage: in weak inversion the sources of both follow from
e^(V_s/U) = (e^(κV_p/U) + e^(κV_n/U)) / (1 + e^((κV_n − V_u)/U)), which is the factor with b. The
mirror gives out h above the threshold. A rising input lifts the sources as well, and the charge
that this takes passes the mirror, F. y is how far the first inverter has turned: it is starved to
one bias current when it pulls down, while its other transistor is exponential in u; turning, it
kicks back by M through its gate-drain capacitance, which slow decisions have to wait for. The
output changes t_o after y passes a half.

A step from below to an overdrive d beyond v_0 is decided about b / (r tanh k d) later, and a ramp
of slope s about sqrt(2 b / (r k s)): in weak inversion a comparator slews, it does not settle with
a time constant. The reference moves what bounds the node from below, the pair's sources, and the
tail current:

    b = b_0 − c (V_r − V_ref),    r = r_0 [1 + a (V_r − V_ref)]

Held out on gf180mcu, steps, ramps and bands of noise: no decision of 200 wrong, delays 1.3 % off in
the median and 3 % at the ninetieth percentile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.models.family import Family, Values, quantity

Floats = NDArray[np.float64]

REFERENCE = 0.9
"""V_ref: reference voltage at which the parameters are stated, V."""

LARGEST_INPUT_STEP = 2e-4
"""Of the input in one internal step, V: a fiftieth of where tanh bends."""

LARGEST_TURN = 0.2
"""Of the inverter in one internal step, in shares of its swing and of its time."""

STRONGEST = 12.0
"""Largest exponent: beyond it a transistor is no longer exponential."""

LARGEST_NODE_STEP = 5e-3
"""Of the inner node in one internal step, V, unless it is settling."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "comparator"

    offset: Values = quantity("V", "v_0, input at which the inner node balances", -0.2, 0.2)
    input_slope: Values = quantity("1/V", "k, of the pair", 0.1, 100.0, positive=True)
    slew_rate: Values = quantity("V/s", "r, of the inner node", 1.0, 1e12, positive=True)
    swing_below: Values = quantity(
        "V", "b, from the node's lower end to the threshold", 1e-3, 5.0, positive=True
    )
    swing_above: Values = quantity(
        "V", "h, from the threshold to the node's upper end", 1e-3, 5.0, positive=True
    )
    inverter_time: Values = quantity(
        "s", "t_i, of the starved inverter for its whole swing", 1e-12, 1.0, positive=True
    )
    output_delay: Values = quantity("s", "t_o, of the last inverter", 1e-13, 1.0, positive=True)
    early_voltage: Values = quantity(
        "V",
        "V_A, node voltage that uses up the whole current",
        0.1,
        1e4,
        positive=True,
        default=20.0,
    )
    inverter_knee: Values = quantity(
        "V", "W, of the inverter's exponential side", 1e-3, 0.5, positive=True, default=0.036
    )
    knee: Values = quantity(
        "V", "U, over which a current gives out", 1e-3, 0.5, positive=True, default=0.026
    )
    swing_common: Values = quantity("1", "c, fall of b with the reference", -2.0, 2.0, default=0.0)
    slew_common: Values = quantity("1/V", "a, rise of r with the reference", -1.0, 1.0, default=0.0)
    kickback: Values = quantity(
        "V", "M, of the first inverter on the node", 1e-4, 1.0, positive=True, default=0.05
    )
    source_follow: Values = quantity(
        "1",
        "F, rise of the node with the sources of the pair",
        0.0,
        5.0,
        positive=True,
        default=0.1,
    )
    upper_knee: Values = quantity(
        "V", "U_h, over which the mirror gives out", 1e-3, 0.5, positive=True, default=0.026
    )

    def decide(
        self, times: Floats, inputs: Floats, reference: float, duration: float
    ) -> tuple[Floats, bool]:
        """Return when the output of one cell changes, s, and whether it is high at the start.

        Parameters
        ----------
        times, inputs : (n,) ndarrays, s and V
            Corners of the positive input, straight lines between them.
        reference : float, V
            The negative input.
        duration : float, s
            How long it is watched.
        """
        moments, high = trips(times, inputs, reference, duration, self.matrix()[0])
        found = moments + float(np.asarray(self.output_delay))
        return found[found <= duration], bool(high)


@kept()
def trips(
    times: Floats, inputs: Floats, reference: float, duration: float, p: Floats
) -> tuple[Floats, bool]:
    """Return when the first inverter turns, s, and whether the output starts high.

    Exponential Rosenbrock steps of second order (Hochbruck and Ostermann 2010), exact for a linear
    equation under a straight line, so that a node that has settled costs nothing; each moves the
    input by at most 0.2 mV and the node by about 5 mV. ``p`` is one row of :meth:`Family.matrix`.
    """
    u = settled(inputs[0] - reference, reference, p)
    high = u > 0.0
    turned = 1.0 if high else 0.0
    # So near to its end, against the knees, the node obeys a linear equation.
    near = 0.2 * min(p[9], p[14])
    found = []
    now, corner = times[0], 0
    while now < duration:
        while corner + 1 < len(times) and times[corner + 1] <= now:
            corner += 1
        slope, until = 0.0, duration
        if corner + 1 < len(times):
            slope = (inputs[corner + 1] - inputs[corner]) / (times[corner + 1] - times[corner])
            until = min(times[corner + 1], duration)
        v = inputs[corner] + slope * (now - times[corner]) - reference
        f, by_node, by_input = slewing(u, v, reference, p)
        h = until - now
        if slope != 0.0:
            h = min(h, LARGEST_INPUT_STEP / abs(slope))
        if abs(f) > -by_node * near:
            h = min(h, LARGEST_NODE_STEP / abs(f))
        if slope > 0.0:
            # The sources follow, and the charge that lifts them passes the mirror.
            f += p[13] * slope * min(1.0, 2.0 * mirrored(u, v, reference, p))
        turning = -np.expm1(-max(u, -STRONGEST * p[8]) / p[8]) / p[5]
        if (turning > 0.0 and turned < 1.0) or (turning < 0.0 and turned > 0.0):
            h = min(h, LARGEST_TURN * min(p[5], 1.0 / abs(turning)))
        after = u + moved(h, f, by_node, by_input * slope)
        if (u > 0.0) != (after > 0.0) and h > LARGEST_TURN * p[5]:
            # The inverter begins to turn in this step: end it there.
            h = max(h * u / (u - after), LARGEST_TURN * p[5])
            after = u + moved(h, f, by_node, by_input * slope)
        middle = max(0.5 * (u + after), -STRONGEST * p[8])
        turning = -np.expm1(-middle / p[8]) / p[5]
        then = min(max(turned + h * turning, 0.0), 1.0)
        if (turned > 0.5) != (then > 0.5):
            found.append(now + (0.5 - turned) / turning)
        after -= p[12] * (then - turned)
        turned, u = then, after
        now = until if h >= until - now else now + h
    return np.array(found), high


@njit(inline="always")
def moved(h: float, f: float, by_node: float, by_time: float) -> float:
    """Return how far the node moves in a step of ``h`` seconds, V."""
    z = h * by_node
    if z > -1e-4:
        first, second = 1.0 + 0.5 * z, 0.5 + z / 6.0
    else:
        first = np.expm1(z) / z
        second = (first - 1.0) / z
    return float(h * first * f + h * h * second * by_time)


@njit(inline="always")
def slewing(u: float, v: float, reference: float, p: Floats) -> tuple[float, float, float]:
    """Return du/dt, V/s, and its derivatives by the node and by the input, 1/s."""
    rate = p[2] * (1.0 + p[11] * (reference - REFERENCE))
    below = p[3] - p[10] * (reference - REFERENCE)
    knee, early = p[9], p[7]
    m = np.tanh(p[1] * (v - p[0]))
    up = np.exp(min((u - p[4]) / p[14], STRONGEST))
    down = np.exp(min(-(u + below) / knee, STRONGEST))
    share = 0.5 * (1.0 + m) * (1.0 + down)
    f = share * (2.0 - up) - 1.0 - u / early
    by_share = 2.0 - up
    by_node = -0.5 * (1.0 + m) * down * by_share / knee - share * up / p[14] - 1.0 / early
    by_input = 0.5 * p[1] * (1.0 - m * m) * (1.0 + down) * by_share
    return rate * f, rate * by_node, rate * by_input


@njit(inline="always")
def mirrored(u: float, v: float, reference: float, p: Floats) -> float:
    """Return q, the share of the tail current on the mirror's side."""
    below = p[3] - p[10] * (reference - REFERENCE)
    down = np.exp(min(-(u + below) / p[9], STRONGEST))
    return float(0.5 * (1.0 + np.tanh(p[1] * (v - p[0]))) * (1.0 + down))


@njit
def settled(v: float, reference: float, p: Floats) -> float:
    """Return the inner node's voltage at which nothing moves, V, by bisection."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if slewing(middle, v, reference, p)[0] > 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
