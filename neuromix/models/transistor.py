"""Current of a transistor by the interpolation of Enz, Krummenacher and Vittoz, compiled.

With x = (V_G − V_T)/(n U_T) and F(x) = ln²(1 + e^(x/2)), the source at the bulk's potential,

    I = I_s [F(x) − F(x − V_D/U_T)] / (1 + 2 θ n U_T ln(1 + e^(x/2)))

from weak to strong inversion (C. C. Enz, F. Krummenacher and E. A. Vittoz, "An analytical MOS
transistor model", Analog Integr. Circuits Signal Process. 8, 83 (1995); from memory). The
denominator is what the gate's field costs in mobility.
"""

from __future__ import annotations

import math

from numba import njit


@njit
def soft_logarithm(x: float) -> float:
    """Return ln(1 + e^(x/2))."""
    return 0.5 * x if x > 60.0 else math.log1p(math.exp(0.5 * x))


@njit
def saturated(
    overdrive: float, current: float, slope: float, theta: float, thermal: float
) -> float:
    """Return the current of a saturated transistor, A."""
    soft: float = soft_logarithm(overdrive / (slope * thermal))
    return current * soft * soft / (1.0 + theta * 2.0 * slope * thermal * soft)


@njit
def triode(
    overdrive: float, drain: float, current: float, slope: float, theta: float, thermal: float
) -> float:
    """Return the current of a transistor whose drain is near its source, A."""
    x = overdrive / (slope * thermal)
    soft: float = soft_logarithm(x)
    far: float = soft_logarithm(x - drain / thermal)
    factor = current / (1.0 + theta * 2.0 * slope * thermal * soft)
    return factor * (soft * soft - far * far)


@njit
def turned_on(overdrive: float, slope: float, thermal: float) -> float:
    """Return how far a gate's channel is on, 0 to 1."""
    return 1.0 / (1.0 + math.exp(-0.5 * overdrive / (slope * thermal)))
