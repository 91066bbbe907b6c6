"""Measures of the answer to a step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Waves = Mapping[str, NDArray[np.float64]]


def settling_time(waves: Waves, of: str, since: float, within: float) -> float:
    """Return the time from ``since`` until ``of`` stays within a share of its step, s.

    The step is from the value at ``since`` to the last one; NaN where there is none.
    """
    time, wave = waves["time"], waves[of]
    before, after = float(np.interp(since, time, wave)), float(wave[-1])
    if before == after:
        return float("nan")
    left = np.abs(wave - after) / abs(after - before) - within
    outside = np.flatnonzero((left > 0.0) & (time > since))
    if not len(outside):
        return 0.0
    last = outside[-1]
    part = left[last] / (left[last] - left[last + 1])
    return float(time[last] + part * (time[last + 1] - time[last]) - since)
