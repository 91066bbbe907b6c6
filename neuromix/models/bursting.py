"""Running one neuron of the role ``bursting_neuron`` alone, as the fit and the held-out proof do.

Its family's module defines, beside the class (``numba.njit``; ``p`` is one row of
:meth:`neuromix.models.family.Family.matrix`):

``stride(state, i_in, left, p) -> (state, passed, spiked)``
    makes one internal step, at most ``left``, s, and at most to where the next spike leaves: the
    new state, how long the step was, s, and whether a spike leaves at its end. Without branches, so
    that the lanes of an array make their strides at once, each of its own length. A stride of
    ``left = 0`` changes nothing;
``rest(p) -> state``
    the neuron before its input;
``resume(lifted, p) -> state``
    the neuron just when a spike leaves, its slow variable given;
``slow(state) -> value``
    the slow variable.

A state is a tuple of floats, of which the first is the membrane. Any number of spikes may leave in
a step: :func:`advancing` and the kernel of arrays make strides until nothing is left.
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

KERNELS = ("stride", "rest", "resume", "slow")

STEP = 2e-8
"""Largest step over which the current of a ramp is taken as constant, s."""

SHORTEST = 1e-8
"""s: no two spikes are expected closer; room for spikes is made by it."""


@functools.lru_cache
def advancing(stride: Callable[..., Any]) -> Callable[..., Any]:
    """Compile ``advance(state, i_in, dt, p) -> (state, left, spiked)`` of a family's ``stride``.

    It makes strides until ``dt`` is over or a spike leaves; ``left`` is then what remains of
    ``dt``, s.
    """

    @njit(error_model="numpy")
    def advance(
        state: tuple[float, ...], i_in: float, dt: float, p: Floats
    ) -> tuple[tuple[float, ...], float, bool]:
        left, spiked = dt, False
        while left > 0.0 and not spiked:
            state, passed, spiked = stride(state, i_in, left, p)
            left -= passed
        return state, left, spiked

    compiled: Callable[..., Any] = advance
    return compiled


@functools.lru_cache
def _compiled(module: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    stride, rest, resume, slow = (getattr(sys.modules[module], name) for name in KERNELS)
    advance = advancing(stride)

    @njit
    def run(
        p: Floats,
        state: tuple[float, ...],
        times: Floats,
        currents: Floats,
        start: float,
        stop: float,
        most: int,
    ) -> tuple[Floats, Floats]:
        spikes, lifted = np.empty(most), np.empty(most)
        t, corner, found = start, 0, 0
        while t < stop and found < most:
            corner, h, current = _piece(times, currents, corner, t, stop - t)
            if corner < len(times) - 1 and currents[corner + 1] != currents[corner]:
                corner, h, current = _piece(times, currents, corner, t, min(STEP, stop - t))
            left = h
            while left > 0.0 and found < most:
                state, left, spiked = advance(state, current, left, p)
                if spiked:
                    spikes[found], lifted[found] = t + (h - left), slow(state)
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
