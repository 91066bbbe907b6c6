"""What all codes of pixels share: the check of their input, and phases that spread their spikes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.data.arrays import numeric
from neuromix.errors import BadValue
from neuromix.units import number

BRIGHTEST = 255
"""Largest value of a pixel."""

GOLDEN = (5.0**0.5 - 1.0) / 2.0
"""Multiples of it, modulo 1, fill the unit interval evenly for any number of pixels."""


def pixels(given: ArrayLike) -> NDArray[np.float64]:
    """Return whole numbers 0 … 255 of any shape as floats, shape ``(n,)``.

    Raises
    ------
    BadValue
        Where they are something else.
    """
    found = numeric(given, "pixels")
    if found.ndim == 0 or not np.issubdtype(found.dtype, np.integer):
        raise BadValue(
            "pixels: whole numbers 0 … 255 are encoded",
            [f"got {found.dtype} of shape {found.shape}"],
            "np.rint(255 * image).astype(np.uint8)",
        )
    if found.size and (found.min() < 0 or found.max() > BRIGHTEST):
        raise BadValue(
            f"pixels: values are {found.min()} … {found.max()}, not 0 … {BRIGHTEST}",
            cure="scale the image to 8 bits",
        )
    return found.ravel().astype(np.float64)


def positive(value: float, of: str, unit: str) -> float:
    """Return a finite number above 0.

    Raises
    ------
    BadValue
        Where it is something else.
    """
    found = number(value, of)
    if not (math.isfinite(found) and found > 0.0):
        raise BadValue(f"{of}: {value!r} {unit} is not positive")
    return found


def phases(count: int) -> NDArray[np.float64]:
    """Return phases in [0, 1), evenly spread however many there are, shape ``(count,)``."""
    return np.asarray((0.5 + GOLDEN * np.arange(count)) % 1.0)
