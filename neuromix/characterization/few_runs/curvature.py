"""Terms of second order in drawn parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
        direction = direction / (np.linalg.norm(direction) or 1.0)
        return cls(np.outer(direction, direction), measure=measure)

    def at(self, z: Floats) -> Floats:
        """Return its value at draws ``z``, (n, p); (n,)."""
        return np.asarray(np.einsum("ij,ij->i", z @ self.matrix, z) - np.trace(self.matrix))
