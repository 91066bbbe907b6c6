"""Integrate-and-fire neuron whose spike is a step that a capacitor feeds back to the membrane.

Between spikes and during them the membrane is an integrator,

    C dV/dt = I − I_L          while the output is low
    C dV/dt = I − I_R          while it is high

The output rises when V passes V_t, and lifts the membrane to V_t + J; it falls when V passes V_f,
and the membrane falls to V_0 (Mead 1989, "Analog VLSI and Neural Systems", chapter 12; from
memory). An amplifier with feedback that is swept over its threshold at a rate of a volt a second
leaves it later than one that is swept slowly: behind a fold, by a voltage that grows with the rate
to the power 2/3 (Haberman 1979, "Slowly varying jump and transition phenomena", from memory):

    V_t → V_t + s_r (|dV/dt| / 1 V/ms)^(2/3),    V_f → V_f − s_f (|dV/dt| / 1 V/ms)^(2/3)

Where the input reaches the reset current, the output stays high, as that of the circuit does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit

from neuromix.models.family import Family, Values, quantity

REFERENCE_RATE = 1e3
"""V/s of the equations."""

EXPONENT = 2.0 / 3.0

SPIKING = 1.0
"""``hold`` of a neuron whose output is high; negative where it is low."""

FREE = -1.0


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "neuron"

    capacitance: Values = quantity("F", "C, of the membrane", 1e-16, 1e-9, positive=True)
    leak_current: Values = quantity("A", "I_L, what the open reset switch passes", -1e-9, 1e-9)
    threshold: Values = quantity("V", "V_t, where the output rises", 0.0, 5.0, positive=True)
    threshold_lag: Values = quantity("V", "s_r, its growth at 1 V/ms", -1.0, 1.0)
    feedback_step: Values = quantity("V", "J, lift of the membrane by a spike", 1e-3, 5.0)
    fall: Values = quantity("V", "V_f, where the output falls", 0.0, 5.0, positive=True)
    fall_lag: Values = quantity("V", "s_f, its growth at 1 V/ms", -1.0, 1.0)
    reset: Values = quantity("V", "V_0, membrane after a spike", -2.0, 5.0)
    reset_current: Values = quantity(
        "A", "I_R, while the output is high", 1e-15, 1e-3, positive=True
    )
    delay: Values = quantity("s", "from threshold to the output spike", 0.0, 1e-2)

    def shortest_interval(self) -> Values:
        """Return the shortest time between two spikes, s.

        With q and r the charges of rise and fall, q/I + r/(I_R − I) is least at
        (sqrt q + sqrt r)²/I_R.
        """
        rise = np.asarray(self.capacitance) * (np.asarray(self.threshold) - self.reset)
        lifted = np.asarray(self.threshold) + self.feedback_step
        drop = np.asarray(self.capacitance) * (lifted - self.fall)
        return np.asarray((np.sqrt(rise) + np.sqrt(drop)) ** 2 / self.reset_current)


@njit
def advance(
    v: float, hold: float, i_in: float, dt: float, p: tuple[float, ...]
) -> tuple[float, float, float]:
    """Advance one neuron by ``dt`` under a constant input current; exact for any ``dt``.

    Parameters
    ----------
    v, hold : float
        Membrane, V, and whether the output is high: ``SPIKING``, else negative.
    i_in, dt : float
        Input current, A, and step, s.
    p : (10,) array
        One row of :meth:`Family.matrix`.

    Returns
    -------
    v, hold, spike : float
        New state, and when the (last) spike left, in s from the start of the step; negative if
        there was none. The spike may lie up to ``delay`` after the end of the step.
    """
    left = dt
    spike = -1.0
    while left > 0.0:
        high = hold > 0.0
        rate = (i_in - (p[8] if high else p[1])) / p[0]
        lag = (abs(rate) / REFERENCE_RATE) ** EXPONENT
        goal = p[5] - p[6] * lag if high else p[2] + p[3] * lag
        if (rate >= 0.0) == high or rate == 0.0:
            return v + rate * left, hold, spike
        needed = max((goal - v) / rate, 0.0)
        if needed > left:
            return v + rate * left, hold, spike
        left -= needed
        if high:
            v, hold = p[7], FREE
        else:
            v, hold = p[2] + p[4], SPIKING
            spike = dt - left + p[9]
    return v, hold, spike
