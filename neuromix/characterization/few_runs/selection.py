"""Which term of second order enters a response next, if chance would hardly let it in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.few_runs.curvature import Curvature

Floats = NDArray[np.float64]

LEVEL = 0.01
"""Probability with which chance alone lets in any second-order term of a kind."""

ROUNDING = 1e-12
"""Of a measure's own variation: a smaller rest is none."""

LEAST_NEW = 0.02
"""Part of a term's sum of squares that no other term explains, or it adds nothing to them."""

LEAST_FREEDOM = 8
"""Degrees of freedom that second-order terms leave to the rest."""


def next_curvature(
    z: Floats, terms: Floats, linear: Floats, rest: Floats, present: tuple[Curvature, ...]
) -> Curvature | None:
    """Return the term of second order that should enter next, if any.

    Parameters
    ----------
    z : (n, p) ndarray
        Draws in sigmas.
    terms : (n, k) ndarray
        Regressors so far.
    linear : (p, m) ndarray
        Linear coefficients so far, of measures of like size.
    rest : (n, m) ndarray
        What the regressors leave.
    present : tuple of Curvature
        Terms of second order among the regressors.
    """
    size, measures = linear.shape
    if len(z) - terms.shape[1] <= LEAST_FREEDOM:
        return None
    bent = {item.measure for item in present}
    along = [Curvature.along(linear, m) for m in range(measures) if m not in bent]
    tried = [
        (measures * _by_chance(item.at(z), terms, rest[:, item.measure]), item) for item in along
    ]
    measure, j, k = _strongest_product(z, rest)
    product = Curvature.product(j, k, size)
    many = 0.5 * measures * size * (size + 1)
    tried.append((many * _by_chance(product.at(z), terms, rest[:, measure]), product))
    by_chance, best = min(tried, key=lambda item: item[0])
    return best if by_chance < LEVEL else None


def _strongest_product(z: Floats, rest: Floats) -> tuple[int, int, int]:
    """Return measure and two parameters: whose product goes best with what that measure leaves."""
    square = z**2
    length = np.sqrt(square.T @ square - (z.T @ z) ** 2 / len(z))
    strength = np.array([np.abs(z.T @ (column[:, None] * z)) / length for column in rest.T])
    sizes = np.maximum(np.linalg.norm(rest, axis=0), ROUNDING)
    where = np.unravel_index(np.argmax(strength / sizes[:, None, None]), strength.shape)
    measure, j, k = map(int, where)
    return measure, j, k


def _by_chance(new: Floats, terms: Floats, left: Floats) -> float:
    """Return the probability that one given term explains as much of ``left`` by chance."""
    from scipy import stats

    freedom = len(new) - terms.shape[1] - 1
    own = new - terms @ np.linalg.lstsq(terms, new, rcond=None)[0]
    length = float(own @ own)
    if length <= LEAST_NEW * float(new @ new):
        return 1.0
    gain = float(own @ left) ** 2 / length
    ratio = gain * freedom / max(float(left @ left) - gain, ROUNDING**2)
    return float(stats.f.sf(ratio, 1, freedom))
