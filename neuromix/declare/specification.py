"""Limits that a measured cell is held to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from neuromix.errors import BadValue

STATISTICS = ("value", "mean", "standard_deviation", "coefficient_of_variation")


@dataclass(frozen=True, slots=True)
class Specification:
    """A line of a specification table: a quantity and its limits.

    Parameters
    ----------
    measure : str
        Of the cell's sweep stimuli; of its mismatch stimuli for a statistic over draws.
    unit : str
        Of the limits.
    minimum, typical, maximum : float, optional
        SI; at least one of the outer two. The typical value is printed and not enforced.
    stimulus : str
        Name of the stimulus; all that have the measure where it is empty.
    statistic : str
        ``"value"``, or over mismatch draws ``"mean"``, ``"standard_deviation"`` or
        ``"coefficient_of_variation"``.
    everywhere : bool
        At every corner, temperature and supply that was run, else at the home condition.
    meaning : str
        What is specified, where the measure does not say it.
    technology : str
        The one that the limits are of; every one where it is empty.
    """

    measure: str
    unit: str
    minimum: float | None = None
    typical: float | None = None
    maximum: float | None = None
    stimulus: str = ""
    statistic: str = "value"
    everywhere: bool = False
    meaning: str = ""
    technology: str = ""

    def __post_init__(self) -> None:
        if self.minimum is None and self.maximum is None:
            raise BadValue(f"the specification of {self.measure!r} has no limit", cure="maximum=…")
        if self.statistic not in STATISTICS:
            raise BadValue(
                f"the specification of {self.measure!r} has the statistic {self.statistic!r}",
                cure=f"one of {', '.join(STATISTICS)}",
            )
        given = [x for x in (self.minimum, self.typical, self.maximum) if x is not None]
        if not all(map(math.isfinite, given)) or given != sorted(given):
            raise BadValue(
                f"the limits of {self.measure!r} are not in order",
                [", ".join(f"{x:g}" for x in given)],
                "minimum <= typical <= maximum",
            )
        if self.everywhere and self.statistic != "value":
            raise BadValue(
                f"the specification of {self.measure!r} asks for draws at every condition",
                cure="everywhere=False: draws are run at the home condition",
            )

    def admits(self, value: float) -> bool:
        """Tell whether a value is within the limits; a value that is not finite never is."""
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        return math.isfinite(value) and low <= value <= high
