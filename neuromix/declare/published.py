"""Figures of others beside which a measured cell is put."""

from __future__ import annotations

import math
from dataclasses import dataclass

from neuromix.declare.specification import STATISTICS
from neuromix.errors import BadValue

ORDERS = ("lower", "higher", "")
FIGURES = ("transistors", "gate_area", "static_power", "energy_per_event")
"""What is known of a cell beside its measures: counted, m², W and J of its model."""


@dataclass(frozen=True, slots=True)
class Published:
    """A figure that somebody published for such a cell.

    Parameters
    ----------
    quantity : str
        What it is, in words.
    value : float
        SI.
    unit : str
        Its unit.
    source : str
        Author, where, year.
    measure : str
        What of ours it is compared with: a measure of the cell's sweep stimuli (of its mismatch
        stimuli for a statistic over draws) or one of :data:`FIGURES`; empty where we have nothing
        to compare.
    stimulus : str
        Name of the stimulus of that measure.
    statistic : str
        As of a :class:`~neuromix.declare.Specification`.
    better : str
        ``"lower"``, ``"higher"``, or empty where neither is.
    note : str
        What the figure counts, and what makes it another thing than ours.
    checked : bool
        Whether the source was looked up; it is printed as "from memory" otherwise.
    """

    quantity: str
    value: float
    unit: str
    source: str
    measure: str = ""
    stimulus: str = ""
    statistic: str = "value"
    better: str = ""
    note: str = ""
    checked: bool = False

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise BadValue(f"the published {self.quantity} is {self.value}", cure="a number")
        if not self.source:
            raise BadValue(
                f"the published {self.quantity} has no source", cure='source="author, where, year"'
            )
        for what, given, known in (
            ("statistic", self.statistic, STATISTICS),
            ("order", self.better, ORDERS),
        ):
            if given not in known:
                raise BadValue(
                    f"the published {self.quantity} has the {what} {given!r}",
                    cure=f"one of {', '.join(map(repr, known))}",
                )
        if self.measure and self.measure not in FIGURES and not self.stimulus:
            raise BadValue(
                f"the published {self.quantity} is compared with {self.measure!r}",
                cure="name the stimulus= under which that is measured",
            )
