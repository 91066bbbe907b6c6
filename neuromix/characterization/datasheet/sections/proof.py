"""Held-out errors of the model, each beside its floor."""

from __future__ import annotations

from neuromix.characterization.datasheet.content import Section, Table
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.floor import FLOORS_TO_BE_SEEN

NAME, TITLE = "proof", "Held-out errors"


def section(evidence: Evidence) -> Section:
    """Return the errors on stimuli that the fit never saw."""
    proof = evidence.model.proof
    if evidence.cell.model is None:
        return Section.absent(NAME, TITLE, "There is no model to be proved.")
    if not proof:
        why = f"Not verified yet: `neuromix verify {evidence.cell.name}` stores the errors."
        return Section.absent(NAME, TITLE, why)
    rows = []
    for name, value in proof.items():
        if name.endswith("_floor"):
            continue
        floor = proof.get(f"{name}_floor")
        at_floor = floor is not None and value < FLOORS_TO_BE_SEEN * floor
        rows.append(
            (
                name.replace("_", " "),
                f"{value:.3g}",
                "" if floor is None else f"{floor:.2g}",
                "at the floor" if at_floor else "",
            )
        )
    table = Table(
        ("quantity", "model against SPICE", "SPICE against itself", ""),
        rows,
        "Stimuli come from a seed that the fit never uses; the model runs freely. Errors are "
        "relative: 0.01 is 1 %. Below three floors an error may be the simulator's.",
    )
    return Section(NAME, TITLE, (table,))
