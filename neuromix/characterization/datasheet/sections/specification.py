"""The cell against the limits of its declaration."""

from __future__ import annotations

import math

from neuromix.characterization.datasheet.content import Section, Table
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.datasheet.wording import told
from neuromix.characterization.specification import Verdict, judge

NAME, TITLE = "specification", "Specification"


def section(evidence: Evidence) -> Section:
    """Return the table of limits and verdicts."""
    if not evidence.cell.specifications:
        why = "The declaration of this cell states no limits, so there is nothing to pass or fail."
        return Section.absent(NAME, TITLE, why)
    table = Table(
        ("quantity", "at", "min", "typ", "max", "measured", "floor", "verdict"),
        [_row(verdict) for verdict in judge(evidence.cell, evidence.data)],
        "Lowest and highest of all values that the line covers. “at” names the stimulus or, "
        "where there are several, the value nearest to a limit. The floor is how far a value "
        "moves when only the simulator's tolerances do.",
        2,
    )
    return Section(NAME, TITLE, (table,))


def _row(verdict: Verdict) -> tuple[str, ...]:
    item = verdict.specification
    words = item.measure.replace("_", " ")
    if item.statistic != "value":
        words = f"{item.statistic.replace('_', ' ')} of the {words}"
    lowest, highest = (told(x, item.unit) for x in (verdict.lowest, verdict.highest))
    measured = lowest if lowest == highest else f"{lowest} … {highest}"
    scope = "all conditions" if item.everywhere else "home condition"
    return (
        f"{words}: {item.meaning}" if item.meaning else words,
        verdict.worst or item.stimulus or scope,
        *("" if x is None else told(x, item.unit) for x in (item.minimum, item.typical)),
        "" if item.maximum is None else told(item.maximum, item.unit),
        measured if verdict.values else "",
        told(verdict.floor, item.unit, 2) if math.isfinite(verdict.floor) else "not known",
        verdict.word,
    )
