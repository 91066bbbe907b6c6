"""Figures of others, and ours beside them."""

from __future__ import annotations

import math

from neuromix.characterization.datasheet.content import Section, Table
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.datasheet.wording import told
from neuromix.characterization.published import Comparison, compare_published

NAME, TITLE = "published", "Beside published figures"


def section(evidence: Evidence) -> Section:
    """Return the table of published figures, plainly where ours are worse."""
    if not evidence.cell.published:
        why = "The declaration of this cell names no published figure."
        return Section.absent(NAME, TITLE, why)
    found = compare_published(evidence.cell, evidence.data, evidence.model, evidence.subcircuit)
    table = Table(
        ("quantity", "source", "what is counted", "published", "ours", "ours is"),
        [row_of(item) for item in found],
        f"Ours: {evidence.condition}, before layout. Figures “from memory” were not looked up.",
        3,
    )
    return Section(NAME, TITLE, (table,))


def row_of(item: Comparison) -> tuple[str, ...]:
    """Return quantity, source, what is counted, their value, ours, and how ours compares."""
    theirs = item.published
    return (
        theirs.quantity,
        theirs.source if theirs.checked else f"{theirs.source} (from memory)",
        theirs.note,
        _told(theirs.value, theirs.unit),
        _told(item.ours, theirs.unit) if math.isfinite(item.ours) else "",
        item.verdict,
    )


def _told(value: float, unit: str) -> str:
    return f"{value * 1e12:.4g} µm²" if unit == "m²" else told(value, unit, 3)
