"""From pixels to spikes: regular and Poisson rate codes.

Codes in the times of single spikes are in :mod:`neuromix.array.timing_codes`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.pixels import BRIGHTEST, check_spikes, phases, pixels, positive
from neuromix.array.random_stream import mixed, uniform
from neuromix.compiling import kept
from neuromix.data.events import Events
from neuromix.data.randomness import generator


def _rates(given: ArrayLike, duration: float, max_rate: float) -> NDArray[np.float64]:
    """Check the input and return spikes per second of each pixel, shape ``(n,)``."""
    positive(duration, "duration", "s")
    return pixels(given) * (positive(max_rate, "max_rate", "Hz") / BRIGHTEST)


def rate_code(values: ArrayLike, duration: float, max_rate: float = 1e3) -> Events:
    """Encode each pixel as a regular train whose rate is proportional to its value.

    Trains start at phases spread by the golden ratio over one interval, so that pixels of one value
    do not spike together; nothing is random.

    Parameters
    ----------
    values : (…,) array of int, 0 … 255, or of float, 0 … 1
        Raveled; the address of a pixel is its index.
    duration : float, s
    max_rate : float, Hz
        Of a pixel of 255, or of 1.0.
    """
    rate = _rates(values, duration, max_rate)
    check_spikes("rate_code", float(rate.sum()) * duration)
    phase = phases(len(rate))
    count = np.maximum(np.ceil(rate * duration - phase), 0.0).astype(np.int64)
    address = np.repeat(np.arange(len(rate)), count)
    number = np.arange(len(address)) - np.repeat(np.cumsum(count) - count, count)
    return Events.sort((number + phase[address]) / rate[address], address)


def poisson_code(
    values: ArrayLike, duration: float, max_rate: float = 1e3, *, seed: int = 0
) -> Events:
    """Encode each pixel as a Poisson train whose mean rate is proportional to its value.

    The train of a pixel depends on ``seed``, its address and its value alone.

    Parameters
    ----------
    values, duration, max_rate
        As for :func:`rate_code`.
    seed : int
        Another seed gives other trains.
    """
    rate = _rates(values, duration, max_rate)
    check_spikes("poisson_code", float(rate.sum()) * duration)
    # The first words of a generator do not depend on how many are taken.
    words = generator(seed, "poisson_code").integers(0, 2**64, len(rate), dtype=np.uint64)
    time, address = _trains(rate, duration, mixed(words, 0))
    return Events.sort(time, address)


@kept()
def _trains(
    rate: NDArray[np.float64], duration: float, state: NDArray[np.uint64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return exponential intervals, summed up, of all addresses one after the other."""
    room = 64 + int(1.1 * duration * rate.sum())
    time = np.empty(room)
    address = np.empty(room, np.int64)
    count = 0
    for k in range(len(rate)):
        if rate[k] == 0.0:
            continue
        now = -math.log(uniform(state, k)) / rate[k]
        while now < duration:
            if count == len(time):
                time = np.append(time, np.empty(count))
                address = np.append(address, np.empty(count, np.int64))
            time[count] = now
            address[count] = k
            count += 1
            now -= math.log(uniform(state, k)) / rate[k]
    return time[:count], address[:count]
