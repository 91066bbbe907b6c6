"""A job: one deck, the variations that it is run under, and what is measured on each."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuromix import measure
from neuromix.data.provenance import digest
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.netlist.deck import Deck

Variation = tuple[Alteration, ...]
NOMINAL: Variation = ()


@functools.cache
def _measures() -> str:
    """Return the hash of what takes the measures: another measure must not recall old numbers."""
    files = sorted(Path(measure.__file__).parent.glob("*.py"))
    return digest(*(file.read_bytes() for file in files))


@dataclass(frozen=True)
class Job:
    """One deck and its variations.

    Parameters
    ----------
    deck : Deck
        Loaded once.
    measures : tuple of MeasureCall
        Taken on each run.
    variations : tuple of Variation
        Alterations before each run. They are absolute, so all variations of a job must alter the
        same parameters.
    keep : tuple of int
        Positions of the variations whose waveforms are brought back whole.
    timeout : float
        For one run, s.
    """

    deck: Deck
    measures: tuple[MeasureCall, ...] = ()
    variations: tuple[Variation, ...] = (NOMINAL,)
    keep: tuple[int, ...] = ()
    timeout: float = 600.0

    def key(self, position: int) -> str:
        """Content hash of one variation: where its outcome is stored."""
        calls = "\n".join(
            f"{m.name} {m.kind} {sorted(m.arguments.items())!r}" for m in self.measures
        )
        changed = "\n".join(
            f"{a.device} {a.parameter} {a.value!r}" for a in self.variations[position]
        )
        return digest(self.deck.key, calls, changed, str(position in self.keep), _measures())


@dataclass(frozen=True)
class Outcome:
    """What one run gave: numbers and arrays by measure, waveforms by name, or a failure."""

    values: Mapping[str, float] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    waves: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    failure: str = ""
    """Name of the error, empty when all went well."""
    reason: tuple[str, ...] = ()
    """What the log said, and the cure last."""
