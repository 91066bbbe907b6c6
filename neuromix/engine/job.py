"""A job: one deck, the variations that it is run under, and what is measured on each."""

from __future__ import annotations

import functools
import hashlib
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from neuromix import measure
from neuromix.data.provenance import digest, feed
from neuromix.engine.messages import Alteration, MeasureCall
from neuromix.netlist.deck import Deck

Variation = tuple[Alteration, ...]
NOMINAL: Variation = ()


@functools.cache
def _measure_source(kind: str) -> str:
    """Return the hash of what takes a measure: another one must not recall old numbers.

    That is its module and the modules of the package that this one uses, and theirs.
    """
    found: dict[str, ModuleType] = {}
    waiting = [sys.modules[measure.function(kind).__module__]]
    while waiting:
        module = waiting.pop()
        if module.__name__ in found:
            continue
        found[module.__name__] = module
        used = {getattr(item, "__module__", "") for item in vars(module).values()}
        waiting += [
            sys.modules[name] for name in used if str(name).startswith(f"{measure.__name__}.")
        ]
    return digest(*(inspect.getsource(found[name]) for name in sorted(found)))


@dataclass(frozen=True)
class Job:
    """One deck and its variations.

    Parameters
    ----------
    deck : Deck
        Loaded once.
    measures : tuple of MeasureCall
        Taken on each run.
    variations : sequence of Variation
        Alterations before each run; one that alters other parameters than the one before it costs
        a load of the deck.
    keep : tuple of int
        Positions of the variations whose waveforms are brought back whole.
    timeout : float
        For one run, s.
    known_keys : mapping of int to str, optional
        Keys of variations that have been hashed already.
    """

    deck: Deck
    measures: tuple[MeasureCall, ...] = ()
    variations: Sequence[Variation] = (NOMINAL,)
    keep: tuple[int, ...] = ()
    timeout: float = 600.0
    known_keys: InitVar[Mapping[int, str] | None] = None
    _hashed: dict[int, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self, known_keys: Mapping[int, str] | None) -> None:
        self._hashed.update(known_keys or {})

    def key(self, position: int) -> str:
        """Content hash of one variation: what its outcome is stored under, for each engine."""
        return next(self.keys([position]))

    def keys(self, positions: Iterable[int]) -> Iterator[str]:
        """Yield the keys of several variations; each is hashed once, and what they share."""
        shared: hashlib._Hash | None = None
        for position in positions:
            known = self._hashed.get(position)
            if known is None:
                shared = shared or self._hash_of_all()
                known = self._hashed[position] = self._hash(shared, position)
            yield known

    def _hash_of_all(self) -> hashlib._Hash:
        shared = hashlib.sha256()
        calls = "\n".join(
            f"{m.name} {m.kind} {sorted(m.arguments.items())!r}" for m in self.measures
        )
        feed(shared, self.deck.key, calls)
        return shared

    def _hash(self, shared: hashlib._Hash, position: int) -> str:
        changed = "\n".join(
            f"{a.device} {a.parameter} {a.value!r}" for a in self.variations[position]
        )
        sources = [_measure_source(kind) for kind in sorted({m.kind for m in self.measures})]
        hasher = shared.copy()
        feed(hasher, changed, str(position in self.keep), *sources)
        return hasher.hexdigest()

    def part(self, positions: Sequence[int]) -> Job:
        """Return the job of some of the variations, which keep what is known of their keys."""
        kept = frozenset(self.keep)
        known = self._hashed
        return replace(
            self,
            variations=tuple(self.variations[k] for k in positions),
            keep=tuple(n for n, k in enumerate(positions) if k in kept),
            known_keys={n: known[k] for n, k in enumerate(positions) if k in known},
        )


@dataclass(frozen=True, slots=True)
class Remains:
    """What a run that failed leaves to look at: last lines, waveforms as far as they went."""

    log: tuple[str, ...]
    waves: Mapping[str, NDArray[np.float64]]


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
    remains: Remains | None = field(default=None, compare=False)
    """Of a failure, where it has just happened; no part of what is stored as the outcome."""
