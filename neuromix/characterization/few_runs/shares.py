"""Shares of devices in a variance, from a response."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neuromix.characterization.budget import Budget, Share
from neuromix.characterization.few_runs.moments import covariance
from neuromix.characterization.few_runs.response import Response


def device_budget(response: Response, measure: int, elements: Sequence[str]) -> Budget:
    """Return which device makes which share of the variance of one measure.

    A product of two devices' draws is shared equally between them, as in the effects of Shapley
    for independent inputs (Owen 2014, "Sobol' indices and Shapley value"). Squared coefficients are
    rid of their error variance, so that a device without influence has a share of 0 on average.

    Parameters
    ----------
    response : Response
        Of all measures.
    measure : int
        Which.
    elements : sequence of str, one a parameter
        Device that each parameter belongs to.
    """
    size = len(response.linear)
    variance = float(covariance(response)[measure, measure])
    rest = float(response.rest_covariance[measure, measure])
    error = rest * np.diag(response.inverse)[1:]
    quadratic = np.zeros((size, size))
    of_error = np.zeros((size, size))
    for item, coefficient, own in zip(
        response.curvatures, response.second[:, measure], error[size:], strict=True
    ):
        quadratic += coefficient * item.matrix
        of_error += own * item.matrix**2
    linear = response.linear[:, measure]
    # Of each parameter; a product's part is in two rows of a symmetric matrix, half in each.
    own_share = linear**2 - error[:size] + 2.0 * np.sum(quadratic**2 - of_error, axis=1)
    own_spread = 4.0 * linear**2 * error[:size] + 2.0 * error[:size] ** 2
    own_spread += 16.0 * np.sum(quadratic**2 * of_error, axis=1)
    owner = np.array(elements)
    shares = [
        Share(
            name,
            1,
            float(own_share[owner == name].sum()) / variance,
            float(np.sqrt(own_spread[owner == name].sum())) / variance,
        )
        for name in dict.fromkeys(elements)
    ]
    shares.sort(key=lambda item: item.share, reverse=True)
    return Budget(tuple(shares), rest / variance, single=True)
