"""Adjusts parameters of a family by nonlinear least squares, in their natural scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from neuromix.models.family import Family

Floats = NDArray[np.float64]
F = TypeVar("F", bound=Family)


def adjust(
    start: F,
    names: Sequence[str],
    residuals: Callable[[F], Floats],
    evaluations: int = 60,
    difference: float | None = None,
) -> tuple[F, dict[str, float]]:
    """Return the family with ``names`` adjusted, and their standard errors.

    Positive quantities move on a logarithmic scale, others in units of their start, which must not
    be 0; all stay inside of the ranges that the family declares.

    Parameters
    ----------
    start : Family
        Scalars.
    names : sequence of str
        What moves.
    residuals : callable
        From a family to residuals, shape ``(n,)``; always of the same length.
    evaluations : int
        At most so many steps.
    difference : float, optional
        Relative step of the finite differences; larger than what the residuals jump by where they
        come from an integration with steps of its own.

    Notes
    -----
    Standard errors are those of independent residuals of equal variance. What a model misses is
    correlated in time, so they are the smallest that can be believed.
    """
    ranges = {item.name: (item.low, item.high) for item in start.parameters()}
    positive = [start.positive(name) for name in names]
    centre = np.array([float(np.asarray(getattr(start, name))) for name in names])

    def family(z: Floats) -> F:
        values = np.where(positive, centre * np.exp(z - 1.0), centre * z)
        return start.replace(**dict(zip(names, map(float, values), strict=True)))

    with np.errstate(divide="ignore"):
        ends = np.array([ranges[name] for name in names]).T / centre
        low, high = np.sort(np.where(positive, 1.0 + np.log(np.maximum(ends, 0.0)), ends), axis=0)
    found = least_squares(
        lambda z: np.nan_to_num(residuals(family(z)), nan=1e3, posinf=1e3, neginf=-1e3),
        np.ones(len(names)),
        bounds=(low, high),
        x_scale="jac",
        max_nfev=evaluations,
        diff_step=difference,
    )
    freedom = max(len(found.fun) - len(names), 1)
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * (2.0 * found.cost / freedom)
    fitted = family(found.x)
    scale = np.abs([float(np.asarray(getattr(fitted, n))) if positive[k] else centre[k]
                    for k, n in enumerate(names)])  # fmt: skip
    return fitted, dict(zip(names, map(float, scale * np.sqrt(np.diag(covariance))), strict=True))
