"""Piecewise-linear curves: what several comparisons ask of them, vectorised.

A curve is a pair of arrays, places in order and values. A place may stand twice: a jump.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Curve = tuple[Floats, Floats]


def on_segments(curve: Curve, inside: Floats, at: Floats) -> Floats:
    """Return the values at ``at`` of the straight pieces that hold the places ``inside``.

    With ``inside`` between two places and ``at`` one of them, this is the one-sided limit at a
    jump. Before its first and after its last place a curve keeps its value.

    Parameters
    ----------
    curve : (n,) places and values
    inside, at : (m,) ndarray

    Returns
    -------
    (m,) ndarray
    """
    places, values = curve
    if len(places) == 1:
        return np.full(len(at), values[0])
    left = np.clip(np.searchsorted(places, inside, side="right") - 1, 0, len(places) - 2)
    width = places[left + 1] - places[left]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(width > 0.0, (at - places[left]) / width, 1.0)
    part = np.clip(part, 0.0, 1.0)
    return np.asarray(values[left] * (1.0 - part) + values[left + 1] * part)


def pieces(*places: Floats, start: float, stop: float) -> tuple[Floats, Floats, Floats]:
    """Return start, middle and end of the intervals that places cut out of start … stop."""
    every = np.concatenate([np.array([start, stop]), *places])
    cuts = np.unique(every[(every >= start) & (every <= stop)])
    if len(cuts) == 1:
        cuts = np.repeat(cuts, 2)
    return cuts[:-1], 0.5 * (cuts[:-1] + cuts[1:]), cuts[1:]


def largest_between(values: Floats, first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    """Return ``max(values[first:last])`` for each pair; -inf where that is empty.

    A table of the largest of each 1, 2, 4, … neighbours answers each pair with two of them (Bender
    and Farach-Colton, "The LCA problem revisited", LATIN 2000, section 3).
    """
    count = np.maximum(last - first, 0)
    found = np.full(len(first), -np.inf)
    row, width = values, 1
    while count.size and width <= count.max():
        use = (count >= width) & (count < 2 * width)
        found[use] = np.maximum(row[first[use]], row[last[use] - width])
        if len(row) > width:
            row = np.maximum(row[:-width], row[width:])
        width *= 2
    return found
