"""A reference: quantities, how nearly they must be met, and under what they were recorded."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neuromix.comparison.tolerance import Tolerance
from neuromix.comparison.waveform import Waveform
from neuromix.data.provenance import software
from neuromix.errors import BadValue
from neuromix.regression.quantities import Quantity

TIME_PART = 1e-4
"""Of a waveform's length: how far edges may move where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Why, when and with what a reference was recorded."""

    reason: str
    date: str
    software: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Reference:
    """What a result has to be.

    Parameters
    ----------
    quantities : mapping of str to Quantity
        By name.
    tolerances : mapping of str to Tolerance
        For each of them.
    origin : mapping of str to str
        What makes a result to compare: ``cell``, ``bench``, ``technology``, … or ``source``, a file
        beside the reference, or ``test``.
    states : mapping of str to str
        Under what it was recorded: model set, deck, ngspice, settings, or what a user names.
    history : tuple of Entry
        The newest last.
    """

    quantities: Mapping[str, Quantity]
    tolerances: Mapping[str, Tolerance]
    origin: Mapping[str, str]
    states: Mapping[str, str]
    history: tuple[Entry, ...]


def usual_tolerance(quantity: Quantity) -> Tolerance:
    """Return the tolerance of a quantity for which nobody names one."""
    if isinstance(quantity, Waveform) and not quantity.logarithmic:
        return Tolerance(time=TIME_PART * float(np.ptp(quantity.places)))
    return Tolerance()


def tolerance_of(
    name: str, quantity: Quantity, given: Mapping[str, Tolerance | Mapping[str, float]]
) -> Tolerance | None:
    """Return the tolerance that a user gives a quantity, by its name or as ``"*"``; or None.

    A mapping such as ``{"time": 1e-6}`` replaces those fields of the usual tolerance.
    """
    found = given.get(name, given.get("*"))
    if found is None or isinstance(found, Tolerance):
        return found
    usual = usual_tolerance(quantity)
    fields = {item: getattr(usual, item) for item in Tolerance.__slots__}
    unknown = set(found) - set(fields)
    if unknown:
        raise BadValue(
            f"a tolerance has no {', '.join(sorted(unknown))}", cure=" or ".join(sorted(fields))
        )
    return Tolerance(**(fields | dict(found)))


def checked_reason(reason: str) -> str:
    """Return the reason for recording a reference.

    Raises
    ------
    BadValue
        Where there is none.
    """
    if not reason.strip():
        raise BadValue(
            "references are not rewritten without a reason",
            cure='a sentence for those who read the file: "the leak is twice as large on purpose"',
        )
    return " ".join(reason.split())


def recorded(
    old: Reference | None,
    found: Mapping[str, Quantity],
    tolerances: Mapping[str, Tolerance | Mapping[str, float]],
    origin: Mapping[str, str],
    states: Mapping[str, str],
    reason: str,
) -> Reference:
    """Return the reference that ``found`` becomes: its points thinned, its reason noted.

    Tolerances that nobody gives anew stay as they were.

    Raises
    ------
    BadValue
        Where a quantity is not finite, or there is no reason.
    """
    entry = Entry(
        checked_reason(reason), datetime.datetime.now(datetime.UTC).date().isoformat(), software()
    )
    for name, quantity in found.items():
        if quantity.recordable:
            raise BadValue(f"{name} cannot be a reference: {quantity.recordable}")
    kept = old.tolerances if old else {}
    resolved = {
        name: tolerance_of(name, quantity, tolerances)
        or kept.get(name)
        or usual_tolerance(quantity)
        for name, quantity in found.items()
    }
    return Reference(
        {name: quantity.thinned(resolved[name]) for name, quantity in found.items()},
        resolved,
        dict(origin),
        dict(states),
        (*(old.history if old else ()), entry),
    )
