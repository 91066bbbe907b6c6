"""Units at the border: text such as ``"20n"`` in, engineering notation out, SI floats between."""

from __future__ import annotations

import math
import numbers
import re

from neuromix.errors import BadValue

ZERO_CELSIUS = 273.15
"""Kelvin at 0 °C (exact, SI brochure 2019)."""

BOLTZMANN = 1.380649e-23
"""Boltzmann constant, J/K (exact, SI 2019)."""

ELEMENTARY_CHARGE = 1.602176634e-19
"""Elementary charge, C (exact, SI 2019)."""

LONGEST_SHOWN = 60
"""Characters of a wrong value that an error repeats."""

_NUMBER = re.compile(
    r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*[afpnuµμmkMGT]?(A|V|s|F|H|Hz|Ω|Ohm|m|K|J|W|C)?"
)
"""A number, an SI prefix, a unit."""


def thermal_voltage(temperature: float) -> float:
    """Return kT/q in volts at ``temperature`` in kelvin."""
    return BOLTZMANN * temperature / ELEMENTARY_CHARGE


def kelvin(celsius: float) -> float:
    """Convert °C to K."""
    return celsius + ZERO_CELSIUS


def celsius(temperature: float) -> float:
    """Convert K to °C, rounded to 1 µK so that 300.15 K is 27 °C exactly."""
    return round(temperature - ZERO_CELSIUS, 6)


def parse(text: str | float, *, of: str = "value") -> float:
    """Read a number with an optional SI prefix and unit, such as ``"20n"`` or ``"1.8 V"``.

    Parameters
    ----------
    text : str or float
        The words of the user; a float passes.
    of : str
        What it is the value of, for the error.

    Raises
    ------
    BadValue
        Where it is not a finite number.
    """
    if isinstance(text, (int, float)):
        value = float(text)
    else:
        from quantiphy import Quantity

        # quantiphy forgives commas, underscores and unknown suffixes; a factor of ten hides there.
        if _NUMBER.fullmatch(text.strip()) is None:
            raise BadValue(
                f"{of}: {text!r} is not a number",
                cure="a number such as 1e-9, 1.5n or '1 nA'; M is mega, m is milli",
            )
        value = float(Quantity(text))
    if not math.isfinite(value):
        raise BadValue(f"{of}: {text!r} is not finite")
    return value


def number(value: object, of: str) -> float:
    """Return a real number as a float.

    Raises
    ------
    BadValue
        Where it is something else; text is not read here, but its value is offered.
    """
    if not isinstance(value, bool) and isinstance(value, numbers.Real):
        return float(value)
    cure = "a number in SI units, such as 1e-9"
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        cure = f"{parse(value):g}"
    raise BadValue(f"{of}: {_shown(value)} is not a number", cure=cure)


def whole(value: object, of: str, least: int = 0, most: int | None = None) -> int:
    """Return a whole number within its bounds, both included, as an int.

    Raises
    ------
    BadValue
        Where it is something else; floats are, whatever their value.
    """
    if not isinstance(value, bool) and isinstance(value, numbers.Integral):
        found = int(value)
        if least <= found and (most is None or found <= most):
            return found
    up_to = "on" if most is None else f"to {most}"
    raise BadValue(f"{of} is {_shown(value)}", cure=f"a whole number from {least} {up_to}")


def _shown(value: object) -> str:
    """Return what was given, in one line that is not long."""
    return " ".join(repr(value).split())[:LONGEST_SHOWN]


def render(value: float, unit: str = "", precision: int = 4) -> str:
    """Write ``value`` in engineering notation, such as ``"1.85 kHz"``."""
    if not math.isfinite(value):
        return f"{value} {unit}".strip()
    if unit in {"", "1"}:
        return f"{value:.{precision}g}"
    if unit == "K" or "**" in unit or "/" in unit:
        return f"{value:.{precision}g} {unit}"
    from quantiphy import Quantity

    return str(Quantity(value, unit).render(prec=precision - 1))
