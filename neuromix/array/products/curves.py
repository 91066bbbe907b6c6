"""Curves of spiking products: of words to what they do, of rates to what they mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.memory import LARGEST_CODE
from neuromix.errors import BadValue

Floats = NDArray[np.float64]

LARGEST_GROWTH = 0.45
"""To which the effect of codes may bend; at 1/2 the largest would do no more than the next."""


@dataclass(frozen=True, eq=False)
class RateCurve:
    """What rates are for products y, per second: zero + slope (y + bend y²).

    Parameters
    ----------
    zero, slope : () or (n,) ndarray, Hz
    bend : float
    """

    zero: Floats
    slope: Floats
    bend: float

    def products(self, rates: Floats) -> Floats:
        """Return products for rates; the extreme of the parabola for what is beyond it."""
        z = (rates - self.zero) / self.slope
        # Twice z over this sum is the root of the quadratic that does not cancel.
        return np.asarray(2.0 * z / (1.0 + np.sqrt(np.maximum(1.0 + 4.0 * self.bend * z, 0.0))))

    def refitted(self, exact: NDArray[np.int64], rates: Floats) -> RateCurve:
        """Return the curve with a zero and a slope for each column, by least squares.

        Parameters
        ----------
        exact, rates : (samples, n) ndarrays
        """
        bent = exact + self.bend * exact.astype(np.float64) ** 2
        away = bent - bent.mean(axis=0)
        spread = np.sum(away**2, axis=0)
        slope = np.sum(away * rates, axis=0) / np.where(spread > 0.0, spread, 1.0)
        return RateCurve(rates.mean(axis=0) - slope * bent.mean(axis=0), slope, self.bend)


def proportional_words(weights: NDArray[np.int8], growth: float) -> NDArray[np.int8]:
    """Return the words whose effect c + growth c |c| / 63 comes nearest to being in proportion.

    Parameters
    ----------
    weights : ndarray of int8
        −63 … 63; the largest keep their words.
    growth : float
        Within ± :data:`LARGEST_GROWTH`, to which it is limited.
    """
    growth = min(max(growth, -LARGEST_GROWTH), LARGEST_GROWTH)
    # Each weight there is, once: a large matrix in double precision would be many times itself.
    known = np.arange(-LARGEST_CODE, LARGEST_CODE + 1)
    wanted = np.abs(known) / LARGEST_CODE * (1.0 + growth)
    share = 2.0 * wanted / (1.0 + np.sqrt(1.0 + 4.0 * growth * wanted))
    words = np.asarray(np.sign(known) * np.rint(LARGEST_CODE * share), dtype=np.int8)
    return np.asarray(words[np.add(weights, LARGEST_CODE, dtype=np.int16)])


def fit_rates(rates: Floats, exact: Floats, *more: Floats) -> tuple[RateCurve, tuple[float, ...]]:
    """Fit the curve of rates, and what else they follow, relative to their slope.

    Raises
    ------
    BadValue
        Where rates do not rise with the products.
    """
    scale = max(float(np.sqrt(np.mean(exact**2))), 1.0)
    y = exact / scale
    design = np.stack([np.ones_like(y), y, y**2, *(item / scale for item in more)], axis=1)
    zero, slope, square, *others = np.linalg.lstsq(design, rates, rcond=None)[0]
    if not slope > 0.0:
        raise BadValue(
            "product: nominal outputs do not answer to the vector",
            cure="SpikingDrive with more events_per_second, or weights that are not all 0",
        )
    curve = RateCurve(np.asarray(zero), np.asarray(slope / scale), float(square / slope / scale))
    return curve, tuple(float(item / slope) for item in others)
