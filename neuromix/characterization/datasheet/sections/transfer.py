"""The characteristic curve, with the spread of the instances."""

from __future__ import annotations

import numpy as np

from neuromix import plot
from neuromix.characterization.datasheet.content import Picture, Section, Table
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.datasheet.wording import told
from neuromix.characterization.recipe import Transfer

NAME, TITLE = "transfer", "Transfer"

MOST_ROWS = 12


def section(evidence: Evidence) -> Section:
    """Return the transfer curve, nominal and over the draws."""
    if "baseline" not in evidence.data.coords:
        why = "The campaign drew no instances, and the transfer curve is taken with them."
        return Section.absent(NAME, TITLE, why)
    found = evidence.transfers
    if found is None:
        why = (
            "The recipe of this family names no transfer curve: what such a cell puts out is not a "
            "function of one input alone."
        )
        return Section.absent(NAME, TITLE, why)
    nominal, curves = found
    instances = np.array([curve.y for curve in curves]).reshape(len(curves), len(nominal.x))
    drawn = plot.transfer_curve(
        nominal.x,
        nominal.y,
        instances,
        (nominal.x_name, nominal.x_unit),
        (nominal.y_name, nominal.y_unit),
    )
    title = f"{nominal.y_name} over {nominal.x_name}"
    picture = Picture(
        plot.svg(drawn, NAME),
        title,
        f"SPICE, {evidence.condition}; nominal cell and {len(curves)} of {evidence.samples} draws.",
    )
    return Section(NAME, TITLE, (picture, _table(nominal, instances)))


def _table(nominal: Transfer, instances: np.ndarray) -> Table:
    chosen = np.unique(np.linspace(0, len(nominal.x) - 1, MOST_ROWS).round().astype(int))
    spread = instances.std(axis=0, ddof=1) if len(instances) > 1 else None
    rows = [
        (
            told(float(nominal.x[k]), nominal.x_unit),
            told(float(nominal.y[k]), nominal.y_unit),
            "" if spread is None else told(float(spread[k]), nominal.y_unit, 3),
        )
        for k in chosen
    ]
    return Table((nominal.x_name, nominal.y_name, "σ over instances"), rows, words=0)
