"""Events as NumPy files, without pickle.

``.npy``: one structured array with the fields ``time`` (float64, s) and ``address`` (uint32).
``.npz``: two arrays of these names, with a checksum each.
"""

from __future__ import annotations

import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.data.events import Events
from neuromix.data.files import replacing
from neuromix.errors import BadValue, EventFileError
from neuromix.interop.event_arrays import LARGEST, Addresses, Times

RECORD = np.dtype([("time", "<f8"), ("address", "<u4")])

MAGIC = b"\x93NUMPY"
"""How every such file starts; anything else np.load might take for a pickle."""

DAMAGE = (
    ValueError, EOFError, KeyError, IndexError, TypeError, AttributeError, OverflowError,
    MemoryError, RuntimeError, SyntaxError, tokenize.TokenError, struct.error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What zipfile and NumPy raise at bytes that make no sense: NumPy reads its headers as Python;
RuntimeError and its kind NotImplementedError are for encrypted members and unknown
compressions."""


def read_npy(file: Path) -> tuple[Times, Addresses]:
    """Return times and addresses of a structured array."""
    try:
        with file.open("rb") as stream:
            start = stream.read(len(MAGIC))
            if start != MAGIC:
                raise EventFileError(f"{file}: it is not an array of NumPy: {start!r}")
        # A map is refused where the file is shorter than it says, before any memory is taken.
        records = np.load(file, mmap_mode="r", allow_pickle=False)
    except DAMAGE as error:
        raise _damaged(file, error) from error
    except OSError as error:
        raise BadValue(f"cannot read {file}", [str(error)]) from error
    if records.dtype.names is None or set(records.dtype.names) != set(RECORD.names or ()):
        raise EventFileError(
            f"{file}: events are records of time and address, not {records.dtype}",
            cure="write_events(path, Events.sort(time, address))",
        )
    if file.stat().st_size != records.offset + records.nbytes:
        raise EventFileError(f"{file}: it is longer than its {records.size} events")
    return _times(file, records["time"]), np.ascontiguousarray(records["address"])


def write_npy(file: Path, events: Events) -> None:
    """Write one structured array."""
    records = np.empty(len(events), RECORD)
    records["time"], records["address"] = events.time, events.address
    with replacing(file) as beside:
        np.save(beside, records, allow_pickle=False)


def read_npz(file: Path) -> tuple[Times, Addresses]:
    """Return times and addresses of an archive of two arrays."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = {item.filename: item.file_size for item in archive.infolist()}
            if set(members) != {"time.npy", "address.npy"}:
                raise EventFileError(
                    f"{file}: events are the arrays time and address",
                    [f"it holds {', '.join(sorted(members))[:200] or 'nothing'}"],
                )
            if max(members.values()) > 8 * LARGEST:
                raise EventFileError(f"{file}: it says to hold {max(members.values())} bytes")
        with np.load(file, allow_pickle=False) as arrays:
            time, address = arrays["time"], arrays["address"]
    except DAMAGE as error:
        raise _damaged(file, error) from error
    except OSError as error:
        raise BadValue(f"cannot read {file}", [str(error)]) from error
    return _times(file, time), address


def write_npz(file: Path, events: Events) -> None:
    """Write an archive of two arrays."""
    with replacing(file) as beside:
        np.savez(beside, time=events.time, address=events.address)


def _times(file: Path, given: NDArray[Any]) -> Times:
    if given.dtype.kind != "f":
        raise EventFileError(f"{file}: times are seconds as floats, not {given.dtype}")
    return np.ascontiguousarray(given, dtype=np.float64)


def _damaged(file: Path, error: Exception) -> EventFileError:
    return EventFileError(
        f"{file} is damaged, or not a file of NumPy", [str(error)[:200]], "write it again"
    )
