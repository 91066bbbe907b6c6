"""Measures of a frequency response: magnitude and phase over ``"frequency"``.

Straight lines join the samples on logarithmic axes; between 20 points a decade that puts a corner
of first order 0.2 % off, and twice the points a quarter of that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Waves = Mapping[str, NDArray[np.float64]]


def low_frequency_gain(waves: Waves, of: str) -> float:
    """Return the magnitude at the lowest frequency, per volt or ampere of the input."""
    return float(waves[of][0])


def low_frequency_gain_in_decibels(waves: Waves, of: str) -> float:
    """Return 20 log10 of the magnitude at the lowest frequency, dB."""
    return 20.0 * math.log10(low_frequency_gain(waves, of))


def bandwidth(waves: Waves, of: str) -> float:
    """Return the frequency at which the power has fallen to half (−3 dB), Hz."""
    return _falls_to(waves, of, float(waves[of][0]) / math.sqrt(2.0))


def unity_gain_frequency(waves: Waves, of: str) -> float:
    """Return the frequency at which the magnitude has fallen to 1, Hz."""
    return _falls_to(waves, of, 1.0)


def phase_margin(waves: Waves, of: str) -> float:
    """Return how far the phase at unity gain is from a turn of the sign, degrees.

    180° less the lag from the lowest frequency to that of unity gain, so that an inverting
    amplifier has the same margin as the one that does not invert.
    """
    phase = waves[f"phase({of})"]
    at = unity_gain_frequency(waves, of)
    if not math.isfinite(at):
        return float("nan")
    reached = float(np.interp(math.log(at), np.log(waves["frequency"]), phase))
    return 180.0 - (float(phase[0]) - reached)


def _falls_to(waves: Waves, of: str, level: float) -> float:
    """Return the first frequency at which a magnitude falls through a level, Hz; NaN if none."""
    with np.errstate(divide="ignore"):
        frequency, above = np.log(waves["frequency"]), np.log(waves[of]) - math.log(level)
    found = np.flatnonzero((above[:-1] >= 0.0) & (above[1:] < 0.0))
    if not len(found):
        return float("nan")
    at = found[0]
    part = above[at] / (above[at] - above[at + 1])
    return math.exp(frequency[at] + part * (frequency[at + 1] - frequency[at]))
