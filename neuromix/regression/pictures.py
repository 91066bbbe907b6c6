"""Pictures of what departs from its reference."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from neuromix import plot
from neuromix.comparison.number import Number
from neuromix.comparison.spike_train import SpikeTrain
from neuromix.comparison.tolerance import Tolerance
from neuromix.comparison.verdict import Verdict
from neuromix.comparison.waveform import Waveform
from neuromix.plot.departure import NumberPair, Pair, SpikePair, WaveformPair, departures
from neuromix.regression.quantities import Quantity
from neuromix.regression.reference import Reference

LARGEST = 4
"""Quantities in one picture, the worst ones."""


def picture(
    title: str, reference: Reference, found: Mapping[str, Quantity], verdicts: Sequence[Verdict]
) -> bytes | None:
    """Return a PNG of the quantities that verdicts are about; None where nothing can be drawn.

    Parameters
    ----------
    title : str
    reference : Reference
    found : mapping of str to Quantity
    verdicts : sequence of Verdict
        The worst first; a quantity is drawn once.
    """
    chosen: dict[str, Pair] = {}
    for verdict in verdicts:
        name = verdict.quantity
        ours, theirs = reference.quantities.get(name), found.get(name)
        if name in chosen or ours is None or type(ours) is not type(theirs):
            continue
        chosen[name] = _pair(ours, theirs, reference.tolerances[name], name, verdict.place)
    if not chosen:
        return None
    return plot.png(departures(title, list(chosen.values())[:LARGEST]))


@functools.singledispatch
def _pair(
    ours: Quantity, _theirs: Quantity, _limits: Tolerance, _name: str, _place: float | None
) -> Pair:
    raise NotImplementedError(type(ours).__name__)


@_pair.register
def _(
    ours: Waveform, theirs: Waveform, limits: Tolerance, name: str, place: float | None
) -> WaveformPair:
    return WaveformPair(
        name,
        ours.unit,
        ours.axis,
        ours.axis_unit,
        (ours.places, ours.values),
        (theirs.places, theirs.values),
        ours.band(limits),
        place,
        ours.logarithmic,
    )


@_pair.register
def _(
    ours: SpikeTrain, theirs: SpikeTrain, _limits: Tolerance, name: str, place: float | None
) -> SpikePair:
    return SpikePair(
        name,
        ours.unit,
        (ours.time, ours.address),
        (theirs.time, theirs.address),
        ours.pairs(theirs),
        place,
    )


@_pair.register
def _(
    ours: Number, theirs: Number, limits: Tolerance, name: str, _place: float | None
) -> NumberPair:
    return NumberPair(name, ours.unit, ours.value, theirs.value, ours.allowed(limits))
