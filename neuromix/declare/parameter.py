"""A named number with its unit, meaning and sane range, stated once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from neuromix.errors import BadValue
from neuromix.units import render


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number.

    Parameters
    ----------
    name : str
        In the field's own terms, such as ``"i_in"``.
    value : float
        Default, SI.
    unit : str
        Symbol, such as ``"A"``.
    meaning : str
        One sentence.
    low, high : float
        The range in which a value makes sense, SI.
    """

    name: str
    value: float
    unit: str
    meaning: str
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        for item in (self.value, self.low, self.high):
            if not isinstance(item, (int, float)):
                raise BadValue(
                    f"parameter {self.name!r}: {item!r} is not a number",
                    cure="SI numbers in declarations, such as 10e-9",
                )

    def check(self, value: float) -> float:
        """Return ``value`` if it is inside of the range.

        Raises
        ------
        BadValue
            Where it is not.
        """
        if not self.low <= value <= self.high:
            raise BadValue(
                f"{self.name} = {render(value, self.unit)} is outside of its range",
                [f"{self.meaning}"],
                f"{render(self.low, self.unit)} … {render(self.high, self.unit)}",
            )
        return value
