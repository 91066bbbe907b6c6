"""The outcomes of a job in columns: ten thousand of them are numbers, not ten thousand objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from neuromix.engine.job import Outcome

_ABSENT = -1


class _Ragged:
    """Arrays of several lengths, one after the other."""

    def __init__(self, count: int) -> None:
        self._numbers = bytearray()
        self._starts = np.zeros((count, 2), dtype=np.int64)

    def put(self, position: int, values: NDArray[np.float64]) -> None:
        self._starts[position] = len(self._numbers), values.size
        self._numbers += values.tobytes()

    def get(self, position: int) -> NDArray[np.float64]:
        start, size = self._starts[position].tolist()
        return np.frombuffer(self._numbers, np.float64, size, start).copy()


class OutcomeTable(Sequence[Outcome]):
    """A sequence of outcomes that makes each when it is asked for.

    Parameters
    ----------
    count : int
        Of variations; of none of them an outcome is known.
    """

    def __init__(self, count: int) -> None:
        self._names: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        self._kind = np.full(count, _ABSENT, dtype=np.int32)
        self._values: dict[str, NDArray[np.float64]] = {}
        self._arrays: dict[str, _Ragged] = {}
        self._waves: dict[int, Mapping[str, NDArray[np.float64]]] = {}
        self._failures: dict[int, tuple[str, tuple[str, ...]]] = {}

    def __len__(self) -> int:
        return len(self._kind)

    def missing(self) -> list[int]:
        """Return the positions of which no outcome is known."""
        return [int(k) for k in np.flatnonzero(self._kind == _ABSENT)]

    def put(self, position: int, outcome: Outcome) -> None:
        """Take an outcome, but for what a failure leaves to look at."""
        names = (tuple(outcome.values), tuple(outcome.arrays))
        if names not in self._names:
            self._names.append(names)
        self._kind[position] = self._names.index(names)
        for name, value in outcome.values.items():
            if name not in self._values:
                self._values[name] = np.full(len(self), np.nan)
            self._values[name][position] = value
        for name, values in outcome.arrays.items():
            if name not in self._arrays:
                self._arrays[name] = _Ragged(len(self))
            self._arrays[name].put(position, values)
        if outcome.waves:
            self._waves[position] = outcome.waves
        if outcome.failure:
            self._failures[position] = outcome.failure, outcome.reason

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> list[Outcome]: ...
    def __getitem__(self, index: int | slice) -> Outcome | list[Outcome]:
        """Return an outcome; one that is not known is an IndexError."""
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        if self._kind[position] == _ABSENT:
            raise IndexError(f"no outcome of variation {position} is known")
        values, arrays = self._names[self._kind[position]]
        failure, reason = self._failures.get(position, ("", ()))
        return Outcome(
            {name: float(self._values[name][position]) for name in values},
            {name: self._arrays[name].get(position) for name in arrays},
            self._waves.get(position, {}),
            failure,
            reason,
        )
