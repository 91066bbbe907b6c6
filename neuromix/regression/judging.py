"""The policy: what a comparison comes to where values, decks, models or simulators changed.

| values | what the reference states | comes to |
|---|---|---|
| within tolerance | as now | passed |
| within tolerance | something differs | stale: passes, and is listed with what differs |
| beyond tolerance | either | failed, with what differs first |
| a quantity is missing, or of another kind | either | failed |
| a quantity that the reference has not | either | stale: nothing compares it |

``docs/decisions/0006-reference-policy.md`` argues it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from neuromix.comparison.tolerance import Tolerance
from neuromix.comparison.verdict import Verdict
from neuromix.data.provenance import software
from neuromix.regression.quantities import Quantity
from neuromix.regression.reference import Reference, tolerance_of

PASSED, STALE, FAILED = "passed", "stale", "failed"

_SHOWN = 60
"""Characters of a state in a sentence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What comparing a result with its reference came to.

    Parameters
    ----------
    verdicts : tuple of Verdict
        All of them.
    changes : tuple of str
        What differs from what the reference states; a sentence each.
    software : tuple of str
        Versions that differ. They make no reference stale, but may explain a failure.
    """

    verdicts: tuple[Verdict, ...]
    changes: tuple[str, ...]
    software: tuple[str, ...]

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """Verdicts that do not pass, the worst first."""
        failed = [verdict for verdict in self.verdicts if not verdict.passed]
        return tuple(sorted(failed, key=lambda verdict: -verdict.deviation))

    @property
    def state(self) -> str:
        """``"passed"``, ``"stale"`` or ``"failed"``."""
        if self.failures:
            return FAILED
        return STALE if self.changes else PASSED

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a person has to know, the cause first."""
        said = tuple(f"the reference is of another {change}" for change in self.changes)
        if not self.failures:
            return said
        versions = tuple(f"software: {item}" for item in self.software)
        return (*said, *(verdict.sentence for verdict in self.failures), *versions)


def judge(
    reference: Reference,
    found: Mapping[str, Quantity],
    states: Mapping[str, str],
    tolerances: Mapping[str, Tolerance | Mapping[str, float]] | None = None,
) -> Judgement:
    """Compare a result with its reference.

    Parameters
    ----------
    reference : Reference
    found : mapping of str to Quantity
        The result.
    states : mapping of str to str
        Under what the result was made.
    tolerances : mapping, optional
        What the user's code asks for. The file rules: another tolerance in the code is a failure
        until the reference is recorded with it, for a reason.
    """
    verdicts: list[Verdict] = []
    for name, ours in reference.quantities.items():
        verdicts += _compared(name, ours, found, reference.tolerances[name])
        asked = tolerance_of(name, ours, tolerances or {})
        if asked is not None and asked != reference.tolerances[name]:
            sentence = (
                f"{name}: the test asks for {asked}, the reference has {reference.tolerances[name]}"
            )
            verdicts.append(Verdict(name, "tolerance", False, math.inf, None, sentence))
    changes = [
        f"{key}: {_short(reference.states.get(key))} on record, {_short(states.get(key))} now"
        for key in sorted({*reference.states, *states})
        if reference.states.get(key) != states.get(key)
    ]
    known = {*reference.quantities, *reference.omitted}
    fresh = [name for name in found if name not in known]
    if fresh:
        changes.append(f"set of quantities: it has no {', '.join(fresh)}")
    recorded = reference.history[-1].software
    versions = [
        f"{name} {recorded[name]} on record, {version} now"
        for name, version in software().items()
        if name in recorded and recorded[name] != version
    ]
    return Judgement(tuple(verdicts), tuple(changes), tuple(versions))


def _compared(
    name: str, ours: Quantity, found: Mapping[str, Quantity], tolerance: Tolerance
) -> list[Verdict]:
    theirs = found.get(name)
    if theirs is None:
        said = f"{name} is missing in the result; it has {', '.join(found) or 'nothing'}"
        return [Verdict(name, "missing", False, math.inf, None, said)]
    if type(theirs) is not type(ours):
        kinds = type(theirs).__name__, type(ours).__name__
        said = f"{name} is a {kinds[0]} where a {kinds[1]} is on record"
        return [Verdict(name, "kind", False, math.inf, None, said)]
    return list(ours.compare(theirs, tolerance, name))  # type: ignore[arg-type]


def _short(state: str | None) -> str:
    if state is None:
        return "nothing"
    return state if len(state) <= _SHOWN else f"{state[:_SHOWN]}…"
