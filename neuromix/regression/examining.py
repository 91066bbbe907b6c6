"""One result against one reference file: judged, drawn, or recorded anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from neuromix.comparison.closed_forms import ClosedForm
from neuromix.comparison.tolerance import Tolerance
from neuromix.comparison.waveform import Waveform
from neuromix.data.files import replace_file
from neuromix.data.provenance import digest, software
from neuromix.errors import BadValue, NeuromixError
from neuromix.regression.files import read_reference, write_reference
from neuromix.regression.judging import FAILED, PASSED, STALE, Judgement, judge
from neuromix.regression.pictures import picture
from neuromix.regression.quantities import Quantity
from neuromix.regression.reference import (
    Entry,
    Reference,
    recorded,
    tolerance_of,
    usual_tolerance,
)

RECORDED, ERROR, SKIPPED = "recorded", "error", "skipped"

LONGEST_NAME = 120
"""Characters of a file's stem."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one reference.

    Parameters
    ----------
    name : str
        Of the reference.
    state : str
        ``"passed"``, ``"stale"``, ``"failed"``, ``"recorded"``, ``"error"`` where there was no
        result to compare, or ``"skipped"`` where it is not for us to make one.
    sentences : tuple of str
        Where, by how much, and why.
    picture : Path or None
        What was drawn.
    """

    name: str
    state: str
    sentences: tuple[str, ...] = ()
    picture: Path | None = None

    def bad(self, *, strict: bool) -> bool:
        """Tell whether a run that holds this has failed; a stale reference counts if strict."""
        return self.state in {FAILED, ERROR} or (strict and self.state == STALE)

    def __str__(self) -> str:
        seen = [f"picture: {self.picture}"] if self.picture else []
        return "\n  ".join([f"{self.name}: {self.state}", *self.sentences, *seen])


@dataclass(frozen=True, eq=False)
class Result:
    """Something to compare, under what it was made, by what, and in how many seconds."""

    quantities: Mapping[str, Quantity]
    states: Mapping[str, str]
    origin: Mapping[str, str]
    seconds: float = 0.0
    again: Mapping[str, Quantity] | None = None
    """The same quantities, made by the simulator's other method."""
    note: str = ""
    """What a person has to know when this is recorded."""


def examine(
    file: Path,
    result: Result,
    *,
    tolerances: Mapping[str, Tolerance | Mapping[str, float]] | None = None,
    reason: str | None = None,
    pictures: Path,
    cure: str,
) -> Outcome:
    """Compare a result with its reference, or record it where a reason is given.

    A reference that passes and is not stale is never rewritten.

    Parameters
    ----------
    file : Path
        The reference.
    result : Result
    tolerances : mapping, optional
        What the user's code asks for.
    reason : str, optional
        Records the result.
    pictures : Path
        Folder for pictures of failures. When a reference is replaced, the picture of old, new and
        difference stands beside it instead, to be looked at by whoever reviews the change.
    cure : str
        How a reference is made, for the sentence that says that there is none.
    """
    name = file.stem
    old = read_reference(file) if file.exists() else None
    judgement = judge(old, result.quantities, result.states, tolerances) if old else None
    if reason is not None and (judgement is None or judgement.state != PASSED):
        return _record(file, old, judgement, result, tolerances or {}, reason)
    if old is None or judgement is None:
        return Outcome(name, FAILED, (f"there is no reference {file}", f"try: {cure}"))
    return _told(name, old, judgement, result.quantities, pictures)


def certify(
    name: str,
    forms: Mapping[str, ClosedForm],
    found: Mapping[str, Quantity],
    tolerances: Mapping[str, Tolerance | Mapping[str, float]],
    pictures: Path,
) -> Outcome:
    """Compare waveforms with formulas; nothing is recorded, so nothing can be updated.

    Raises
    ------
    BadValue
        Where a quantity is not there, is not a waveform, or has no tolerance.
    """
    waveforms: dict[str, Waveform] = {}
    limits: dict[str, Tolerance] = {}
    for key, form in forms.items():
        item = found.get(key)
        if not isinstance(item, Waveform):
            raise BadValue(
                f"{key} is not a waveform of this result", [f"it has {', '.join(found)}"]
            )
        limits[key] = tolerance_of(key, item, tolerances) or usual_tolerance(item)
        start, stop = float(item.places[0]), float(item.places[-1])
        waveforms[key] = form.waveform(start, stop, limits[key])
    formula = Reference(waveforms, limits, {}, {}, (Entry("a formula", "", software()),))
    chosen = {key: found[key] for key in forms}
    return _told(name, formula, judge(formula, chosen, {}), chosen, pictures)


def _told(
    name: str,
    reference: Reference,
    judgement: Judgement,
    found: Mapping[str, Quantity],
    pictures: Path,
) -> Outcome:
    """Return the outcome of a judgement; a failure is drawn."""
    if judgement.state != FAILED:
        return Outcome(name, judgement.state, judgement.sentences)
    drawn = picture(name, reference, found, judgement.failures)
    place = _draw(pictures, name, drawn) if drawn else None
    return Outcome(name, FAILED, judgement.sentences, place)


def _record(
    file: Path,
    old: Reference | None,
    judgement: Judgement | None,
    result: Result,
    tolerances: Mapping[str, Tolerance | Mapping[str, float]],
    reason: str,
) -> Outcome:
    new = recorded(
        old,
        result.quantities,
        tolerances,
        result.origin,
        result.states,
        reason,
        again=result.again,
        seconds=result.seconds,
    )
    drawn = None
    if old is not None and judgement is not None:
        worst = sorted(judgement.verdicts, key=lambda verdict: -verdict.deviation)
        title = f"{file.stem}: {new.history[-1].date}, {new.history[-1].reason}"
        drawn = picture(title, old, result.quantities, worst)
    write_reference(file, new)
    place = file.with_suffix(".png")
    if drawn:
        replace_file(place, drawn)
    said = judgement.sentences if judgement else ("there was no reference before",)
    left = [f"not compared: {why}" for why in new.omitted.values()]
    sentences = (f"wrote {file}", *said, *left, *filter(None, [result.note]))
    return Outcome(file.stem, RECORDED, sentences, place if drawn else None)


def _draw(folder: Path, name: str, drawn: bytes) -> Path:
    """Write a picture into a folder that no version control takes up."""
    ignore = folder / ".gitignore"
    if not ignore.exists():
        replace_file(ignore, b"*\n")
    return replace_file(folder / f"{name}.png", drawn)


def file_stem(name: str) -> str:
    """Return a name for a file: what no file system likes is replaced, what is long is cut."""
    plain = re.sub(r"[^\w.\-\[\]=+,]", "_", name)
    if plain == name and len(plain) <= LONGEST_NAME:
        return plain
    return f"{plain[: LONGEST_NAME - 9]}-{digest(name)[:8]}"


def broken(name: str, error: NeuromixError) -> Outcome:
    """Return the outcome of a reference whose result could not be made."""
    return Outcome(name, ERROR, tuple(f"{type(error).__name__}: {error}".splitlines()))
