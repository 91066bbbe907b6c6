"""What all codes of pixels share: the check of their input, and phases that spread their spikes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.memory_limit import MemoryNeed, check_memory
from neuromix.data.arrays import numeric
from neuromix.errors import BadValue
from neuromix.units import number

BYTES_OF_SPIKE = 48
"""That an encoder takes at its peak: times and addresses, unsorted and sorted."""

BRIGHTEST = 255
"""Largest value of a pixel."""

GOLDEN = (5.0**0.5 - 1.0) / 2.0
"""Multiples of it, modulo 1, fill the unit interval evenly for any number of pixels."""


def pixels(given: ArrayLike) -> NDArray[np.float64]:
    """Return pixels as floats 0 … 255, shape ``(n,)``.

    The kind of the numbers says what they are: whole ones are 0 … 255, floats are 0 … 1 and are
    not rounded.

    Parameters
    ----------
    given : (…,) array of int, 0 … 255, or of float, 0 … 1

    Raises
    ------
    BadValue
        Where they are something else.
    """
    found = numeric(given, "pixels")
    whole = np.issubdtype(found.dtype, np.integer)
    if found.ndim == 0 or not (whole or np.issubdtype(found.dtype, np.floating)):
        raise BadValue(
            f"pixels: whole numbers 0 … {BRIGHTEST} or floats 0 … 1 are encoded",
            [f"got {found.dtype} of shape {found.shape}"],
            "image.astype(np.uint8)",
        )
    most = BRIGHTEST if whole else 1
    if found.size and not (found.min() >= 0 and found.max() <= most):
        raise BadValue(
            f"pixels: values of {found.dtype} are {found.min()} … {found.max()}, not 0 … {most}",
            [f"whole numbers are 0 … {BRIGHTEST}, floats 0 … 1"],
            "image.astype(np.uint8) of 8 bits in floats, image / image.max() of anything else",
        )
    return np.asarray(found.ravel() * (1.0 if whole else float(BRIGHTEST)), dtype=np.float64)


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


def check_spikes(verb: str, count: float) -> None:
    """Refuse a code of so many spikes that they do not fit into the memory.

    Raises
    ------
    BadValue
    """
    check_memory(f"{verb}: {count:.3g} spikes", MemoryNeed({"spikes": BYTES_OF_SPIKE * count}))


def phases(count: int) -> NDArray[np.float64]:
    """Return phases in [0, 1), evenly spread however many there are, shape ``(count,)``."""
    return np.asarray((0.5 + GOLDEN * np.arange(count)) % 1.0)
