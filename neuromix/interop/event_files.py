"""Events in and out of files: the format follows from the suffix.

``.npy`` and ``.npz`` of NumPy, ``.csv``, and ``.aedat`` (version 2.0) of event cameras.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from neuromix.data.events import Events, as_events
from neuromix.data.files import as_path, existing_file
from neuromix.errors import UnknownName
from neuromix.interop import aedat, event_csv, event_numpy
from neuromix.interop.event_arrays import Addresses, Times, checked
from neuromix.units import whole

Format = TypeVar("Format")

READERS: dict[str, Callable[[Path], tuple[Times, Addresses]]] = {
    ".aedat": aedat.read,
    ".csv": event_csv.read,
    ".npy": event_numpy.read_npy,
    ".npz": event_numpy.read_npz,
}

WRITERS: dict[str, Callable[[Path, Events], None]] = {
    ".aedat": aedat.write,
    ".csv": event_csv.write,
    ".npy": event_numpy.write_npy,
    ".npz": event_numpy.write_npz,
}


def read_events(
    path: str | Path, *, addresses: int | None = None, unsorted: str = "refuse"
) -> Events:
    """Read events from a file.

    Parameters
    ----------
    path : path
        Its suffix names the format.
    addresses : int, optional
        How many addresses there are; an event of another is refused.
    unsorted : {"refuse", "sort"}
        What to do with events that are not in order of time; equal times keep their order.

    Raises
    ------
    EventFileError
        Where the file is truncated or damaged, of another format, unsorted, or holds an address or
        a time that cannot be.
    UnknownName
        Where the suffix is of no format.
    BadValue
        Where it cannot be read at all.
    """
    if addresses is not None:
        addresses = whole(addresses, "read_events: addresses", 1, 2**32)
    file = existing_file(path, "read_events")
    return checked(file, *_of(READERS, file)(file), addresses, unsorted)


def write_events(path: str | Path, events: Events) -> Path:
    """Write events to a file in one piece, and return its path.

    NumPy files and CSV keep every bit of a time; AEDAT rounds to 1 µs. Missing folders are made.

    Parameters
    ----------
    path : path
        Its suffix names the format.
    events : Events

    Raises
    ------
    UnknownName
        Where the suffix is of no format.
    BadValue
        Where the file cannot be written, or the format cannot hold such times.
    DiskFull
    """
    file = as_path(path, "write_events")
    _of(WRITERS, file)(file, as_events(events, "write_events"))
    return file


def _of(table: dict[str, Format], file: Path) -> Format:
    if file.suffix not in table:
        raise UnknownName("format of events", file.suffix, table)
    return table[file.suffix]
