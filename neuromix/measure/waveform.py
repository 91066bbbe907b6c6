"""Measures of any waveform on an uneven time grid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Waves = Mapping[str, NDArray[np.float64]]


def crossings(
    time: NDArray[np.float64], wave: NDArray[np.float64], level: float, *, rising: bool = True
) -> NDArray[np.float64]:
    """Return the times at which ``wave`` crosses ``level`` in one direction, s.

    Straight lines between samples; the simulator's own steps are far finer than that at a crossing.
    """
    signed = (wave - level) if rising else (level - wave)
    at = np.flatnonzero((signed[:-1] < 0.0) & (signed[1:] >= 0.0))
    part = -signed[at] / (signed[at + 1] - signed[at])
    return np.asarray(time[at] + part * (time[at + 1] - time[at]))


def between(
    time: NDArray[np.float64], wave: NDArray[np.float64], start: float, stop: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut a waveform to ``start … stop``, with interpolated ends."""
    inside = (time > start) & (time < stop)
    ends = np.interp([start, stop], time, wave)
    return (
        np.concatenate([[start], time[inside], [stop]]),
        np.concatenate([[ends[0]], wave[inside], [ends[1]]]),
    )


def charge(waves: Waves, of: str, start: float = 0.0, stop: float | None = None) -> float:
    """Return the integral of ``of`` over time from ``start`` to ``stop`` (its end)."""
    time = waves["time"]
    moments, values = between(time, waves[of], start, float(time[-1]) if stop is None else stop)
    return float(np.trapezoid(values, moments))


def final(waves: Waves, of: str) -> float:
    """Return the last value of ``of``; of an operating point the only one."""
    return float(waves[of][-1])


def peak(waves: Waves, of: str, start: float = 0.0) -> float:
    """Return the largest value of ``of`` from ``start`` on; NaN beyond the end."""
    later = waves[of][waves["time"] >= start]
    return float(later.max()) if len(later) else float("nan")


def sampled(waves: Waves, of: str, start: float, stop: float, points: float) -> NDArray[np.float64]:
    """Return ``of`` at ``points`` even times from ``start`` to ``stop``, both included."""
    grid = np.linspace(start, stop, round(points))
    return np.asarray(np.interp(grid, waves["time"], waves[of]))


def supply_energy(waves: Waves, current: str, voltage: float, start: float = 0.0) -> float:
    """Return the energy that a constant supply delivers from ``start`` to the end, J."""
    return voltage * charge(waves, current, start)
