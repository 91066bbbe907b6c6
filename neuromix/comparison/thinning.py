"""Fewer points for the same curve: few where it is straight, many where it bends."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from neuromix.comparison.piecewise import Curve, Floats

SMALLEST_PART = 1e-12
"""Of the range: no finer than this is a formula sampled."""


def thinned(curve: Curve, error: float) -> Curve:
    """Leave points out as long as the straight lines between the others stay within ``error``.

    The algorithm of Douglas and Peucker (1973), with distances along the values. What is left out
    stays within ``error`` at every place, since a difference of two such curves is largest on a
    point of either.

    Parameters
    ----------
    curve : (n,) places and values
    error : float
        In the unit of the values.
    """
    places, values = curve
    keep = np.zeros(len(places), dtype=bool)
    keep[[0, -1]] = True
    open_pieces = [(0, len(places) - 1)]
    while open_pieces:
        first, last = open_pieces.pop()
        if last - first < 2:
            continue
        width = places[last] - places[first]
        part = (places[first + 1 : last] - places[first]) / width if width > 0.0 else 0.0
        chord = values[first] * (1.0 - part) + values[last] * part
        distance = np.abs(values[first + 1 : last] - chord)
        worst = int(np.argmax(distance))
        if distance[worst] > error:
            middle = first + 1 + worst
            keep[middle] = True
            open_pieces += [(first, middle), (middle, last)]
    return places[keep], values[keep]


def sampled(formula: Callable[[Floats], Floats], knots: Floats, error: float) -> Curve:
    """Sample a formula so densely that straight lines between samples stay within ``error``.

    Pieces are halved until their middle, and both quarters, are near enough.

    Parameters
    ----------
    formula : callable
        Vectorised.
    knots : (n,) ndarray
        Start, end and all places in between where it is not smooth.
    error : float
    """
    places = np.unique(np.concatenate([np.linspace(a, b, 9) for a, b in pairwise(knots)]))
    smallest = SMALLEST_PART * (knots[-1] - knots[0])
    while True:
        values = formula(places)
        width = np.diff(places)
        rough = np.zeros(len(width), dtype=bool)
        for part in (0.25, 0.5, 0.75):
            chord = values[:-1] * (1.0 - part) + values[1:] * part
            rough |= np.abs(formula(places[:-1] + part * width) - chord) > error
        rough &= width > smallest
        if not rough.any():
            return places, values
        places = np.sort(np.concatenate([places, (places[:-1] + 0.5 * width)[rough]]))
