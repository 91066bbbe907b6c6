"""When a linear neuron reaches its threshold between two events: compiled, double precision.

The search is safe with any ``flow`` that :mod:`neuromix.models.family` allows. A membrane below its
threshold, with rest below it too, can be lifted by its excitatory input only, and by no more than
``gain`` times that input, the largest response to a unit: most intervals are done with by that.
Others are looked through in strides of a fraction of the rise of that response. In each, an end
above the threshold brackets the crossing; and where the slope changes its sign, and the tangents at
both ends meet above the threshold, there is a peak that may have passed it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.linear.propagators import prober
from neuromix.models.family import Family

NEVER = np.inf
"""Time of a crossing that does not come."""

RESOLUTION = 1e-12
"""Of a crossing, in strides: finer than the double precision of times."""


class Reach(NamedTuple):
    """What bounds the search, of shape ``(n,)``: largest response to a unit, and stride, s."""

    gain: NDArray[np.float64]
    stride: NDArray[np.float64]


def reach(dynamics: Family, n: int) -> Reach:
    """Return the largest response of each membrane to a unit of excitatory input, and its time."""
    (flow,) = dynamics.kernels()
    rows = dynamics.matrix(n)
    response = prober(flow, rows.shape[1])
    units = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    times = np.geomspace(1e-9, 1e3, 300)
    lifted, kept = np.empty((2, len(times), n))
    for k, time in enumerate(times):
        found = response(rows, units, time)
        lifted[k] = found[:, 1, 0] - found[:, 0, 0]
        kept[k] = found[:, 2, 0] - found[:, 0, 0]
    # Between two points of the grid a response rises by less than a hundredth of its peak.
    peak = times[np.argmax(lifted, axis=0)]
    fading = times[np.argmax(kept < np.exp(-0.5), axis=0)]
    return Reach(1.01 * lifted.max(axis=0), 0.25 * np.where(peak > times[0], peak, fading))


@functools.lru_cache
def crossing_finder(flow: Callable[..., Any]) -> Callable[..., Any]:
    """Compile the search for a family.

    The compiled function takes the state ``(v, e, i)``, V, at the time 0, for how long nothing
    comes (s), ``rest`` and ``threshold``, V, gain and stride of :class:`Reach`, and a row of
    parameters. It returns the time of the crossing, s, or ``NEVER``, and the state at the end of
    that time. A membrane at its threshold crosses it now.
    """

    @njit(error_model="numpy")
    def slope(v, e, i, p, stride):  # type: ignore[no-untyped-def]
        ahead, _, _ = flow(v, e, i, 1e-6 * stride, p)
        return ahead - v

    @njit(error_model="numpy")
    def bracketed(v, e, i, p, threshold, low, high, under, over):  # type: ignore[no-untyped-def]
        """Illinois' rule of false position (Dowell and Jarratt 1971, BIT 11, 168-174)."""
        least = RESOLUTION * (high - low)
        side = 0
        while high - low > least:
            at = low + (high - low) * under / (under - over)
            if not low < at < high:
                at = 0.5 * (low + high)
            found, _, _ = flow(v, e, i, at, p)
            found -= threshold
            if found >= 0.0:
                high, over = at, found
                under = 0.5 * under if side > 0 else under
                side = 1
            else:
                low, under = at, found
                over = 0.5 * over if side < 0 else over
                side = -1
            if found == 0.0 or abs(found) < 1e-16:
                return at
        return high

    @njit(error_model="numpy")
    def crossing(v, e, i, length, rest, threshold, gain, stride, p):  # type: ignore[no-untyped-def]
        if v >= threshold:
            return 0.0, v, e, i
        at = 0.0
        while at < length:
            safe = rest < threshold and max(v, rest) + gain * e < threshold
            span = length - at if safe else min(stride, length - at)
            then, e_then, i_then = flow(v, e, i, span, p)
            if then >= threshold:
                under, over = v - threshold, then - threshold
                found = bracketed(v, e, i, p, threshold, 0.0, span, under, over)
                return at + found, then, e_then, i_then
            if not safe:
                before = slope(v, e, i, p, stride) / (1e-6 * stride)
                after = slope(then, e_then, i_then, p, stride) / (1e-6 * stride)
                low, high = 0.0, span
                while (
                    before > 0.0
                    and after < 0.0
                    and high - low > 1e-6 * span
                    and min(v + before * span, then - after * span) >= threshold
                ):
                    middle = 0.5 * (low + high)
                    peak, e_peak, i_peak = flow(v, e, i, middle, p)
                    if peak >= threshold:
                        under, over = v - threshold, peak - threshold
                        found = bracketed(v, e, i, p, threshold, 0.0, middle, under, over)
                        return at + found, peak, e_peak, i_peak
                    if slope(peak, e_peak, i_peak, p, stride) > 0.0:
                        low = middle
                    else:
                        high = middle
            at += span
            v, e, i = then, e_then, i_then
        return NEVER, v, e, i

    compiled: Callable[..., Any] = crossing
    return compiled
