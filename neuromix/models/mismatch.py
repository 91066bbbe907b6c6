"""The joint distribution of a model's parameters over instances on one die."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neuromix.data.randomness import generator
from neuromix.errors import BadValue


@dataclass(frozen=True)
class Mismatch:
    """Joint normal distribution in a transformed space.

    A parameter that is positive is transformed by its logarithm, another by the identity.

    Parameters
    ----------
    names : tuple of str
        Parameters that differ between instances.
    logarithmic : tuple of bool
        Which of them are transformed by the logarithm.
    shift : tuple of float
        Mean of the transformed value less that of the nominal instance.
    covariance : tuple of tuple of float
        Of the transformed values.
    samples, failures : int
        How many SPICE instances it rests on, and how many did not converge.
    """

    names: tuple[str, ...]
    logarithmic: tuple[bool, ...]
    shift: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    samples: int
    failures: int = 0

    def __post_init__(self) -> None:
        size = len(self.names)
        if not (len(self.logarithmic) == len(self.shift) == len(self.covariance) == size):
            raise BadValue("mismatch: names, shift and covariance differ in length")
        matrix = np.asarray(self.covariance, dtype=np.float64)
        if size and (matrix.shape != (size, size) or not np.all(np.isfinite(matrix))):
            raise BadValue("mismatch: the covariance is not a finite square matrix")
        if size and not (
            np.all(np.diag(matrix) >= 0.0)
            and np.allclose(matrix, matrix.T, rtol=1e-6, atol=0.0)
            and np.linalg.eigvalsh(self.correlation()).min() >= -1e-6
        ):
            raise BadValue("mismatch: the covariance is not symmetric and positive")

    def deviation(self) -> NDArray[np.float64]:
        """Return the standard deviation of each transformed value."""
        size = len(self.names)
        matrix = np.reshape(np.asarray(self.covariance, dtype=np.float64), (size, size))
        sigma: NDArray[np.float64] = np.sqrt(np.diag(matrix))
        return sigma

    def correlation(self) -> NDArray[np.float64]:
        """Return the correlations of the transformed values; 0 where one of them is constant.

        Charges in C stand beside logarithms: their variances differ by more than the digits of a
        number, so that roots and eigenvalues of the covariance itself are wrong.
        """
        inverse = np.divide(1.0, sigma := self.deviation(), where=sigma > 0.0, out=0.0 * sigma)
        found: NDArray[np.float64] = np.asarray(self.covariance) * np.outer(inverse, inverse)
        return found

    @classmethod
    def of(
        cls,
        names: tuple[str, ...],
        logarithmic: tuple[bool, ...],
        nominal: NDArray[np.float64],
        instances: NDArray[np.float64],
        failures: int = 0,
    ) -> Mismatch:
        """Estimate the distribution from fitted instances, shape ``(samples, len(names))``."""
        flags = np.asarray(logarithmic)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(flags, np.log(np.abs(instances)), instances)
            centre = np.where(flags, np.log(np.abs(nominal)), nominal)
        covariance = np.atleast_2d(np.cov(values, rowvar=False))
        return cls(
            names,
            logarithmic,
            tuple(float(x) for x in values.mean(axis=0) - centre),
            tuple(tuple(float(x) for x in row) for row in covariance),
            len(instances),
            failures,
        )

    def scaled(self, factor: float) -> Mismatch:
        """Return the law with all deviations ``factor`` times as large.

        The shift of the mean comes from curvature and goes with the square.
        """
        square = factor * factor
        return replace(
            self,
            shift=tuple(square * x for x in self.shift),
            covariance=tuple(tuple(square * x for x in row) for row in self.covariance),
        )

    def draw(
        self, nominal: NDArray[np.float64], size: int, seed: int, *owner: str | int
    ) -> NDArray[np.float64]:
        """Draw ``size`` instances around ``nominal``, shape ``(size, len(names))``.

        Instance k is row k whatever ``size`` is, so that adding neurons redraws none.
        """
        if not self.names:
            return np.empty((size, 0))
        weights, vectors = np.linalg.eigh(self.correlation())
        # The symmetric root: unlike vectors alone, it does not hang on the signs of a library.
        root = (vectors * np.sqrt(np.clip(weights, 0.0, None))) @ vectors.T
        normal = generator(seed, *owner, "mismatch").standard_normal((size, len(self.names)))
        flags = np.asarray(self.logarithmic)
        with np.errstate(divide="ignore", invalid="ignore"):
            centre = np.where(flags, np.log(np.abs(nominal)), nominal)
        values = centre + np.asarray(self.shift) + self.deviation() * (normal @ root)
        return np.asarray(np.where(flags, np.exp(values), values), dtype=np.float64)
