"""A waveform as it is compared: straight between its points, on any grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from neuromix.comparison.integral import integral_of_magnitude, largest_difference
from neuromix.comparison.piecewise import Curve, Floats
from neuromix.comparison.thinning import thinned
from neuromix.comparison.tolerance import MARGIN, Tolerance
from neuromix.comparison.tube import ROUNDING, Departure, band, largest_departure
from neuromix.comparison.verdict import Verdict
from neuromix.errors import BadValue
from neuromix.units import render

FINER = 0.1
"""A thinned waveform stays within this part of its tube."""

LONGEST_SHIFT = 32.0
"""Times the tolerance of time that is asked for: what the simulator's own error may widen it to."""

NEEDED_FOR_A_CURVE = 2
"""Points."""


@dataclass(frozen=True, eq=False)
class Waveform:
    """Values over time, frequency or a swept source.

    Parameters
    ----------
    places : (n,) ndarray
        In order; a place may stand twice, which is a jump.
    values : (n,) ndarray
        May be NaN where nothing could be measured; a reference may not.
    unit, axis, axis_unit : str
        Symbols, and the name of the axis.
    logarithmic : bool
        Straight between points where both axes are logarithmic, as noise over frequency is.

    Raises
    ------
    BadValue
        Where it has no points, or its places are not in order.
    """

    places: Floats
    values: Floats
    unit: str = ""
    axis: str = "time"
    axis_unit: str = "s"
    logarithmic: bool = False

    def __post_init__(self) -> None:
        places, values = (np.asarray(x, dtype=np.float64) for x in (self.places, self.values))
        if places.ndim != 1 or places.shape != values.shape or not len(places):
            raise BadValue(
                f"a waveform of {places.shape} places and {values.shape} values",
                cure="two one-dimensional arrays of one length",
            )
        if not np.all(np.isfinite(places)) or np.any(np.diff(places) < 0.0):
            raise BadValue(f"the {self.axis} of a waveform does not only increase")
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "values", values)

    @property
    def recordable(self) -> str:
        """Why it cannot be a reference; empty where it can."""
        if not np.all(np.isfinite(self.values)):
            return "it is not finite everywhere"
        if self.logarithmic and (self.places[0] <= 0.0 or self.values.min() <= 0.0):
            return "it is compared on logarithmic axes and is not positive everywhere"
        return "" if len(self.places) >= NEEDED_FOR_A_CURVE else "it has a single point"

    def curve(self) -> Curve:
        """Return places and values as they are compared: their logarithms where that is asked."""
        if not self.logarithmic:
            return self.places, self.values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(self.places), np.log(self.values)

    def amplitude(self, tolerance: Tolerance) -> float:
        """Return half the height of the tube, as it is compared."""
        if self.logarithmic:
            return math.log1p(tolerance.relative)
        return tolerance.relative * self._span() + tolerance.absolute

    def shift(self, tolerance: Tolerance) -> float:
        """Return half the length of the tube, as it is compared."""
        return math.log1p(tolerance.time) if self.logarithmic else tolerance.time

    def thinned(self, tolerance: Tolerance) -> Self:
        """Return fewer points, within a tenth of the tube."""
        limits = FINER * self.amplitude(tolerance), FINER * self.shift(tolerance)
        places, values = thinned(self.curve(), *limits)
        if self.logarithmic:
            places, values = np.exp(places), np.exp(values)
        return replace(self, places=places, values=values)

    def widened(self, again: Waveform, tolerance: Tolerance) -> Tolerance:
        """Return a tolerance of which ``again``, the same result made otherwise, uses half.

        Edges move in time, so the tolerance of time is widened first; where that does not help
        within :data:`LONGEST_SHIFT`, the tolerance of amplitude is.
        """
        if not np.all(np.isfinite(again.values)):
            return tolerance
        for factor in 2.0 ** np.arange(math.log2(LONGEST_SHIFT) + 1.0):
            wider = replace(tolerance, time=float(factor * tolerance.time))
            if MARGIN * self._beyond(again, wider) <= self.amplitude(tolerance):
                return wider
        needed = MARGIN * self._beyond(again, tolerance)
        if self.logarithmic:
            return tolerance.at_least(relative=math.expm1(needed))
        return tolerance.at_least(absolute=needed - tolerance.relative * self._span())

    def looseness(self, tolerance: Tolerance) -> float:
        """Return half the height of the tube over the largest magnitude."""
        if self.logarithmic:
            return tolerance.relative
        return _ratio(self.amplitude(tolerance), float(np.abs(self.values).max()))

    def _beyond(self, other: Waveform, tolerance: Tolerance) -> float:
        """Return how far ``other`` goes beyond what this takes on within the tolerance of time."""
        return largest_departure(
            self.curve(), other.curve(), self.amplitude(tolerance), self.shift(tolerance)
        ).distance

    def band(self, tolerance: Tolerance) -> tuple[Floats, Floats, Floats]:
        """Return places, lower and upper edge of the tube, for drawing."""
        edges = band(self.curve(), self.amplitude(tolerance), self.shift(tolerance))
        return tuple(np.exp(x) for x in edges) if self.logarithmic else edges  # type: ignore[return-value]

    def compare(self, other: Waveform, tolerance: Tolerance, name: str) -> Iterator[Verdict]:
        """Yield verdicts about ``other``, of which this is the reference."""
        lost = np.flatnonzero(~np.isfinite(other.values))
        if len(lost):
            place = float(other.places[lost[0]])
            yield Verdict(
                name,
                "finite",
                passed=False,
                deviation=math.inf,
                place=place,
                sentence=f"{name} is {other.values[lost[0]]} at {self._at(place)}; {len(lost)} of "
                f"{len(other.values)} values are not finite",
            )
            return
        other = replace(other, logarithmic=self.logarithmic)
        bad = other.recordable if self.logarithmic else ""
        if bad or (self.unit and other.unit and self.unit != other.unit):
            said = bad or f"it is in {other.unit}, its reference in {self.unit}"
            yield Verdict(name, "range", False, math.inf, None, f"{name}: {said}")
            return
        ranged = self._range(other, tolerance, name)
        yield ranged
        if ranged.passed:
            yield self._tube(other, tolerance, name)
            if tolerance.integral is not None:
                yield self._integral(other, tolerance.integral, name)

    def _range(self, other: Waveform, tolerance: Tolerance, name: str) -> Verdict:
        """Compare where both begin and end: a waveform that stops early is not inside of a tube."""
        ours, theirs = self.curve()[0], other.curve()[0]
        off = max(abs(ours[0] - theirs[0]), abs(ours[-1] - theirs[-1]))
        allowed = self.shift(tolerance) + ROUNDING * max(abs(ours[0]), abs(ours[-1]))
        allowed += 1e-9 * (ours[-1] - ours[0])
        begins = abs(ours[0] - theirs[0]) > abs(ours[-1] - theirs[-1])
        end = 0 if begins else -1
        return Verdict(
            name,
            "range",
            bool(off <= allowed),
            float(off / allowed) if allowed > 0.0 else (math.inf if off else 0.0),
            float(other.places[end]),
            f"{name} {'begins' if begins else 'ends'} at {self._at(other.places[end])}, "
            f"its reference at {self._at(self.places[end])}",
        )

    def _tube(self, other: Waveform, tolerance: Tolerance, name: str) -> Verdict:
        height = self.amplitude(tolerance)
        found = largest_departure(self.curve(), other.curve(), height, self.shift(tolerance))
        passed = found.first is None
        deviation = _ratio(found.distance, height)
        if passed:
            sentence = f"{name} stays inside of its tube ({_percent(deviation)} of it at most)"
            return Verdict(name, "tube", True, deviation, self._place(found), sentence)
        return Verdict(
            name, "tube", False, deviation, self._place(found), self._outside(found, height, name)
        )

    def _outside(self, found: Departure, height: float, name: str) -> str:
        sign = 1.0 if found.value > found.allowed else -1.0
        value, allowed = found.value, found.allowed + sign * height
        by = f"{_percent(found.distance / self._span())} of its span" if self._span() else ""
        if self.logarithmic:
            value, allowed = math.exp(value), math.exp(allowed)
            by = f"{_percent(math.expm1(found.distance))} of its value"
        beyond = render(abs(value - allowed), self.unit, 3)
        side = ("above", "at most") if sign > 0 else ("below", "at least")
        first = math.exp(found.first or 0.0) if self.logarithmic else found.first or 0.0
        return (
            f"{name} is {render(value, self.unit)} at {self._at(self._place(found))}, "
            f"{side[1]} {render(allowed, self.unit)} is allowed: {beyond} {side[0]} the tube"
            + (f", off by {by}" if by else "")
            + f"; it leaves the tube at {self._at(first)} "
            f"and is outside for {_percent(found.outside)} of the record"
        )

    def _integral(self, other: Waveform, part: float, name: str) -> Verdict:
        ours, theirs = (self.places, self.values), (other.places, other.values)
        difference, place = largest_difference(ours, theirs)
        whole = integral_of_magnitude(ours)
        unit = {"A s": "C", "W s": "J"}.get(f"{self.unit} {self.axis_unit}", "")
        unit = unit or f"{self.unit}·{self.axis_unit}"
        deviation = _ratio(abs(difference), part * whole)
        sentence = (
            f"the integral of {name} is {render(abs(difference), unit, 3)} too "
            f"{'large' if difference > 0 else 'small'} at {self._at(place)}: "
            f"{_percent(_ratio(abs(difference), whole))} of {render(whole, unit, 3)}, "
            f"{_percent(part)} is allowed"
        )
        passed = deviation <= 1.0 + ROUNDING
        if passed:
            sentence = f"the integral of {name} agrees ({_percent(deviation)} of what is allowed)"
        return Verdict(name, "integral", passed, deviation, place, sentence)

    def _span(self) -> float:
        """Return largest minus smallest value; of a constant its magnitude."""
        values = self.curve()[1]
        return float(np.ptp(values)) or float(np.abs(values).max())

    def _place(self, found: Departure) -> float:
        return math.exp(found.place) if self.logarithmic else found.place

    def _at(self, place: float) -> str:
        return render(float(place), self.axis_unit)


def _ratio(distance: float, allowed: float) -> float:
    if allowed > 0.0:
        return max(0.0, distance / allowed)
    return math.inf if distance > 0.0 else 0.0


def _percent(part: float) -> str:
    return f"{100.0 * part:.3g} %"
