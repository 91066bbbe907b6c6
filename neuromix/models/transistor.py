"""Current of a transistor by the interpolation of Enz, Krummenacher and Vittoz, compiled.

With x = (V_G − V_T)/(n U_T) and F(x) = ln²(1 + e^(x/2)), the source at the bulk's potential,

    I = I_s [F(x) − F(x − V_D/U_T)] / (1 + 2 θ n U_T ln(1 + e^(x/2)))

from weak to strong inversion (C. C. Enz, F. Krummenacher and E. A. Vittoz, "An analytical MOS
transistor model", Analog Integr. Circuits Signal Process. 8, 83 (1995); from memory). The
denominator is what the gate's field costs in mobility.

Everything is without branches, for loops over lanes. What currents of one gate share, their caller
computes once: e = e^(x/2) (:func:`neuromix.models.elementary.exp`), the soft logarithm ln(1 + e),
and, for each transistor, ``field`` = 2 θ n U_T.
"""

from __future__ import annotations

from numba import njit

from neuromix.models.elementary import BRANCHLESS, log


@njit(**BRANCHLESS)
def soft_logarithm(e: float) -> float:
    """Return ln(1 + e)."""
    value: float = log(1.0 + e)
    return value


@njit(**BRANCHLESS)
def saturated(soft: float, current: float, field: float) -> float:
    """Return the current of a saturated transistor, A.

    Parameters
    ----------
    soft : float
        ln(1 + e^(x/2)).
    current, field : float
        I_s, A, and 2 θ n U_T.
    """
    return current * soft * soft / (1.0 + field * soft)


@njit(**BRANCHLESS)
def triode(soft: float, far: float, current: float, field: float) -> float:
    """Return the current of a transistor whose drain is near its source, A.

    Parameters
    ----------
    soft, far : float
        ln(1 + e^(x/2)) at the source and, with x − V_D/U_T for x, at the drain.
    current, field : float
        I_s, A, and 2 θ n U_T.
    """
    return current * (soft * soft - far * far) / (1.0 + field * soft)


@njit(**BRANCHLESS)
def turned_on(e: float) -> float:
    """Return how far a gate's channel is on, 0 to 1."""
    return e / (1.0 + e)
