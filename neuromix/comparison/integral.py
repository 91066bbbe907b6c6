"""Running integrals of two piecewise-linear waveforms: the charge, where shapes may differ."""

from __future__ import annotations

import numpy as np

from neuromix.comparison.piecewise import Curve, Floats, on_segments, pieces


def largest_difference(reference: Curve, other: Curve) -> tuple[float, float]:
    """Return the largest difference of the running integrals, and where that is.

    Exact for straight pieces: between two points of either grid the difference's integral is a
    parabola, whose vertex lies where the difference is zero.

    Returns
    -------
    difference : float
        Integral of ``other`` minus that of ``reference`` from the start on, at the worst place.
    place : float
    """
    start, stop = max(reference[0][0], other[0][0]), min(reference[0][-1], other[0][-1])
    left, middle, right = pieces(reference[0], other[0], start=start, stop=stop)
    before, after = (
        on_segments(other, middle, ends) - on_segments(reference, middle, ends)
        for ends in (left, right)
    )
    width = right - left
    begun = np.concatenate([[0.0], np.cumsum(0.5 * (before + after) * width)])
    part = _crossing(before, after)
    vertex = begun[:-1] + 0.5 * before * part * width
    places = np.concatenate([left, right[-1:], left + part * width])
    values = np.concatenate([begun, vertex])
    worst = int(np.argmax(np.abs(values)))
    return float(values[worst]), float(places[worst])


def integral_of_magnitude(curve: Curve) -> float:
    """Return the integral of the curve's absolute value."""
    places, values = curve
    width = np.diff(places)
    before, after = values[:-1], values[1:]
    part = _crossing(before, after)
    halves = np.abs(before) * part + np.abs(after) * (1.0 - part)
    whole = np.abs(before) + np.abs(after)
    return float((0.5 * width * np.where(part > 0.0, halves, whole)).sum())


def _crossing(before: Floats, after: Floats) -> Floats:
    """Return where a line goes through zero, as a part of its piece; 0 where it does not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        part = before / (before - after)
    return np.where((part > 0.0) & (part < 1.0), part, 0.0)
