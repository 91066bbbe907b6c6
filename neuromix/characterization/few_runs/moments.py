"""Variances, their errors and correlations, from a response to standard normal draws.

The second moment of what is explained is known exactly, given the coefficients; only the rest is
left to the sample. That is a Monte Carlo in which the response is the control variate, acting on
the mean and on the second moment, with coefficients from the same runs (Lavenberg and Welch 1981,
"A perspective on the use of control variables to increase the efficiency of Monte Carlo
simulations"). As there the result is nearly unbiased and not unbiased: the squares of
coefficients are rid of their own error variance, whose estimate supposes that the rest does not
depend on the terms, and terms of second order are chosen by the same runs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.few_runs.response import Response

Floats = NDArray[np.float64]

COVERAGE = 0.95
"""Of all intervals."""


def term_covariance(response: Response) -> Floats:
    """Return the covariance of the terms for standard normal draws, without the constant.

    It is 1 of a parameter with itself, and 2 trace(A B) of two quadratic forms.
    """
    size = len(response.linear)
    matrices = [item.matrix for item in response.curvatures]
    found = np.eye(size + len(matrices))
    for j, one in enumerate(matrices):
        for k, other in enumerate(matrices):
            found[size + j, size + k] = 2.0 * np.sum(one * other)
    return found


def covariance(response: Response) -> Floats:
    """Return the covariance of the measures over instances, (m, m)."""
    coefficients = np.vstack([response.linear, response.second])
    terms = term_covariance(response)
    rest = response.rest_covariance
    by_error = float(np.sum(terms * response.inverse[1:, 1:]))
    return np.asarray(coefficients.T @ terms @ coefficients - by_error * rest + rest)


def variance_errors(response: Response) -> Floats:
    """Return the standard error of each variance, (m,).

    From what each run adds to it: twice the product of what is explained and what is left, by
    which errors of the coefficients enter, and the square of what is left. What a run leaves is
    divided by one less its leverage, nearly what it would leave had it not been fitted (MacKinnon
    and White 1985, "HC3"): so a rest that grows with the draws is told, and where there are few
    runs a parameter the error is rather too large than too small.
    """
    left = response.rest / (1.0 - response.leverage)[:, None]
    square = response.rest**2 / (1.0 - response.leverage)[:, None]
    # Of n residuals only as many as are free tell of a variance.
    by_square = (square - np.diag(response.rest_covariance)) * np.sqrt(len(left) / response.freedom)
    own = 2.0 * response.explained * left + by_square
    return np.asarray(np.sqrt(np.sum(own**2, axis=0)) / len(left))


def student(freedom: int) -> float:
    """Return how many standard errors an interval of :data:`COVERAGE` reaches to each side."""
    from scipy import stats

    return float(stats.t.isf(0.5 * (1.0 - COVERAGE), freedom))


def correlation(covariances: Floats) -> Floats:
    """Return correlations from covariances."""
    sigma = np.sqrt(np.diag(covariances))
    return np.asarray(np.clip(covariances / np.outer(sigma, sigma), -1.0, 1.0))
