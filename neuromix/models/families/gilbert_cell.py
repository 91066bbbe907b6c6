"""Four-quadrant multiplier of two differential voltages in weak inversion, with a current output.

The lower pair splits the tail current by t = tanh k_y (y − y_0); the upper pairs steer the halves
by x, each with an offset of its own, and a mirror subtracts what they sum to:

    s = [(1 + t) tanh k_x (x − x_1) − (1 − t) tanh k_x (x − x_2)] / 2
    I_m = I_t (1 + s) / 2    into the mirror
    I_d = I_t (1 − s) / 2    drawn from the output
    I_out = I_m (1 − g (V − V_ref)) − I_d + I_0

For small inputs I_out = I_t k_x k_y x y (Gilbert 1968; Mead 1989 has the same cell in weak
inversion, where k = κ/2U_T). Voltages of the ports move the parameters, each about its reference:

    I_t ∝ 1 + a (Y − Y_ref)      the tail's Early effect; Y is the common mode of y
    k_x ∝ 1 + b_x (X − X_ref)    the slope factor falls with the source-bulk voltage
    k_y ∝ 1 + b_y (Y − Y_ref)
    x_1 + e (V − V_ref), x_2 − e (V − V_ref)    one drain of each upper pair is the output

The mirror follows as the charge of its gate allows, q dI/dt = I (I_m − I): the lag q/I of a current
mirror in weak inversion. The inner nodes of the pairs, about ten times faster, are left out.

Measured on gf180mcu: 0.02 % of the span over ±0.1 V of x and y at direct current, 0.3 % at 10 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.models.family import Family, Values, quantity

Floats = NDArray[np.float64]

X_COMMON, Y_COMMON, OUTPUT_VOLTAGE = 1.1, 0.75, 1.2
"""X_ref, Y_ref, V_ref: voltages about which the parameters are stated, V."""


@dataclass(frozen=True)
class Inputs:
    """Voltages at the ports, V; arrays that broadcast with each other and with the parameters.

    ``x`` and ``y`` are differential, ``x_common`` and ``y_common`` their common modes, ``v_out``
    the voltage at the output.
    """

    x: Floats
    y: Floats
    x_common: Values = X_COMMON
    y_common: Values = Y_COMMON
    v_out: Values = OUTPUT_VOLTAGE


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "multiplier"

    tail_current: Values = quantity("A", "I_t, largest output current", 1e-15, 1e-3, positive=True)
    x_slope: Values = quantity("1/V", "k_x, of the upper pairs", 0.1, 100.0, positive=True)
    y_slope: Values = quantity("1/V", "k_y, of the lower pair", 0.1, 100.0, positive=True)
    x_offset_left: Values = quantity("V", "x_1, offset of the left upper pair", -0.2, 0.2)
    x_offset_right: Values = quantity("V", "x_2, offset of the right upper pair", -0.2, 0.2)
    y_offset: Values = quantity("V", "y_0, offset of the lower pair", -0.2, 0.2)
    offset_current: Values = quantity("A", "I_0, that of the mirror", -1e-3, 1e-3)
    tail_early: Values = quantity(
        "1/V", "a, rise of I_t with y's common mode", -1.0, 1.0, default=0.0
    )
    x_slope_common: Values = quantity(
        "1/V", "b_x, rise of k_x with x's common mode", -1.0, 1.0, default=0.0
    )
    y_slope_common: Values = quantity(
        "1/V", "b_y, rise of k_y with y's common mode", -1.0, 1.0, default=0.0
    )
    drain_offset: Values = quantity(
        "1", "e, offset of an upper pair for a volt at the output", -1.0, 1.0, default=0.0
    )
    mirror_early: Values = quantity(
        "1/V", "g, fall of the mirror's current with the output's voltage", -1.0, 1.0, default=0.0
    )
    mirror_charge: Values = quantity(
        "C", "q, lag of the mirror times its current", 1e-22, 1e-9, positive=True, default=1e-15
    )

    def branches(self, at: Inputs) -> tuple[Floats, Floats]:
        """Return the currents into the mirror and out of the output node, I_m and I_d, A."""
        tail = self.tail_current * (1.0 + self.tail_early * (at.y_common - Y_COMMON))
        k_x = self.x_slope * (1.0 + self.x_slope_common * (at.x_common - X_COMMON))
        k_y = self.y_slope * (1.0 + self.y_slope_common * (at.y_common - Y_COMMON))
        drain = self.drain_offset * (at.v_out - OUTPUT_VOLTAGE)
        split = np.tanh(k_y * (at.y - self.y_offset))
        left = np.tanh(k_x * (at.x - self.x_offset_left - drain))
        right = np.tanh(k_x * (at.x - self.x_offset_right + drain))
        steered = 0.5 * ((1.0 + split) * left - (1.0 - split) * right)
        return np.asarray(0.5 * tail * (1.0 + steered)), np.asarray(0.5 * tail * (1.0 - steered))

    def mirrored(self, current: Floats, at: Inputs) -> Floats:
        """Return what the mirror makes of its current at the output's voltage, I_0 included, A."""
        factor = 1.0 - self.mirror_early * (at.v_out - OUTPUT_VOLTAGE)
        return np.asarray(current * factor + self.offset_current)

    def output(self, at: Inputs) -> Floats:
        """Return the settled output current, A, positive out of the cell."""
        into_mirror, drawn = self.branches(at)
        return self.mirrored(into_mirror, at) - drawn

    def respond(self, at: Inputs, step: float) -> Floats:
        """Return the output current of one cell at even times, settled at the first of them, A.

        Parameters
        ----------
        at : Inputs
            ``x`` and ``y`` of shape ``(t,)``, straight lines between the times.
        step : float
            Between two times, s.
        """
        into_mirror, drawn = self.branches(at)
        charge = float(np.asarray(self.mirror_charge))
        return self.mirrored(follow(into_mirror, step, charge), at) - drawn


@kept()
def follow(settled: Floats, step: float, charge: float) -> Floats:
    """Return the current of a mirror at even times, A: q dI/dt = I (settled − I).

    Between two times ``settled`` is taken as constant, at a value chosen so that a mirror that
    trails a straight line by its lag still does so afterwards (first-order hold of the linearised
    equation); the logistic curve towards a constant is exact.
    """
    current = np.empty_like(settled)
    current[0] = settled[0]
    for k in range(1, len(settled)):
        lags = 0.5 * (settled[k - 1] + settled[k]) * step / charge
        part = 0.5 + lags / 12.0 if lags < 1e-3 else -1.0 / np.expm1(-lags) - 1.0 / lags
        towards = settled[k - 1] + part * (settled[k] - settled[k - 1])
        remains = np.exp(-min(towards * step / charge, 700.0))
        current[k] = towards / (1.0 + (towards / current[k - 1] - 1.0) * remains)
    return current
