"""Running one neuron of the role ``bursting_neuron`` alone, as the fit and the held-out proof do.

Its family's module defines, beside the class (``numba.njit``; ``p`` is one row of
:meth:`neuromix.models.family.Family.matrix`):

``advance(state, i_in, dt, p) -> spike``
    moves the state, an array, in place; when the last spike left, s from the start of the step,
    negative without one;
``rest(p) -> state``
    the neuron before its input;
``resume(lifted, p) -> state``
    the neuron just when a spike leaves, its slow variable given;
``slow(state) -> value``
    the slow variable.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.models.family import Family
from neuromix.models.running import _piece

Floats = NDArray[np.float64]

KERNELS = ("advance", "rest", "resume", "slow")

STEP = 2e-8
"""Largest step between which the input current is taken as constant, s."""

SHORTEST = 1e-8
"""s: no two spikes are expected closer; room for spikes is made by it."""


@functools.lru_cache
def _compiled(module: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    advance, rest, resume, slow = (getattr(sys.modules[module], name) for name in KERNELS)

    @njit
    def run(
        p: Floats,
        state: Floats,
        times: Floats,
        currents: Floats,
        start: float,
        stop: float,
        most: int,
    ) -> tuple[Floats, Floats]:
        spikes, lifted = np.empty(most), np.empty(most)
        before = state.copy()
        t, corner, found = start, 0, 0
        while t < stop and found < most:
            corner, h, current = _piece(times, currents, corner, t, min(STEP, stop - t))
            before[:] = state
            spike = advance(state, current, h, p)
            if spike >= 0.0:
                advance(before, current, spike, p)
                spikes[found], lifted[found] = t + spike, slow(before)
                found += 1
            t += h
        return spikes[:found].copy(), lifted[:found].copy()

    @kept()
    def shoot(
        p: Floats,
        times: Floats,
        currents: Floats,
        spikes: Floats,
        lifted: Floats,
        chosen: NDArray[np.int64],
        start: float,
    ) -> Floats:
        errors = np.empty((len(chosen), 2))
        for row, k in enumerate(chosen):
            if k == 0:
                state, moment, since = rest(p), 0.0, start
            else:
                state, moment, since = resume(lifted[k - 1], p), spikes[k - 1], spikes[k - 1]
            interval = spikes[k] - since
            found, reached = run(p, state, times, currents, moment, spikes[k] + interval, 1)
            errors[row, 0] = (found[0] - spikes[k]) / interval if len(found) else 1.0
            errors[row, 1] = reached[0] - lifted[k] if len(found) else 0.0
        return errors

    @kept()
    def free(
        p: Floats, times: Floats, currents: Floats, stop: float, most: int
    ) -> tuple[Floats, Floats]:
        found: tuple[Floats, Floats] = run(p, rest(p), times, currents, 0.0, stop, most)
        return found

    return free, shoot


def free_run(
    dynamics: Family, times: Floats, currents: Floats, duration: float
) -> tuple[Floats, Floats]:
    """Return spike times, s, and the slow variable at each, under a piecewise linear input.

    Parameters
    ----------
    dynamics : Family
        Of the role ``bursting_neuron``; scalars.
    times, currents : (n,) ndarray
        Corners of the input: s and A.
    duration : float
        s.
    """
    free, _ = _compiled(type(dynamics).__module__)
    most = int(duration / SHORTEST) + 16
    spikes, lifted = free(dynamics.matrix()[0], times, currents, duration, most)
    return spikes, lifted


def next_spike_errors(
    dynamics: Family,
    times: Floats,
    currents: Floats,
    spikes: Floats,
    lifted: Floats,
    chosen: NDArray[np.int64],
    start: float,
) -> Floats:
    """Return how far each next spike, predicted from the one before, lies beside the reference.

    Parameters
    ----------
    spikes, lifted : (n,) ndarray
        Of the reference: s, and the slow variable at each spike.
    chosen : (m,) ndarray
        Which spikes are predicted.
    start : float
        When the input starts, s; the first interval counts from there.

    Returns
    -------
    errors : (m, 2) ndarray
        Of the time, over its interval (1 where no spike comes), and of the slow variable there.
    """
    _, shoot = _compiled(type(dynamics).__module__)
    p = dynamics.matrix()[0]
    errors: Floats = shoot(p, times, currents, spikes, lifted, chosen, start)
    return errors
