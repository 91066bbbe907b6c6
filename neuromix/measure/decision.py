"""Measures of a comparator: when it decides, and at which input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.measure.waveform import crossings

Waves = Mapping[str, NDArray[np.float64]]

FRACTION = 0.5
"""Of the supply, at which a decision is timed."""


def decisions(waves: Waves, of: str, supply: float) -> NDArray[np.float64]:
    """Return the times at which ``of`` passes half of the supply, upwards or downwards, s."""
    both = [
        crossings(waves["time"], waves[of], FRACTION * supply, rising=rising)
        for rising in (True, False)
    ]
    return np.sort(np.concatenate(both))


def decision_delay(waves: Waves, of: str, supply: float, since: float) -> float:
    """Return the time from ``since`` to the next decision, s; NaN where there is none."""
    found = decisions(waves, of, supply)
    later = found[found > since]
    return float(later[0] - since) if len(later) else float("nan")


def trip_voltage(waves: Waves, of: str, supply: float, positive: str, negative: str) -> float:
    """Return the mean of positive less negative input over all decisions, V.

    Under a triangle each pair of decisions is late on both sides, which the mean takes out.
    """
    found = decisions(waves, of, supply)
    if not len(found) or len(found) % 2:
        return float("nan")
    difference = waves[positive] - waves[negative]
    return float(np.mean(np.interp(found, waves["time"], difference)))
