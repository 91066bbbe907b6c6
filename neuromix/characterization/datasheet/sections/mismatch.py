"""How far instances differ: spreads, histograms, joint distributions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from neuromix import plot
from neuromix.characterization.datasheet.content import Block, Picture, Section, Sentence, Table
from neuromix.characterization.datasheet.evidence import Evidence, Quantity
from neuromix.characterization.datasheet.wording import told
from neuromix.characterization.summary import spreads
from neuromix.models.model import Model
from neuromix.plot import Column

NAME, TITLE = "mismatch", "Mismatch"

MOST_HISTOGRAMS = 9
MOST_IN_MATRIX = 5
DRAWS = 150
"""Of the model's joint law, for the picture."""


def section(evidence: Evidence) -> Section:
    """Return spreads of the measures, their distributions, and the model's joint law."""
    if not evidence.samples:
        why = "The campaign drew no instances (samples = 0), so nothing is known of the spread."
        return Section.absent(NAME, TITLE, why)
    return Section(NAME, TITLE, tuple(_blocks(evidence)))


def _blocks(evidence: Evidence) -> Iterator[Block]:
    quantities = list(evidence.drawn())
    caption = f"SPICE, {evidence.samples} draws, {evidence.condition}."
    if quantities:
        columns = [_column(evidence, item) for item in quantities]
        yield Picture(
            plot.svg(plot.histograms(columns[:MOST_HISTOGRAMS]), "histograms"),
            "histograms of the measures",
            f"{caption} Orange: the nominal cell. Stimuli: {_stimuli(quantities)}.",
        )
        if len(columns) > 1:
            yield Picture(
                plot.svg(plot.joint(_distinct(columns)), "joint"),
                "joint distribution of the measures",
                f"{caption} Above each panel: correlation; its standard error is "
                f"{1.0 / np.sqrt(max(evidence.samples - 1, 1)):.2g} at zero.",
            )
    yield _table(evidence)
    if evidence.model.mismatch.names:
        yield from _joint_law(evidence.model)
    else:
        yield Sentence("The model has no joint law: too few instances could be fitted.")


def _column(evidence: Evidence, item: Quantity) -> Column:
    baseline = evidence.data.get(f"baseline_{item.name}")
    nominal = float("nan") if baseline is None else float(baseline.values[item.position])
    return Column(item.words, item.unit, evidence.draws_of(item), nominal)


def _distinct(columns: list[Column]) -> list[Column]:
    """Return the first few columns of which none is another in other words."""
    found: list[Column] = []
    for column in columns:
        if all(_correlation(column, other) < 0.999 for other in found):
            found.append(column)
    return found[:MOST_IN_MATRIX]


def _correlation(one: Column, other: Column) -> float:
    good = np.isfinite(one.values) & np.isfinite(other.values)
    return float(abs(np.corrcoef(one.values[good], other.values[good])[0, 1]))


def _stimuli(quantities: list[Quantity]) -> str:
    return ", ".join(dict.fromkeys(item.stimulus for item in quantities[:MOST_HISTOGRAMS]))


def _table(evidence: Evidence) -> Table:
    rows = [
        (
            item.measure.replace("_", " "),
            item.stimulus,
            told(item.mean, item.unit),
            f"{told(item.sigma, item.unit, 3)} ± {told(item.standard_error, item.unit, 2)}",
            f"{100.0 * item.sigma / abs(item.mean):.3g} %" if abs(item.mean) > item.sigma else "",
            told(item.floor, item.unit, 2),
            f"{item.samples}" + (f" ({item.failures} failed)" if item.failures else ""),
        )
        for item in spreads(evidence.data)
    ]
    return Table(
        ("measure", "stimulus", "mean", "σ", "σ / mean", "floor of σ", "draws"),
        rows,
        "Behind ±: standard error of σ for normal data. A σ below three floors may be the "
        "simulator's. No ratio is told where σ exceeds the mean.",
        2,
    )


def _joint_law(model: Model) -> Iterator[Block]:
    law = model.mismatch
    covariance = np.asarray(law.covariance)
    sigma = np.sqrt(np.diag(covariance))
    order = np.argsort(-sigma * np.asarray(law.logarithmic))[:MOST_IN_MATRIX]
    chosen = np.sort(order)
    drawn = model.draws(DRAWS, 1, "datasheet")
    columns, centre = [], []
    units = {item.name: item.unit for item in model.dynamics.parameters()}
    for k in chosen:
        name, nominal = law.names[k], model.nominal(law.names[k])
        if law.logarithmic[k]:
            values = 100.0 * np.log(drawn[name] / nominal)
            columns.append(Column(f"Δ ln {_words(name)}", "%", values))
            centre.append(100.0 * law.shift[k])
        else:
            columns.append(Column(_words(name), units.get(name, "J"), drawn[name]))
            centre.append(nominal + law.shift[k])
    scale = np.where(np.asarray(law.logarithmic)[chosen], 100.0, 1.0)
    shown = covariance[np.ix_(chosen, chosen)] * np.outer(scale, scale)
    if len(chosen) > 1:
        of = "" if len(chosen) == len(law.names) else f" {len(chosen)} of {len(law.names)}:"
        yield Picture(
            plot.svg(plot.joint_law(columns, np.array(centre), shown), "law"),
            "joint law of the model's parameters",
            f"Parameters of the model over instances:{of} {DRAWS} draws of the joint law that was "
            f"fitted to {law.samples} SPICE instances ({law.failures} could not be fitted), and "
            "its ellipses of one and two sigma. Positive parameters are shown as the logarithm of "
            "their ratio to nominal.",
        )


def _words(name: str) -> str:
    return name.replace("_", " ")
