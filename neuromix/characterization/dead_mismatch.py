"""Mismatch that is drawn and does nothing: public technologies have silently lost theirs before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neuromix.characterization.requests import Answer
from neuromix.declare import Condition, Technology
from neuromix.errors import TechnologyError


def refuse_dead_mismatch(
    technology: Technology, mismatch: Mapping[Condition, Sequence[Sequence[Answer]]]
) -> None:
    """Refuse draws of which no measure knows anything.

    Parameters
    ----------
    technology : Technology
    mismatch : mapping of Condition to sequences of Answer
        Answers of each stimulus over the draws.

    Raises
    ------
    TechnologyError
        Where at one condition all measured values of all stimuli are the same for every draw.
    """
    for condition, rows in mismatch.items():
        seen = [
            {tuple(sorted(answer.outcome.values.items())) for answer in row if not answer.failed}
            for row in rows
        ]
        many = [row for row in rows if sum(not answer.failed for answer in row) > 1]
        measured = any(values for found in seen for values in found)
        if many and measured and all(len(found) <= 1 for found in seen):
            raise TechnologyError(
                f"{technology.name}: {len(many[0])} mismatch draws at {condition.corner} give one "
                "and the same result",
                ["the drawn parameters do not reach the transistors"],
                f"neuromix pdk check {technology.name}",
            )
