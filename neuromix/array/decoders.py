"""From spike trains to numbers: counts in a window, and rates in the course of time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.memory_limit import MemoryNeed, check_memory
from neuromix.array.pixels import BRIGHTEST, positive
from neuromix.compiling import kept
from neuromix.data.arrays import floats
from neuromix.data.events import MOST_ADDRESSES, Events, as_events
from neuromix.errors import BadValue
from neuromix.units import whole


def rate_values(
    events: Events, n: int, duration: float, max_rate: float = 1e3
) -> NDArray[np.float64]:
    """Decode a rate code by counting the spikes of ``n`` addresses, shape ``(n,)``.

    One spike is worth ``q = 255 / (max_rate duration)``. A regular train
    (:func:`~neuromix.array.encoders.rate_code`) is off by less than q; a Poisson train of value v
    has a standard error of sqrt(v q).

    Parameters
    ----------
    events : Events
    n : int
    duration : float, s
    max_rate : float, Hz
        As it was encoded with.
    """
    worth = BRIGHTEST / (positive(max_rate, "max_rate", "Hz") * positive(duration, "duration", "s"))
    return np.asarray(as_events(events, "rate_values").counts(n) * worth)


def filtered_rates(
    events: Events, n: int, time_constant: float, times: ArrayLike
) -> NDArray[np.float64]:
    """Return the rates of ``n`` addresses at some moments, seen through a first-order low-pass, Hz.

    The value at t is the sum over spikes s ≤ t of exp(−(t − s) / tau) / tau. In the mean it is the
    rate; for a Poisson train of rate r its standard deviation is sqrt(r / (2 tau)) (Campbell's
    theorem).

    Parameters
    ----------
    events : Events
    n : int
    time_constant : float, s
        tau.
    times : (k,) array, s
        In ascending order.

    Returns
    -------
    (k, n) ndarray, Hz

    Raises
    ------
    BadValue
        Where times descend, or an address is not below ``n``.
    """
    tau = positive(time_constant, "time_constant", "s")
    moments = np.atleast_1d(floats(times, "times"))
    if moments.ndim != 1 or np.any(np.diff(moments) < 0.0):
        raise BadValue(
            "filtered_rates: the times are not in ascending order", cure="np.sort(times)"
        )
    n = whole(n, "filtered_rates: n", 0, MOST_ADDRESSES)
    check_memory("filtered_rates", MemoryNeed({"rates": 8.0 * n * len(moments)}))
    as_events(events, "filtered_rates").counts(n)
    return np.asarray(_filtered(events.time, events.address, n, tau, moments))


@kept()
def _filtered(
    time: NDArray[np.float64],
    address: NDArray[np.uint32],
    n: int,
    tau: float,
    moments: NDArray[np.float64],
) -> NDArray[np.float64]:
    level = np.zeros(n)
    since = np.full(n, -np.inf)  # times before 0 are after it, too
    found = np.empty((len(moments), n))
    event = 0
    for row in range(len(moments)):
        while event < len(time) and time[event] <= moments[row]:
            k = address[event]
            level[k] = level[k] * np.exp((since[k] - time[event]) / tau) + 1.0 / tau
            since[k] = time[event]
            event += 1
        for k in range(n):
            found[row, k] = level[k] * np.exp((since[k] - moments[row]) / tau)
    return found
