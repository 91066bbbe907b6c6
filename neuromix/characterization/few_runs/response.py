"""How measures depend on drawn parameters: all linear terms, and the second-order ones that count.

One regression explains all measures of a cell together, so that what they share is known as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.01
"""Probability with which chance alone lets in any second-order term of a kind."""

ROUNDING = 1e-12
"""Of a measure's own variation: a smaller rest is none."""

TURNS = 8
"""Times that the direction of a squared response is found again; each is nearer by the rest."""

LEAST_NEW = 0.02
"""Part of a term's sum of squares that no other term explains, or it adds nothing to them."""

LEAST_FREEDOM = 8
"""Degrees of freedom that second-order terms leave to the rest."""


@dataclass(frozen=True, eq=False)
class Curvature:
    """A term of second order: ``zᵀ matrix z − trace(matrix)``, of mean 0.

    Parameters
    ----------
    matrix : (p, p) ndarray
        Symmetric.
    parameters : tuple of int
        The two whose product it is; none for the square of a whole linear response.
    measure : int
        Whose linear response is squared; -1 for a product.
    """

    matrix: Floats
    parameters: tuple[int, ...] = ()
    measure: int = -1

    @classmethod
    def product(cls, j: int, k: int, size: int) -> Curvature:
        """Return the product of parameters ``j`` and ``k`` out of ``size``."""
        matrix = np.zeros((size, size))
        matrix[j, k] += 0.5
        matrix[k, j] += 0.5
        return cls(matrix, (min(j, k), max(j, k)))

    @classmethod
    def along(cls, linear: Floats, measure: int) -> Curvature:
        """Return the square of the linear response of a measure, (p, m), made of unit length."""
        direction = linear[:, measure]
        direction = direction / max(float(np.linalg.norm(direction)), ROUNDING)
        return cls(np.outer(direction, direction), measure=measure)

    def at(self, z: Floats) -> Floats:
        """Return its value at draws ``z``, (n, p); (n,)."""
        return np.asarray(np.einsum("ij,ij->i", z @ self.matrix, z) - np.trace(self.matrix))


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

    Terms of second order enter one by one while an F-test says that chance would have let in any
    of their kind with less than :data:`LEVEL`. There are two kinds: the square of what is linear in
    one measure, which is how exponentials and other laws of the whole bend; and products or squares
    of single parameters, by which a device or a pair of them dominates. Many small terms stay in
    the rest.

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
        entering = _next_curvature(z, terms, coefficients[1 : 1 + size], rest, curvatures)
        if entering is None:
            break
        curvatures = (*curvatures, entering)
        terms, coefficients = _fitted(z, y / scale, curvatures)
        # What is linear is known better without the curvature, and so is what to square.
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


def _next_curvature(
    z: Floats, terms: Floats, linear: Floats, rest: Floats, present: tuple[Curvature, ...]
) -> Curvature | None:
    """Return the term of second order that should enter next, if any."""
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
