"""Signed values on address events: a line for each sign.

The positive line of source k has the address 2k, the negative one 2k + 1. A value is split onto its
two lines, coded by any code of pixels, and joined again; a signed source has two rows of weights,
of which the second is the negative of the first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.pixels import BRIGHTEST
from neuromix.data.arrays import numeric
from neuromix.errors import BadValue


def split_signs(values: ArrayLike) -> NDArray[np.uint8]:
    """Return the magnitude of each value on the line of its sign, 0 on the other.

    Parameters
    ----------
    values : (…,) array of int, −255 … 255
        Raveled.

    Returns
    -------
    (2n,) ndarray of uint8
        What codes of pixels take.
    """
    given = numeric(values, "signed values")
    if given.ndim == 0 or not np.issubdtype(given.dtype, np.integer):
        raise BadValue(
            "signed values: whole numbers −255 … 255 are split",
            [f"got {given.dtype} of shape {given.shape}"],
            "np.rint(255 * values).astype(int)",
        )
    # As Python's integers: int64 holds neither all of uint64 nor what is opposite to its minimum.
    least, most = (int(given.min()), int(given.max())) if given.size else (0, 0)
    if max(-least, most) > BRIGHTEST:
        raise BadValue(
            f"signed values: they are {least} … {most}, not −{BRIGHTEST} … {BRIGHTEST}",
            cure="scale them to 8 bits and a sign",
        )
    wide = given.ravel().astype(np.int64)
    lines = np.stack([np.maximum(wide, 0), np.maximum(-wide, 0)], axis=1)
    return lines.ravel().astype(np.uint8)


def join_signs(decoded: ArrayLike) -> NDArray[np.float64]:
    """Return positive less negative lines of ``(2n,)`` decoded values, shape ``(n,)``."""
    given = _even(numeric(decoded, "decoded lines")).astype(np.float64)
    return np.asarray(given[0::2] - given[1::2])


def signed_rows(weights: ArrayLike) -> NDArray[np.int64]:
    """Return the rows of both lines of each source, shape ``(2n, m)`` of ``(n, m)`` whole codes."""
    given = numeric(weights, "weights")
    if given.ndim != 2 or not np.issubdtype(given.dtype, np.integer):
        raise BadValue(
            f"weights: {given.dtype} of shape {given.shape} are not rows of whole codes",
            cure="np.rint(weights).astype(int), of shape (sources, targets)",
        )
    wide = given.astype(np.int64)
    return np.stack([wide, -wide], axis=1).reshape(2 * len(wide), -1)


def _even(lines: NDArray[np.generic]) -> NDArray[np.generic]:
    if lines.ndim != 1 or len(lines) % 2:
        raise BadValue(
            f"signed lines come in pairs, and there are {lines.shape}",
            cure="decode twice as many addresses as there are sources",
        )
    return lines
