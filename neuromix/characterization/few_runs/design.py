"""Where to run: a Latin hypercube of normal draws whose first two moments are exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuromix.errors import BadValue

SPARE = 14
"""Runs beyond one a parameter: they tell what the linear terms leave."""

ENOUGH = 54
"""Runs that a cell of few parameters gets; with those of the numerical floor they are 60."""

BEYOND_TWO_EACH = 34
"""Runs that a cell of very few parameters gets beside two for each."""


def usual_runs(parameters: int) -> int:
    """Return how many runs a number of parameters gets."""
    return max(parameters + SPARE, min(ENOUGH, 2 * parameters + BEYOND_TWO_EACH))


def exact_draws(runs: int, parameters: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Return draws of independent standard normals, moments of first and second order exact.

    Each parameter's draws are stratified (a Latin hypercube; McKay, Beckman and Conover 1979),
    then all are made orthonormal together, so that every mean is 0, every variance 1 and every
    covariance 0 to rounding. The mean over these runs of any quadratic function, and the variance
    of any linear one, is that of the population; and linear coefficients have the least error that
    this number of runs allows, as those of a two-level design of Plackett and Burman have. Unlike
    there the points are draws from the distribution itself, so that they show curvature and are
    the Monte Carlo sample as well.

    Returns
    -------
    (runs, parameters) ndarray

    Raises
    ------
    BadValue
        Where there are not at least two runs more than parameters.
    """
    from scipy import stats

    if runs < parameters + 2:
        raise BadValue(
            f"{runs} runs are too few for {parameters} drawn parameters",
            cure=f"at least {parameters + 2}; {usual_runs(parameters)} are usual",
        )
    uniform = stats.qmc.LatinHypercube(parameters, rng=random).random(runs)
    normal = stats.norm.ppf(uniform)
    centred = normal - normal.mean(axis=0)
    # The orthonormal columns that are nearest to the given ones: the polar factor.
    left, _, right = np.linalg.svd(centred, full_matrices=False)
    return np.asarray(np.sqrt(runs) * left @ right)
