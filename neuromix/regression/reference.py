"""A reference: quantities, how nearly they must be met, and under what they were recorded."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from neuromix.comparison.tolerance import MARGIN, Tolerance
from neuromix.comparison.waveform import Waveform
from neuromix.data.provenance import software
from neuromix.errors import BadValue
from neuromix.regression.quantities import Quantity

TIME_PART = 1e-4
"""Of a waveform's length: how far edges may move where nobody says otherwise."""


LOOSEST = 0.1
"""Of the size of a quantity: a wider tolerance compares nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Why, when and with what a reference was recorded, and how long its result took, s."""

    reason: str
    date: str
    software: Mapping[str, str]
    seconds: float = 0.0


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
    omitted : mapping of str to str
        Quantities of the result that are not compared, and why.
    """

    quantities: Mapping[str, Quantity]
    tolerances: Mapping[str, Tolerance]
    origin: Mapping[str, str]
    states: Mapping[str, str]
    history: tuple[Entry, ...]
    omitted: Mapping[str, str] = field(default_factory=dict)


def usual_tolerance(quantity: Quantity) -> Tolerance:
    """Return the tolerance of a quantity for which nobody names one."""
    if isinstance(quantity, Waveform) and quantity.axis == "time":
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
    *,
    again: Mapping[str, Quantity] | None = None,
    seconds: float = 0.0,
) -> Reference:
    """Return the reference that ``found`` becomes: its points thinned, its reason noted.

    Tolerances that nobody gives anew stay as they were. The usual ones are widened to twice what
    ``again`` needs, the same result made by another method: less would compare simulators. What
    would need more than :data:`LOOSEST` is left out, and the reference says so.

    Raises
    ------
    BadValue
        Where a quantity is not finite, or there is no reason.
    """
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    entry = Entry(checked_reason(reason), today, software(), round(seconds, 2))
    for name, quantity in found.items():
        if quantity.recordable:
            raise BadValue(f"{name} cannot be a reference: {quantity.recordable}")
    kept, left_out = (old.tolerances, old.omitted) if old else ({}, {})
    resolved: dict[str, Tolerance] = {}
    omitted: dict[str, str] = {}
    for name, quantity in found.items():
        tolerance = tolerance_of(name, quantity, tolerances) or kept.get(name)
        if tolerance is None:
            tolerance = _widened(quantity, (again or {}).get(name))
            why = _undetermined(name, quantity, (again or {}).get(name), tolerance)
            why = why or left_out.get(name, "")
            if why:
                omitted[name] = why
                continue
        resolved[name] = tolerance
    if not resolved:
        raise BadValue("no quantity of this result is determined", list(omitted.values()))
    return Reference(
        {name: found[name].thinned(tolerance) for name, tolerance in resolved.items()},
        resolved,
        dict(origin),
        dict(states),
        (*(old.history if old else ()), entry),
        omitted,
    )


def _widened(quantity: Quantity, again: Quantity | None) -> Tolerance:
    """Return the usual tolerance, or the wider one that another method needs."""
    usual = usual_tolerance(quantity)
    if type(again) is not type(quantity):
        return usual
    return quantity.widened(again, usual)  # type: ignore[arg-type]


def _undetermined(
    name: str, quantity: Quantity, again: Quantity | None, tolerance: Tolerance
) -> str:
    """Say why a quantity cannot be compared: methods disagree too much about it; else nothing."""
    if type(again) is not type(quantity):
        return ""
    for verdict in quantity.compare(again, tolerance, name):  # type: ignore[arg-type]
        if not verdict.passed:
            return f"by the simulator's other integration method {verdict.sentence}"
    loose = quantity.looseness(tolerance)
    if loose <= LOOSEST:
        return ""
    return f"{name} depends on the integration method by {100.0 * loose / MARGIN:.3g} % of its size"
