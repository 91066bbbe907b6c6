"""From 8-bit pixels to spikes: regular and Poisson rate codes.

Codes in the times of single spikes are in :mod:`neuromix.array.timing_codes`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.pixels import BRIGHTEST, phases, pixels, positive
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
    values : (…,) array of int, 0 … 255
        Raveled; the address of a pixel is its index.
    duration : float, s
    max_rate : float, Hz
        Of a pixel of 255.
    """
    rate = _rates(values, duration, max_rate)
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
    trains = []
    for address in np.flatnonzero(rate):
        random = generator(seed, "poisson_code", int(address))
        count = random.poisson(rate[address] * duration)
        trains.append(np.sort(random.uniform(0.0, duration, count)))
    if not trains:
        return Events.empty()
    lengths = [len(train) for train in trains]
    return Events.sort(np.concatenate(trains), np.repeat(np.flatnonzero(rate), lengths))
