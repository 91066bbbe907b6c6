"""The behavioural model: parameters, spread, where it holds."""

from __future__ import annotations

from neuromix.characterization.datasheet.content import Section, Sentence, Table
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.datasheet.wording import told

NAME, TITLE = "model", "Behavioural model"


def section(evidence: Evidence) -> Section:
    """Return parameters with their spreads, and the box in which they hold."""
    model = evidence.model
    if evidence.cell.model is None:
        why = "The cell names no model family, so nothing was fitted."
        return Section.absent(NAME, TITLE, why)
    units = {item.name: item.unit for item in model.dynamics.parameters()}
    rows = []
    for name, value, spread, meaning in model.table():
        error = model.spread.get(name)
        fitted = "set" if error is None else told(error, units[name], 2)
        rows.append((name, meaning, value, fitted, spread))
    parameters = Table(
        ("parameter", "meaning", "value", "standard error", "σ over instances"),
        rows,
        f"Family {model.family}. Standard error: of the fit to the nominal cell, where parameters "
        "that act alike have large ones. σ over instances: mismatch; empty where every instance "
        "has the nominal value.",
        2,
    )
    box = Table(
        ("input or condition", "from", "to"),
        [
            (name, told(item.low, item.unit), told(item.high, item.unit))
            for name, item in model.validity.items()
        ],
        "What the training covered. Outside of it the model extrapolates.",
    )
    summary = Sentence(f"Fitted at {evidence.condition}.")
    return Section(NAME, TITLE, (summary, parameters, box))
