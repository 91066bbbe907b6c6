"""How far a result may be from its reference."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from neuromix.errors import BadValue

MARGIN = 2.0
"""A tolerance is at least so many times what the simulator's own error needs."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Limits of one quantity; each kind of quantity uses those that mean something for it.

    Parameters
    ----------
    relative : float
        Of a waveform's span (largest minus smallest value of the reference), of a constant's or a
        number's magnitude, 1. Over frequency, where both axes are logarithmic, of each value.
    absolute : float
        Added to it, in the unit of the quantity. Over frequency it is not used.
    time : float
        How much earlier or later the same value, or the same spike, may come, in the unit of the
        axis; over frequency the relative shift.
    interval : float
        Added to ``time`` for a spike, in local inter-spike intervals of the reference.
    integral : float, optional
        The running integral may be off by this part of the integral of the reference's magnitude;
        not compared where it is None.
    """

    relative: float = 3e-3
    absolute: float = 0.0
    time: float = 0.0
    interval: float = 1e-3
    integral: float | None = None

    def at_least(self, **limits: float) -> Tolerance:
        """Return the tolerance with these fields raised to these values."""
        raised = {name: max(value, getattr(self, name)) for name, value in limits.items()}
        return replace(self, **raised)

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is None and item.name == "integral":
                continue
            if not isinstance(value, (int, float)) or not 0.0 <= value < math.inf:
                raise BadValue(
                    f"a tolerance of {item.name} = {value!r}", cure="a number, 0 or greater"
                )
