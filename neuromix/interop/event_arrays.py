"""What all formats of events share: the check of what a file held."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuromix.data.events import Events
from neuromix.errors import BadValue, EventFileError

Times: TypeAlias = NDArray[np.float64]
Addresses: TypeAlias = NDArray[Any]

LARGEST = 1_000_000_000
"""Events: no file is believed that says to hold more."""


def checked(
    file: Path, time: Times, address: Addresses, addresses: int | None, unsorted: str
) -> Events:
    """Return the events of a file; see :func:`~neuromix.interop.event_files.read_events`."""
    if unsorted not in {"refuse", "sort"}:
        raise BadValue(f"unsorted={unsorted!r}", cure='"refuse" or "sort"')
    if time.shape != address.shape or time.ndim != 1:
        raise EventFileError(
            f"{file}: times and addresses are not two columns of one length",
            [f"{time.shape} times, {address.shape} addresses"],
        )
    if address.size and address.dtype.kind not in "iu":
        raise EventFileError(f"{file}: addresses are whole numbers, not {address.dtype}")
    if wrong := _first(~np.isfinite(time)):
        raise EventFileError(f"{file}: the time of event {wrong} is {time[wrong - 1]}")
    bound = addresses if addresses is not None else 1 << 32
    if wrong := _first((address < 0) | (address >= bound)):
        raise EventFileError(
            f"{file}: event {wrong} has the address {address[wrong - 1]}",
            [f"the addresses are 0 … {bound - 1}"],
            None if addresses is None else "a larger number of addresses, or another file",
        )
    if wrong := _first(np.diff(time) < 0.0):
        if unsorted == "sort":
            return Events.sort(time, address)
        before, after = time[wrong - 1], time[wrong]
        raise EventFileError(
            f"{file}: event {wrong + 1} is before the one that precedes it",
            [f"{after:.9g} s follows {before:.9g} s"],
            'unsorted="sort", if that is how the file was made',
        )
    return Events.adopt(time, address.astype(np.uint32, copy=False))


def _first(wrong: NDArray[np.bool_]) -> int:
    """Return the number of the first wrong event, from 1 on; 0 of none."""
    return int(np.argmax(wrong)) + 1 if wrong.any() else 0
