"""What the supply pays."""

from __future__ import annotations

from neuromix.characterization.datasheet.content import Section, Table
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.datasheet.wording import told

NAME, TITLE = "energy", "Energy"

PARTS = (
    ("static_power", "standing power", "W", "while nothing happens"),
    ("per_event", "energy per event", "J", "each spike or event"),
    ("growth", "growth of it with the input", "J", "per unit of ln(1 + input / 1 nA)"),
    ("per_input_charge", "energy per input charge", "V", "J for each coulomb of the input"),
    ("per_output_charge", "energy per output charge", "V", "J for each coulomb delivered"),
)


def section(evidence: Evidence) -> Section:
    """Return the model of the energy and its mismatch."""
    energy = evidence.model.energy
    rows = [
        (words, meaning, told(getattr(energy, name), unit))
        for name, words, unit, meaning in PARTS
        if getattr(energy, name)
    ]
    if not rows:
        why = "The model knows no energy: the recipe of this family does not fit one."
        return Section.absent(NAME, TITLE, why)
    error = evidence.model.proof.get("energy_error")
    held_out = f" Held-out error: {100.0 * error:.2g} %." if error is not None else ""
    caption = f"Of the supply, biases included, {evidence.condition}.{held_out}"
    return Section(NAME, TITLE, (Table(("part", "of", "value"), rows, caption, 2),))
