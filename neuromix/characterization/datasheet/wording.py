"""How numbers are written in a sheet."""

from __future__ import annotations

import math

from neuromix.plot.style import engineering
from neuromix.units import render

SMALLEST = 1e-18
"""Below it there is no prefix that anybody reads."""


def told(value: float, unit: str, digits: int = 4) -> str:
    """Write a value with its unit, such as ``2.46 mV`` or ``12 µs``; a dash for none."""
    if not math.isfinite(value):
        return "–"
    if 0.0 < abs(value) < SMALLEST:
        return f"{value:.{digits}g} {'' if unit == '1' else unit}".strip().replace("-", "−")
    return render(value, unit, digits).replace(" u", " µ").replace("-", "−")


def scaled(values: list[float], unit: str, digits: int = 4) -> tuple[list[str], str]:
    """Write values without a unit, all in the one unit that is returned beside them.

    The first value chooses the prefix.
    """
    factor, shown = engineering(values[:1], unit)
    return [told(factor * value, "", digits) for value in values], shown
