"""Outcomes in one file that only grows: a line in a book for each run, sealed by its hash.

A record is a mark, the length and the hash of its body, and the body: key and outcome in msgpack.
What was being written when the process was killed is cut off when the journal is opened again;
a record that was damaged later counts as absent, and the search goes on at the next mark. Nothing
in a journal can run.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import time
from pathlib import Path

import msgspec

from neuromix.data.files import named
from neuromix.engine.job import Outcome
from neuromix.engine.store import Stored

_MARK = b"\x93run"
_HEAD = struct.Struct("<4sQ16s")
_SYNC_INTERVAL = 1.0
"""s: a machine that loses its power loses no more; a process that is killed loses nothing."""


class _Record(msgspec.Struct, frozen=True, array_like=True):
    key: bytes
    outcome: Stored


class Journal:
    """Outcomes by key, in one file; for one process at a time.

    Parameters
    ----------
    file : Path
        Made where there is none.

    Raises
    ------
    BadValue
        Where it cannot be read or written.
    """

    def __init__(self, file: Path) -> None:
        self._path = file
        self._places: dict[bytes, tuple[int, int]] = {}
        self._decoder = msgspec.msgpack.Decoder(_Record)
        self._synced = time.monotonic()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
            self._end = self._read_through()
            os.ftruncate(self._descriptor, self._end)
        except OSError as error:
            raise named(file, error) from error

    def __len__(self) -> int:
        return len(self._places)

    def get(self, key: str) -> Outcome | None:
        """Return the outcome of that key, or None where there is none that is whole."""
        place = self._places.get(bytes.fromhex(key))
        if place is None:
            return None
        start, length = place
        body = self._body(os.pread(self._descriptor, _HEAD.size + length, start))
        if body is None:
            return None
        record = self._decoder.decode(body)
        return record.outcome.outcome() if record.key == bytes.fromhex(key) else None

    def put(self, key: str, outcome: Outcome) -> None:
        """Write an outcome at the end.

        Raises
        ------
        DiskFull
            Where there is no room; nothing of it is left in the file.
        """
        body = msgspec.msgpack.encode(_Record(bytes.fromhex(key), Stored.of(outcome)))
        record = _HEAD.pack(_MARK, len(body), _seal(body)) + body
        try:
            written = os.pwrite(self._descriptor, record, self._end)
            while written < len(record):
                written += os.pwrite(self._descriptor, record[written:], self._end + written)
            if time.monotonic() - self._synced > _SYNC_INTERVAL:
                self._sync()
        except OSError as error:
            os.ftruncate(self._descriptor, self._end)
            raise named(self._path, error) from error
        self._places[bytes.fromhex(key)] = (self._end, len(body))
        self._end += len(record)

    def close(self) -> None:
        """See that all of it is on the disk, and let go of the file."""
        if self._descriptor >= 0:
            try:
                self._sync()
            except OSError as error:
                raise named(self._path, error) from error
            finally:
                os.close(self._descriptor)
                self._descriptor = -1

    def _sync(self) -> None:
        os.fsync(self._descriptor)
        self._synced = time.monotonic()

    def _read_through(self) -> int:
        """Find all whole records; return where the last one ends."""
        size = os.fstat(self._descriptor).st_size
        if size == 0:
            return 0
        position = end = 0
        with mmap.mmap(self._descriptor, size, access=mmap.ACCESS_READ) as raw:
            while 0 <= position <= size - _HEAD.size:
                _, length, _ = _HEAD.unpack_from(raw, position)
                after = position + _HEAD.size + length
                key = self._key(raw[position:after]) if after <= size else None
                if key is None:
                    position = raw.find(_MARK, position + 1)
                    continue
                self._places[key] = (position, length)
                position = end = after
        return end

    def _key(self, raw: bytes) -> bytes | None:
        body = self._body(raw)
        try:
            return None if body is None else self._decoder.decode(body).key
        except msgspec.DecodeError:
            return None

    @staticmethod
    def _body(raw: bytes) -> bytes | None:
        """Return the body of a record that is whole."""
        if len(raw) < _HEAD.size:
            return None
        mark, length, seal = _HEAD.unpack_from(raw)
        body = raw[_HEAD.size :]
        return body if mark == _MARK and len(body) == length and _seal(body) == seal else None


def _seal(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()
