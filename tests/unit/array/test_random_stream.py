"""The law of the deviates: sums of four uniform numbers, made normal by a polynomial."""

from math import comb

import numpy as np
import pytest
from scipy.stats import norm

from neuromix.array.random_stream import NORMALIZING, mixed, normal, uniform


def sum_of_four(u: np.ndarray) -> np.ndarray:
    """Return the distribution of the sum of four uniform numbers (Irwin and Hall 1927)."""
    return sum((-1) ** k * comb(4, k) * np.maximum(u - k, 0.0) ** 4 for k in range(5)) / 24.0


def test_the_polynomial_gives_the_normal_law() -> None:
    u = np.linspace(0.0, 4.0, 200_001)
    x = (u - 2.0) * np.sqrt(3.0)
    z = sum(c * x ** (2 * k + 1) for k, c in enumerate(NORMALIZING))
    assert np.all(np.diff(z) > 0.0)
    distribution = sum_of_four(u)
    assert np.abs(norm.cdf(z) - distribution).max() < 1.5e-4
    density = np.gradient(distribution, u)
    variance, fourth = (np.trapezoid(z**k * density, u) for k in (2, 4))
    assert variance == pytest.approx(1.0, abs=1e-4)
    assert fourth / variance**2 == pytest.approx(3.0, abs=3e-3)


def test_deviates_are_independent_and_standard() -> None:
    """Mean, variance and correlations of 1e6 deviates within 5 standard errors (6e-7 by chance)."""
    state = mixed(np.array([1, 2], dtype=np.uint64), 0)
    drawn = np.array([[normal(state, k) for k in range(2)] for _ in range(500_000)])
    assert np.abs(drawn.mean(axis=0)).max() < 5.0 / np.sqrt(500_000)
    assert np.abs(drawn.var(axis=0) - 1.0).max() < 5.0 * np.sqrt(2.0 / 500_000)
    for a, b in ((drawn[1:, 0], drawn[:-1, 0]), (drawn[:, 0], drawn[:, 1])):
        assert abs(np.corrcoef(a, b)[0, 1]) < 5.0 / np.sqrt(500_000)


def test_uniform_numbers_lie_in_the_open_interval() -> None:
    state = np.array([3], dtype=np.uint64)
    drawn = np.array([uniform(state, 0) for _ in range(10_000)])
    assert 0.0 < drawn.min() < drawn.max() < 1.0
