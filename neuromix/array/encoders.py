"""From 8-bit pixels to spikes: regular and Poisson rate codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.data.arrays import numeric
from neuromix.data.events import Events
from neuromix.data.randomness import generator
from neuromix.errors import BadValue
from neuromix.units import number

BRIGHTEST = 255
"""Largest value of a pixel."""

GOLDEN = (5.0**0.5 - 1.0) / 2.0
"""Multiples of it, modulo 1, fill the unit interval evenly for any number of pixels."""


def _rates(pixels: ArrayLike, duration: float, max_rate: float) -> NDArray[np.float64]:
    """Check the input and return spikes per second of each pixel, shape ``(n,)``."""
    given = numeric(pixels, "pixels")
    duration = number(duration, "duration")
    max_rate = number(max_rate, "max_rate")
    if given.ndim == 0 or not np.issubdtype(given.dtype, np.integer):
        raise BadValue(
            "pixels: whole numbers 0 … 255 are encoded",
            [f"got {given.dtype} of shape {given.shape}"],
            "np.rint(255 * image).astype(np.uint8)",
        )
    if given.size and (given.min() < 0 or given.max() > BRIGHTEST):
        raise BadValue(
            f"pixels: values are {given.min()} … {given.max()}, not 0 … {BRIGHTEST}",
            cure="scale the image to 8 bits",
        )
    if not (np.isfinite(duration) and duration > 0.0):
        raise BadValue(f"duration: {duration!r} s is not positive")
    if not (np.isfinite(max_rate) and max_rate > 0.0):
        raise BadValue(f"max_rate: {max_rate!r} Hz is not positive")
    return given.ravel().astype(np.float64) * (max_rate / BRIGHTEST)


def rate_code(pixels: ArrayLike, duration: float, max_rate: float = 1e3) -> Events:
    """Encode each pixel as a regular train whose rate is proportional to its value.

    Trains start at phases spread by the golden ratio over one interval, so that pixels of one value
    do not spike together; nothing is random.

    Parameters
    ----------
    pixels : (…,) array of int, 0 … 255
        Raveled; the address of a pixel is its index.
    duration : float, s
    max_rate : float, Hz
        Of a pixel of 255.
    """
    rate = _rates(pixels, duration, max_rate)
    phase = (0.5 + GOLDEN * np.arange(len(rate))) % 1.0
    count = np.maximum(np.ceil(rate * duration - phase), 0.0).astype(np.int64)
    address = np.repeat(np.arange(len(rate)), count)
    number = np.arange(len(address)) - np.repeat(np.cumsum(count) - count, count)
    return Events.sort((number + phase[address]) / rate[address], address)


def poisson_code(
    pixels: ArrayLike, duration: float, max_rate: float = 1e3, *, seed: int = 0
) -> Events:
    """Encode each pixel as a Poisson train whose mean rate is proportional to its value.

    The train of a pixel depends on ``seed``, its address and its value alone.

    Parameters
    ----------
    pixels, duration, max_rate
        As for :func:`rate_code`.
    seed : int
        Another seed gives other trains.
    """
    rate = _rates(pixels, duration, max_rate)
    trains = []
    for address in np.flatnonzero(rate):
        random = generator(seed, "poisson_code", int(address))
        count = random.poisson(rate[address] * duration)
        trains.append(np.sort(random.uniform(0.0, duration, count)))
    if not trains:
        return Events.empty()
    lengths = [len(train) for train in trains]
    return Events.sort(np.concatenate(trains), np.repeat(np.flatnonzero(rate), lengths))
