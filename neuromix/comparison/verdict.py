"""What a comparison says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one quantity passes one check, where it is worst, and by how much.

    Parameters
    ----------
    quantity : str
        Port or measure.
    check : str
        ``"finite"``, ``"range"``, ``"tube"``, ``"integral"``, ``"spikes"`` or ``"number"``.
    passed : bool
        Whether it is within its tolerance.
    deviation : float
        Distance from the reference over what is allowed, at the worst place: 1 is the limit; inf
        where no tolerance could allow it.
    place : float or None
        Worst place on the axis (s, Hz, …); None where there is no such place.
    sentence : str
        Where and by how much, for a person.
    """

    quantity: str
    check: str
    passed: bool
    deviation: float
    place: float | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence
