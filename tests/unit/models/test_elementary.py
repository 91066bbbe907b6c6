"""Elementary functions of compiled kernels against the C library's."""

import numpy as np
import pytest

from neuromix.models.elementary import HIGHEST, LOWEST, chosen, exp, log


def test_exp_is_accurate_over_its_range() -> None:
    x = np.concatenate([np.linspace(-700.0, 700.0, 5_001), np.linspace(-1.0, 1.0, 5_001)])
    assert np.array([exp(value) for value in x]) == pytest.approx(np.exp(x), rel=1e-10)
    assert exp(0.0) == 1.0


def test_arguments_beyond_the_range_are_clipped() -> None:
    assert exp(-1e6) == exp(LOWEST) > 0.0
    assert exp(1e6) == exp(HIGHEST) < np.inf


def test_a_choice_takes_one_of_two() -> None:
    import numba

    pick = numba.njit(lambda yes: chosen(yes, 1.0, 2.0))
    assert (pick(True), pick(False)) == (1.0, 2.0)


def test_log_is_accurate_over_its_range() -> None:
    x = np.concatenate([np.geomspace(1e-300, 1e300, 5_001), 1.0 + np.geomspace(1e-12, 1.0, 5_001)])
    x = np.concatenate([x, 1.0 / x])
    assert np.array([log(value) for value in x]) == pytest.approx(np.log(x), rel=1e-9, abs=0.0)
    assert log(1.0) == 0.0
