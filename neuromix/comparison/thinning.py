"""Fewer points for the same curve: few where it is straight, many where it bends."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from neuromix.comparison.piecewise import Curve, Floats

SMALLEST_PART = 1e-12
"""Of the range: no finer than this is a formula sampled."""


def thinned(curve: Curve, amplitude: float, time: float = 0.0) -> Curve:
    """Leave points out as long as the curve stays in the tube around what is left.

    The algorithm of Douglas and Peucker (1973), with the height of the tube around the chord as
    distance: a chord of slope k allows ``amplitude + |k| time``, less where it ends sooner than
    that. The tube around one chord is convex, so that what holds for the points that are left out
    holds for the lines between them.

    Parameters
    ----------
    curve : (n,) places and values
    amplitude, time : float
        Half widths of the tube.
    """
    places, values = curve
    keep = np.zeros(len(places), dtype=bool)
    keep[[0, -1]] = True
    open_pieces = [(0, len(places) - 1)]
    while open_pieces:
        first, last = open_pieces.pop()
        if last - first < 2:
            continue
        outside = _outside(places[first : last + 1], values[first : last + 1], amplitude, time)
        worst = int(np.argmax(outside))
        if outside[worst] > 0.0:
            middle = first + 1 + worst
            keep[middle] = True
            open_pieces += [(first, middle), (middle, last)]
    return places[keep], values[keep]


def _outside(places: Floats, values: Floats, amplitude: float, time: float) -> Floats:
    """Return how far each inner point is out of the tube around the chord of the outer two."""
    width = places[-1] - places[0]
    inner, height = places[1:-1], values[1:-1]
    if width <= 0.0:
        return np.asarray(np.abs(height - values[0]) - amplitude)
    slope = (values[-1] - values[0]) / width
    part = (inner - places[0]) / width
    distance = height - (values[0] * (1.0 - part) + values[-1] * part)
    # The chord reaches that height later, if it climbs towards it, or has reached it earlier.
    room = np.where(distance * slope > 0.0, places[-1] - inner, inner - places[0])
    return np.asarray(np.abs(distance) - amplitude - np.abs(slope) * np.minimum(time, room))


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
