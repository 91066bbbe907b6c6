"""The tolerance tube: the reference, moved by the tolerances of amplitude and time.

A waveform passes where it stays inside of the band that the reference sweeps when it is shifted by
at most ``time`` to either side and by at most ``amplitude`` up or down:

    min r(s) − amplitude <= x(t) <= max r(s) + amplitude   over all s with |s − t| <= time

Both waveforms are straight between their points. The band's edge is then straight between the
reference's points moved by ±time but for where one of three lines takes over from another, so the
largest distance is found exactly, between the points of either grid as well as on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neuromix.comparison.piecewise import Curve, Floats, largest_between, on_segments, pieces

ROUNDING = 16.0 * float(np.finfo(float).eps)
"""Of the largest value: what interpolation on another grid adds by itself."""


@dataclass(frozen=True, slots=True)
class Departure:
    """How far a waveform goes beyond what the reference takes on within the tolerance of time.

    Parameters
    ----------
    distance : float
        Largest distance beyond, before the tolerance of amplitude; negative where none is.
    place : float
        Where that is.
    value, allowed : float
        The waveform's value there, and the nearest that the reference takes on.
    first : float or None
        Where it leaves the tube for the first time.
    outside : float
        Part of the common range in which it is outside of the tube, 0 to 1.
    """

    distance: float
    place: float
    value: float
    allowed: float
    first: float | None
    outside: float


def largest_departure(reference: Curve, other: Curve, amplitude: float, time: float) -> Departure:
    """Return where ``other`` is farthest out of the tube around ``reference``, on their range.

    Parameters
    ----------
    reference, other : (n,) and (m,) places and values
        Finite, in order, with a range in common.
    amplitude, time : float
        Half widths of the tube, in the units of values and places.
    """
    amplitude += ROUNDING * float(max(np.abs(reference[1]).max(), np.abs(other[1]).max()))
    above = _above(reference, other, amplitude, time)
    below = _above((reference[0], -reference[1]), (other[0], -other[1]), amplitude, time)
    worst = max(above, below, key=lambda item: item.distance)
    firsts = [item.first for item in (above, below) if item.first is not None]
    sign = 1.0 if worst is above else -1.0
    return Departure(
        worst.distance,
        worst.place,
        sign * worst.value,
        sign * worst.allowed,
        min(firsts, default=None),
        above.outside + below.outside,
    )


def _above(reference: Curve, other: Curve, amplitude: float, time: float) -> Departure:
    start, stop = max(reference[0][0], other[0][0]), min(reference[0][-1], other[0][-1])
    left, middle, right = pieces(
        reference[0] - time, reference[0] + time, other[0], start=start, stop=stop
    )
    lines = _edge(reference, left, middle, right, time)
    # Where one line takes over from another the edge has a kink, and the distance a maximum.
    parts = [np.zeros(len(left)), np.ones(len(left))]
    for one, two in ((0, 1), (0, 2), (1, 2)):
        before, after = lines[0][one] - lines[0][two], lines[1][one] - lines[1][two]
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = before / (before - after)
        parts.append(np.where((crossing > 0.0) & (crossing < 1.0), crossing, 0.0))
    ends = on_segments(other, middle, left), on_segments(other, middle, right)
    values = np.array([ends[0] * (1.0 - part) + ends[1] * part for part in parts])
    edge = np.array([_mixed(lines, part).max(axis=0) for part in parts])
    distance = values - edge
    which, worst = np.unravel_index(int(np.argmax(distance)), distance.shape)
    part = parts[which][worst]
    out = distance[:2] - amplitude
    leaving = np.flatnonzero((distance > amplitude).any(axis=0))
    return Departure(
        float(distance[which, worst]),
        float(left[worst] * (1.0 - part) + right[worst] * part),
        float(values[which, worst]),
        float(edge[which, worst]),
        float(left[leaving[0]]) if len(leaving) else None,
        _share(out, right - left),
    )


def _edge(
    reference: Curve, left: Floats, middle: Floats, right: Floats, time: float
) -> tuple[Floats, Floats]:
    """Return the three lines whose largest is the upper edge, at both ends of each interval.

    They are the reference at the left and at the right end of the window, and the highest of its
    points inside of the window; on one interval no point enters or leaves.
    """
    first = np.searchsorted(reference[0], middle - time, side="left")
    last = np.searchsorted(reference[0], middle + time, side="right")
    inside = largest_between(reference[1], first, last)
    at_left, at_right = (
        np.array(
            [
                on_segments(reference, middle - time, ends - time),
                on_segments(reference, middle + time, ends + time),
                inside,
            ]
        )
        for ends in (left, right)
    )
    return at_left, at_right


def _mixed(lines: tuple[Floats, Floats], part: Floats) -> Floats:
    # No point inside is -inf at both ends; 0 * -inf would make that undefined.
    with np.errstate(invalid="ignore"):
        mixed = lines[0] * (1.0 - part) + lines[1] * part
    return np.where(np.isneginf(lines[0]), -np.inf, mixed)


def _share(out: Floats, widths: Floats) -> float:
    """Return the part of the range in which a distance, given at the ends, is positive."""
    total = float(widths.sum())
    if total <= 0.0:
        return float((out > 0.0).any())
    positive = np.maximum(out, 0.0).sum(axis=0)
    size = np.abs(out).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(size > 0.0, positive / size, 0.0)
    return float((part * widths).sum() / total)


def band(reference: Curve, amplitude: float, time: float) -> tuple[Floats, Floats, Floats]:
    """Return places, lower and upper edge of the tube, for drawing."""
    start, stop = reference[0][0], reference[0][-1]
    left, middle, right = pieces(reference[0] - time, reference[0] + time, start=start, stop=stop)
    high = [lines.max(axis=0) for lines in _edge(reference, left, middle, right, time)]
    mirrored = (reference[0], -reference[1])
    low = [-lines.max(axis=0) for lines in _edge(mirrored, left, middle, right, time)]
    places = np.column_stack([left, right]).ravel()
    return (
        places,
        np.column_stack(low).ravel() - amplitude,
        np.column_stack(high).ravel() + amplitude,
    )
