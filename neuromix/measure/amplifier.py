"""Measures of an amplifier in the time domain and at rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Waves = Mapping[str, NDArray[np.float64]]


def rate_between(waves: Waves, of: str, low: float, high: float) -> float:
    """Return the mean rate at which a monotonous waveform passes from one level to the other, 1/s.

    Negative where it falls; NaN where it does not pass both.
    """
    time, wave = waves["time"], waves[of]
    ends = (float(wave[0]), float(wave[-1]))
    if not (min(ends) <= low and high <= max(ends)):
        return float("nan")
    rising = ends[1] > ends[0]
    ordered, moments = (wave, time) if rising else (wave[::-1], time[::-1])
    first, last = np.interp([low, high], np.maximum.accumulate(ordered), moments)
    return float((high - low) / (last - first))


def supply_power(waves: Waves, current: str, voltage: float) -> float:
    """Return the last power that a constant supply delivers, W."""
    return voltage * float(waves[current][-1])
