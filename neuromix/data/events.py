"""Spikes as address events: a time and an address each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.data.arrays import floats, numeric
from neuromix.errors import BadValue
from neuromix.units import number, whole

MOST_ADDRESSES = 2**28
"""That a block may have, or events are counted over: 2 GB of counts."""


@dataclass(frozen=True, eq=False)
class Events:
    """Address events in order of time.

    Parameters
    ----------
    time : (n,) ndarray of float64, s
        Sorted, finite.
    address : (n,) ndarray of uint32
        Who spiked.

    Examples
    --------
    ``events[:10]`` and ``events[events.address == 3]`` are events, ``events[0]`` is a pair of time
    and address, and ``for time, address in events`` goes over such pairs.
    """

    time: NDArray[np.float64]
    address: NDArray[np.uint32]

    def __post_init__(self) -> None:
        moments = numeric(self.time, "events: time")
        given = numeric(self.address, "events: address")
        time = _own(np.ascontiguousarray(moments, dtype=np.float64), self.time)
        if given.size and given.dtype.kind not in "iu":
            raise BadValue(f"events: addresses are whole numbers, not {given.dtype}")
        if given.size and (given.min() < 0 or given.max() > np.iinfo(np.uint32).max):
            raise BadValue("events: an address does not fit into 32 bits")
        address = _own(np.ascontiguousarray(given, dtype=np.uint32), self.address)
        if time.ndim != 1 or time.shape != address.shape:
            raise BadValue(
                "events: time and address must be one-dimensional and of one length",
                [f"time has shape {time.shape}, address {address.shape}"],
            )
        if not np.all(np.isfinite(time)):
            raise BadValue("events: a time is not finite")
        if np.any(np.diff(time) < 0.0):
            raise BadValue("events: times are not sorted", cure="Events.sort(time, address)")
        time.setflags(write=False)
        address.setflags(write=False)
        object.__setattr__(self, "time", time)
        object.__setattr__(self, "address", address)

    @classmethod
    def sort(cls, time: ArrayLike, address: ArrayLike) -> Events:
        """Return events in order of time; equal times keep their order."""
        moments, senders = floats(time, "events: time"), numeric(address, "events: address")
        if moments.shape != senders.shape or moments.ndim != 1:
            raise BadValue(
                "events: time and address must be one-dimensional and of one length",
                [f"time has shape {moments.shape}, address {senders.shape}"],
            )
        order = np.argsort(moments, kind="stable")
        moments, senders = moments[order], senders[order]
        # What is not finite is sorted to the ends.
        if senders.dtype == np.uint32 and (not len(moments) or np.isfinite(moments[[0, -1]]).all()):
            return cls.trusted(moments, senders)
        return cls.adopt(moments, senders)

    @classmethod
    def joined(cls, parts: Iterable[Events]) -> Events:
        """Return the events of all parts in order; of equal times, those of earlier parts first."""
        if not isinstance(parts, Iterable):
            raise BadValue(f"events: {parts!r} is not several events", cure="joined([one, other])")
        every = [as_events(part, "events: joined") for part in parts]
        if len(every) == 1:
            return every[0]
        some = [part for part in every if len(part)]
        if len(some) < 2:
            return some[0] if some else cls.empty()
        return cls.in_order(
            np.concatenate([part.time for part in some]),
            np.concatenate([part.address for part in some]),
        )

    @classmethod
    def in_order(cls, time: NDArray[np.float64], address: NDArray[np.uint32]) -> Events:
        """Return events that are known to be sound, but not in order; equal times keep theirs."""
        order = time.argsort(kind="stable")
        return cls.trusted(time[order], address[order])

    @classmethod
    def adopt(cls, time: NDArray[np.float64], address: NDArray[Any]) -> Events:
        """Return events in arrays that the caller gives up: they are frozen, not copied."""
        time.setflags(write=False)
        address.setflags(write=False)
        return cls(time, address)

    @classmethod
    def trusted(cls, time: NDArray[np.float64], address: NDArray[np.uint32]) -> Events:
        """Return events in arrays that are known to be sound, without looking at them again."""
        events = object.__new__(cls)
        time.setflags(write=False)
        address.setflags(write=False)
        events.__dict__.update(time=time, address=address)
        return events

    @classmethod
    def empty(cls) -> Events:
        """Return no events."""
        return cls.trusted(np.empty(0), np.empty(0, dtype=np.uint32))

    def __len__(self) -> int:
        return len(self.time)

    @overload
    def __getitem__(self, which: int) -> tuple[float, int]: ...

    @overload
    def __getitem__(self, which: slice | ArrayLike) -> Events: ...

    def __getitem__(self, which: Any) -> Events | tuple[float, int]:
        try:
            time, address = self.time[which], self.address[which]
        except IndexError as error:
            raise IndexError(f"events: {error}") from None
        if np.ndim(time) == 0:
            return float(time), int(address)
        return Events(time, address)

    def __iter__(self) -> Iterator[tuple[float, int]]:
        return zip(self.time.tolist(), self.address.tolist(), strict=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Events):
            return NotImplemented
        return np.array_equal(self.time, other.time) and np.array_equal(self.address, other.address)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        if not len(self):
            return "Events(none)"
        return (
            f"Events({len(self)} from {len(np.unique(self.address))} addresses, "
            f"{self.time[0]:.6g} … {self.time[-1]:.6g} s)"
        )

    def between(self, start: float, stop: float) -> Events:
        """Return the events with ``start <= time < stop``."""
        start, stop = number(start, "between: start"), number(stop, "between: stop")
        if math.isnan(start) or math.isnan(stop):
            raise BadValue(f"events: nothing is between {start!r} and {stop!r} s")
        time = self.time
        if not time.size or (time[0] >= start and time[-1] < stop):
            return self
        first, last = time.searchsorted((start, stop))
        return Events.trusted(self.time[first:last], self.address[first:last])

    def of(self, address: int) -> NDArray[np.float64]:
        """Return the times of one address, s."""
        return np.asarray(self.time[self.address == whole(address, "events: address")])

    def counts(self, size: int) -> NDArray[np.int64]:
        """Return how many events each of ``size`` addresses sent, shape ``(size,)``.

        Raises
        ------
        BadValue
            Where an address is beyond them.
        """
        size = whole(size, "events: the number of addresses", 0, MOST_ADDRESSES)
        if len(self) and int(self.address.max()) >= size:
            raise BadValue(f"events: no address {self.address.max()} among {size}")
        return np.bincount(self.address.astype(np.int64), minlength=size)


def as_events(value: object, of: str) -> Events:
    """Return what a user gave as events.

    Raises
    ------
    BadValue
        Where it is something else.
    """
    if isinstance(value, Events):
        return value
    raise BadValue(
        f"{of}: {type(value).__name__} is not events",
        cure="Events.sort(time, address), or an encoder such as rate_code(pixels, …)",
    )


def _own(array: NDArray[Any], given: ArrayLike) -> NDArray[Any]:
    """Return a copy where anybody else could change the array, or freezing it freeze theirs."""
    if isinstance(given, (list, tuple)):
        return array
    # A view that cannot be written may be of an array that can.
    part: object = given
    while isinstance(part, np.ndarray) and not part.flags.writeable:
        part = part.base
    frozen = isinstance(given, np.ndarray) and not isinstance(part, np.ndarray)
    return array if frozen or not np.may_share_memory(array, np.asarray(given)) else array.copy()
