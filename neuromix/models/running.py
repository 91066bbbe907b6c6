"""Running one neuron model alone, as the fit and the held-out proof do."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.models.family import RESTED, Family

STEP = 1e-6
"""Largest step between which the input current is taken as constant, s."""


PIECES = 120
"""Into how many steps an interval is cut when the next spike is predicted from the last."""

SAME_TIME = 1e-15
"""s: a corner this close lies behind."""


@njit(inline="always")
def _piece(
    times: NDArray[np.float64],
    currents: NDArray[np.float64],
    corner: int,
    t: float,
    h: float,
) -> tuple[int, float, float]:
    """Return the corner before ``t``, a step that ends at the next one, and its mean current."""
    while corner < len(times) - 1 and times[corner + 1] <= t + SAME_TIME:
        corner += 1
    current = currents[corner]
    if corner < len(times) - 1:
        h = min(h, times[corner + 1] - t)
        slope = (currents[corner + 1] - current) / (times[corner + 1] - times[corner])
        current += slope * (t + 0.5 * h - times[corner])
    return corner, h, current


@functools.lru_cache
def _runner(advance: Callable[..., Any]) -> Callable[..., NDArray[np.float64]]:
    @kept()
    def run(
        p: NDArray[np.float64],
        times: NDArray[np.float64],
        currents: NDArray[np.float64],
        duration: float,
        step: float,
        room: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        v, hold, t, corner, found = 0.0, RESTED, 0.0, 0, 0
        while t < duration and found < len(room):
            corner, h, current = _piece(times, currents, corner, t, min(step, duration - t))
            v, hold, spike = advance(v, hold, current, h, p)
            if spike >= 0.0 and t + spike < duration:
                room[found] = t + spike
                found += 1
            t += h
        return room[:found].copy()

    compiled: Callable[..., NDArray[np.float64]] = run
    return compiled


@functools.lru_cache
def _interval_runner(advance: Callable[..., Any]) -> Callable[..., NDArray[np.float64]]:
    @kept()
    def run(
        p: NDArray[np.float64],
        times: NDArray[np.float64],
        currents: NDArray[np.float64],
        spikes: NDArray[np.float64],
        holds: NDArray[np.float64],
        reset: float,
        start: float,
    ) -> NDArray[np.float64]:
        errors = np.empty(len(spikes))
        for k in range(len(spikes)):
            if k == 0:
                t, v, hold, since = 0.0, 0.0, RESTED, start
            else:
                t, v, hold, since = spikes[k - 1], reset, holds[k - 1], spikes[k - 1]
            interval = spikes[k] - since
            stop = t + 2.0 * interval
            errors[k] = 1.0
            corner = 0
            while t < stop:
                corner, h, current = _piece(times, currents, corner, t, interval / PIECES)
                v, hold, spike = advance(v, hold, current, h, p)
                if spike >= 0.0:
                    errors[k] = (t + spike - spikes[k]) / interval
                    break
                t += h
        return errors

    compiled: Callable[..., NDArray[np.float64]] = run
    return compiled


def spikes_of(
    dynamics: Family,
    times: NDArray[np.float64],
    currents: NDArray[np.float64],
    duration: float,
    step: float = STEP,
) -> NDArray[np.float64]:
    """Return the spike times of one neuron under a piecewise linear input, running free, s.

    Parameters
    ----------
    dynamics : Family
        A neuron family with scalar parameters.
    times, currents : (n,) ndarray
        Corners of the input: s and A.
    duration, step : float
        How long, and the largest step for which the input is taken as constant, s.
    """
    (advance,) = dynamics.kernels()
    # A step holds one spike at most; steps end at corners as well.
    most = duration / step + 2.0 * len(times)
    shortest = float(np.min(dynamics.shortest_interval()))
    if shortest > 0.0:
        most = min(most, 1.2 * duration / shortest)
    room = np.empty(int(most) + 16)
    return _runner(advance)(dynamics.matrix()[0], times, currents, duration, step, room)


def interval_errors(
    dynamics: Family,
    times: NDArray[np.float64],
    currents: NDArray[np.float64],
    spikes: NDArray[np.float64],
    holds: NDArray[np.float64],
    reset: float,
    start: float,
) -> NDArray[np.float64]:
    """Return the error of each next spike, predicted from the one before, over its interval.

    Parameters
    ----------
    spikes : (n,) ndarray
        Of the reference, s.
    holds : (n,) ndarray
        For how long the model is held after each of them, s.
    reset : float
        State after a spike.
    start : float
        When the input starts, s; the first interval counts from there.
    """
    (advance,) = dynamics.kernels()
    p = dynamics.matrix()[0]
    return _interval_runner(advance)(p, times, currents, spikes, holds, reset, start)
