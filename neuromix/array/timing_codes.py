"""Pixels in the times of single spikes: time to the first spike, and interval between two.

Each code stands beside its decoder. Both are exact for pixels of 8 bits as long as no spike is
shifted by more than the stated time: what a fabric adds to all spikes alike can be given as an
offset, what it adds to some of them is an error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.pixels import BRIGHTEST, phases, pixels, positive
from neuromix.data.events import Events, as_events
from neuromix.errors import BadValue
from neuromix.units import number


def first_spike_code(values: ArrayLike, duration: float) -> Events:
    """Encode each pixel in the time of one spike: the brighter, the sooner.

    A pixel of value v spikes at (255 − v) / 255 of ``duration``; one of 0 is silent.

    Parameters
    ----------
    values : (…,) array of int, 0 … 255, or of float, 0 … 1
        Raveled; the address of a pixel is its index.
    duration : float, s
    """
    value = pixels(values)
    step = positive(duration, "duration", "s") / BRIGHTEST
    bright = np.flatnonzero(value)
    return Events.sort((BRIGHTEST - value[bright]) * step, bright)


def first_spike_values(
    events: Events, n: int, duration: float, *, offset: float = 0.0
) -> NDArray[np.float64]:
    """Decode the first spike of each of ``n`` addresses, shape ``(n,)``; 0 for the silent.

    A spike that is shifted by t changes its value by 255 t / ``duration``; rounded to whole values,
    the code is exact up to shifts of ``duration`` / 510.

    Parameters
    ----------
    events : Events
    n : int
    duration : float, s
        As it was encoded with.
    offset : float, s
        What all spikes have been delayed by.
    """
    step = positive(duration, "duration", "s") / BRIGHTEST
    time = _spikes(events, n, 0)
    late = np.where(np.isnan(time), duration, time - number(offset, "first_spike_values: offset"))
    return np.clip(BRIGHTEST - late / step, 0.0, BRIGHTEST)


def interval_code(values: ArrayLike, duration: float, shortest: float) -> Events:
    """Encode each pixel in the interval between two spikes: the brighter, the shorter.

    Intervals are linear in the value, from ``shortest`` for 255 to ``duration`` − ``shortest`` for
    0. First spikes are spread evenly over ``shortest``, so that they do not meet on a link.

    Parameters
    ----------
    values : (…,) array of int, 0 … 255, or of float, 0 … 1
        Raveled; the address of a pixel is its index.
    duration : float, s
        Both spikes of every pixel are within it.
    shortest : float, s
        Below half of ``duration``.
    """
    value = pixels(values)
    span = _span(duration, shortest)
    first = shortest * phases(len(value))
    second = first + shortest + span * (BRIGHTEST - value) / BRIGHTEST
    address = np.arange(len(value))
    return Events.sort(np.concatenate([first, second]), np.concatenate([address, address]))


def interval_values(
    events: Events, n: int, duration: float, shortest: float
) -> NDArray[np.float64]:
    """Decode the first interval of each of ``n`` addresses, shape ``(n,)``.

    NaN where an address has less than two spikes. A second spike that is shifted by t against the
    first changes its value by 255 t / (``duration`` − 2 ``shortest``).

    Parameters
    ----------
    events : Events
    n : int
    duration, shortest : float, s
        As it was encoded with.
    """
    span = _span(duration, shortest)
    interval = _spikes(events, n, 1) - _spikes(events, n, 0)
    return np.asarray(np.clip(BRIGHTEST * (1.0 - (interval - shortest) / span), 0.0, BRIGHTEST))


def _span(duration: float, shortest: float) -> float:
    span = positive(duration, "duration", "s") - 2.0 * positive(shortest, "shortest", "s")
    if not span > 0.0:
        raise BadValue(
            f"interval code: intervals from {shortest!r} s do not fit into {duration!r} s",
            cure=f"shortest={duration / 10.0:.3g}",
        )
    return span


def _spikes(events: Events, n: int, which: int) -> NDArray[np.float64]:
    """Return when each of ``n`` addresses spiked for the time number ``which``; NaN for never."""
    counts = as_events(events, "decoder").counts(n)
    found = np.full(len(counts), np.nan)
    enough = np.flatnonzero(counts > which)
    in_line = np.argsort(events.address, kind="stable")
    begin = np.cumsum(counts) - counts
    found[enough] = events.time[in_line[begin[enough] + which]]
    return found
