"""Measures of a synapse: what its outputs deliver, and how fast that decays."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.measure.waveform import final, sampled

Waves = Mapping[str, NDArray[np.float64]]


def pushed_current(
    waves: Waves, of: str, start: float, stop: float, points: float
) -> NDArray[np.float64]:
    """Return the current that the cell pushes out of a port, at even times, A; see ``sampled``."""
    return -sampled(waves, of, start, stop, points)


def pushed_final(waves: Waves, of: str) -> float:
    """Return the last current that the cell pushes out of a port, A."""
    return -final(waves, of)


def drawn_charges(
    waves: Waves, of: str, start: float, window: float, windows: float
) -> NDArray[np.float64]:
    """Return the charge that the cell draws in at a port in each of several windows, C.

    Windows of ``window`` seconds follow each other from ``start`` on.
    """
    time, wave = waves["time"], waves[of]
    steps = 0.5 * (wave[1:] + wave[:-1]) * np.diff(time)
    total = np.concatenate([[0.0], np.cumsum(steps)])
    edges = start + window * np.arange(round(windows) + 1)
    return np.asarray(np.diff(np.interp(edges, time, total)))


def pushed_charges(
    waves: Waves, of: str, start: float, window: float, windows: float
) -> NDArray[np.float64]:
    """Return the charge that the cell pushes out of a port in each window, C; as above."""
    return -drawn_charges(waves, of, start, window, windows)


def decay_time(waves: Waves, of: str, start: float, stop: float) -> float:
    """Return the time constant between two instants, (stop − start) / ln(w(start)/w(stop)), s."""
    first, last = np.interp([start, stop], waves["time"], waves[of])
    if first <= 0.0 or last <= 0.0 or first == last:
        return float("nan")
    return float((stop - start) / math.log(first / last))
