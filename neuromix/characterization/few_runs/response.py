"""How measures depend on drawn parameters: all linear terms, and the second-order ones that count.

One regression explains all measures of a cell together, so that what they share is known as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.few_runs.curvature import Curvature
from neuromix.characterization.few_runs.selection import next_curvature

Floats = NDArray[np.float64]

TURNS = 8
"""Times that the direction of a squared response is found again; each is nearer by the rest."""


@dataclass(frozen=True, eq=False)
class Response:
    """A second-order dependence of ``m`` measures on ``p`` parameters, from ``n`` runs.

    ``y = constant + linear·z + Σ second·curvature(z) + rest``: all terms have mean 0, and those of
    first and second order no correlation, where z is standard normal.

    Parameters
    ----------
    constant : (m,) ndarray
        Means.
    linear : (p, m) ndarray
        Change of each measure for one sigma of each parameter.
    curvatures : tuple of Curvature
        Terms of second order.
    second : (len(curvatures), m) ndarray
        Coefficients of these.
    inverse : (k, k) ndarray
        Inverse of the normal equations, constant first.
    explained, rest : (n, m) ndarray
        What the terms make in each run without the constant, and what they leave.
    leverage : (n,) ndarray
        How far each run determines its own explanation, 0 … 1.
    """

    constant: Floats
    linear: Floats
    curvatures: tuple[Curvature, ...]
    second: Floats
    inverse: Floats
    explained: Floats
    rest: Floats
    leverage: Floats

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the rest."""
        return len(self.rest) - len(self.inverse)

    @property
    def rest_covariance(self) -> Floats:
        """Covariance of what the terms leave, (m, m)."""
        return np.asarray(self.rest.T @ self.rest / self.freedom)

    def predict(self, z: Floats) -> Floats:
        """Return the measures of instances whose draws are ``z``, (n, p) in sigmas; (n, m)."""
        coefficients = np.vstack([self.constant, self.linear, self.second])
        return np.asarray(_terms(z, self.curvatures) @ coefficients)

    def prediction_error(self, z: Floats) -> Floats:
        """Return the standard error of predictions at ``z``, rest of the instance included."""
        terms = _terms(z, self.curvatures)
        own = np.einsum("ij,jk,ik->i", terms, self.inverse, terms)
        return np.asarray(np.sqrt(np.outer(1.0 + own, np.diag(self.rest_covariance))))


def fit_response(z: Floats, y: Floats) -> Response:
    """Fit a response by least squares.

    Terms of second order enter one by one while an F-test says that chance would hardly have let in
    any of their kind (:mod:`neuromix.characterization.few_runs.selection`). There are two kinds:
    the square of what is linear in one measure, which is how exponentials and other laws of the
    whole bend; and products or squares of single parameters, by which a device or a pair of them
    dominates. Many small terms stay in the rest.

    Parameters
    ----------
    z : (n, p) ndarray
        Draws in sigmas, n > p + 1.
    y : (n, m) ndarray
        Measures, of which each varies.
    """
    scale = y.std(axis=0)
    size = z.shape[1]
    curvatures: tuple[Curvature, ...] = ()
    terms, coefficients = _fitted(z, y / scale, curvatures)
    while True:
        rest = y / scale - terms @ coefficients
        entering = next_curvature(z, terms, coefficients[1 : 1 + size], rest, curvatures)
        if entering is None:
            break
        curvatures = (*curvatures, entering)
        terms, coefficients = _fitted(z, y / scale, curvatures)
        # What is linear is known better beside the curvature, and so is what to square.
        for _ in range(TURNS):
            curvatures = tuple(
                Curvature.along(coefficients[1 : 1 + size], item.measure)
                if item.measure >= 0
                else item
                for item in curvatures
            )
            terms, coefficients = _fitted(z, y / scale, curvatures)
    inverse = np.linalg.pinv(terms.T @ terms, hermitian=True)
    found = coefficients * scale
    return Response(
        constant=found[0],
        linear=found[1 : 1 + size],
        curvatures=curvatures,
        second=found[1 + size :],
        inverse=np.asarray(inverse, dtype=np.float64),
        explained=terms[:, 1:] @ found[1:],
        rest=rest * scale,
        leverage=np.einsum("ij,jk,ik->i", terms, inverse, terms),
    )


def _fitted(z: Floats, y: Floats, curvatures: tuple[Curvature, ...]) -> tuple[Floats, Floats]:
    """Return the regressors and their coefficients."""
    terms = _terms(z, curvatures)
    coefficients, *_ = np.linalg.lstsq(terms, y, rcond=None)
    return terms, np.asarray(coefficients)


def _terms(z: Floats, curvatures: tuple[Curvature, ...]) -> Floats:
    """Return the regressors, (n, 1 + p + curvatures)."""
    return np.column_stack([np.ones(len(z)), z, *(item.at(z) for item in curvatures)])
