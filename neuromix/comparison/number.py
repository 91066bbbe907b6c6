"""A single number as it is compared: a rate, an energy, a voltage."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from neuromix.comparison.tolerance import MARGIN, Tolerance
from neuromix.comparison.verdict import Verdict
from neuromix.units import render


@dataclass(frozen=True, slots=True)
class Number:
    """A measured number; NaN where there is nothing to measure, such as the latency of silence."""

    value: float
    unit: str = ""

    @property
    def recordable(self) -> str:
        """Why it cannot be a reference; empty where it can. NaN can: it must come back as NaN."""
        return "it is infinite" if math.isinf(self.value) else ""

    def thinned(self, tolerance: Tolerance) -> Self:  # noqa: ARG002
        """Return itself."""
        return self

    def allowed(self, tolerance: Tolerance) -> float:
        """Return how far another number may be."""
        return tolerance.relative * abs(self.value) + tolerance.absolute

    def widened(self, again: Number, tolerance: Tolerance) -> Tolerance:
        """Return a tolerance of which ``again``, the same result made otherwise, uses half."""
        if not (math.isfinite(self.value) and math.isfinite(again.value)):
            return tolerance
        needed = MARGIN * abs(again.value - self.value)
        return tolerance.at_least(absolute=needed - tolerance.relative * abs(self.value))

    def looseness(self, tolerance: Tolerance) -> float:
        """Return what is allowed over the magnitude."""
        known = math.isfinite(self.value) and self.value != 0.0
        return self.allowed(tolerance) / abs(self.value) if known else 0.0

    def compare(self, other: Number, tolerance: Tolerance, name: str) -> Iterator[Verdict]:
        """Yield a verdict about ``other``, of which this is the reference."""
        ours, theirs = (render(item.value, self.unit) for item in (self, other))
        if not (math.isfinite(self.value) and math.isfinite(other.value)):
            same = math.isnan(self.value) and math.isnan(other.value)
            said = f"{name} is {theirs} where {ours} is on record"
            yield Verdict(name, "finite", same, 0.0 if same else math.inf, None, said)
            return
        difference = other.value - self.value
        allowed = self.allowed(tolerance)
        deviation = abs(difference) / allowed if allowed else (math.inf if difference else 0.0)
        off = f" ({100.0 * difference / abs(self.value):+.3g} %)" if self.value else ""
        sentence = (
            f"{name} is {theirs} where {ours} is on record{off}; "
            f"{render(allowed, self.unit, 3)} is allowed"
        )
        yield Verdict(name, "number", deviation <= 1.0, deviation, None, sentence)
