"""Outcomes on disk, by content: a killed campaign goes on where it was; replay needs no ngspice.

What an engine simulates is kept under its own name, since another version may give other numbers.
One small JSON file a run, written beside and then replaced; a file that cannot be read back whole
counts as absent. Nothing in it can run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import msgspec

from neuromix.data.files import replace_file
from neuromix.data.provenance import digest
from neuromix.engine.job import Job, Outcome
from neuromix.engine.messages import pack_array, unpack_array


class Stored(msgspec.Struct, frozen=True):
    """An outcome as it is written down."""

    values: dict[str, float | str | None]
    arrays: dict[str, bytes]
    waves: dict[str, bytes]
    failure: str
    reason: tuple[str, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Return what is written down of an outcome."""
        return cls(
            {name: _plain(value) for name, value in outcome.values.items()},
            {name: pack_array(value) for name, value in outcome.arrays.items()},
            {name: pack_array(value) for name, value in outcome.waves.items()},
            outcome.failure,
            outcome.reason,
        )

    def outcome(self) -> Outcome:
        """Return the outcome; a ValueError or TypeError where there is none in it."""
        return Outcome(
            {n: float("nan") if v is None else float(v) for n, v in self.values.items()},
            {n: unpack_array(v) for n, v in self.arrays.items()},
            {n: unpack_array(v) for n, v in self.waves.items()},
            self.failure,
            self.reason,
        )


class _Sealed(msgspec.Struct, frozen=True, omit_defaults=True):
    sha256: str
    body: msgspec.Raw
    key: str = ""
    """Whose outcome it is; files of the first version do not say."""


def _plain(value: float) -> float | str | None:
    """Return a number as JSON has it: NaN is null, an infinity a word."""
    if math.isnan(value):
        return None
    return str(value) if math.isinf(value) else value


class OutcomeStore:
    """A folder of outcomes.

    Parameters
    ----------
    folder : Path
        Made when the first outcome is put.
    engine : str, optional
        Whose outcomes are put and got, such as ``"ngspice-39"``; without it those of any engine are
        got, of the last one by name where there are several.
    """

    def __init__(self, folder: Path, engine: str = "") -> None:
        self.folder = folder
        self._engine = re.sub(r"[^\w.-]", "_", engine)
        self._decoder = msgspec.json.Decoder(Stored)

    def _path(self, key: str) -> Path:
        engine = f".{self._engine}" if self._engine else ""
        return self.folder / key[:2] / f"{key[2:]}{engine}.json"

    def _stored(self, key: str) -> Path:
        path = self._path(key)
        if self._engine or path.is_file():
            return path
        of_any = sorted(path.parent.glob(f"{key[2:]}.*.json"))
        return of_any[-1] if of_any else path

    def recall(self, job: Job, positions: Sequence[int]) -> Iterator[Outcome | None]:
        """Yield the outcomes of some variations of a job, None where there is none."""
        return map(self.get, job.keys(positions))

    def keep(self, job: Job, position: int, outcome: Outcome) -> None:
        """Store the outcome of a variation of a job."""
        self.put(job.key(position), outcome)

    def close(self) -> None:
        """Do nothing: every outcome is a file of its own."""

    def put(self, key: str, outcome: Outcome) -> None:
        """Store an outcome."""
        body = msgspec.json.encode(Stored.of(outcome))
        sealed = msgspec.json.encode(_Sealed(digest(body), msgspec.Raw(body), key))
        replace_file(self._path(key), sealed)

    def get(self, key: str) -> Outcome | None:
        """Return the outcome of that key, or None where there is none that is whole."""
        try:
            sealed = msgspec.json.decode(self._stored(key).read_bytes(), type=_Sealed)
            body = bytes(sealed.body)
            if digest(body) != sealed.sha256 or sealed.key not in {"", key}:
                return None
            return self._decoder.decode(body).outcome()
        except (OSError, msgspec.DecodeError, ValueError, RecursionError):
            return None
