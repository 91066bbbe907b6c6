"""Spikes as address events: a time and an address each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.data.arrays import floats, numeric
from neuromix.errors import BadValue

Array = TypeVar("Array", bound=np.ndarray)


@dataclass(frozen=True, eq=False)
class Events:
    """Address events in order of time.

    Parameters
    ----------
    time : (n,) ndarray of float64, s
        Sorted, finite.
    address : (n,) ndarray of uint32
        Who spiked.
    """

    time: NDArray[np.float64]
    address: NDArray[np.uint32]

    def __post_init__(self) -> None:
        given = np.asarray(self.address)
        try:
            time = _own(np.ascontiguousarray(self.time, dtype=np.float64), self.time)
        except (TypeError, ValueError) as error:
            raise BadValue("events: times are not numbers", [str(error)]) from error
        if given.size and given.dtype.kind not in "biu":
            raise BadValue(f"events: addresses are whole numbers, not {given.dtype}")
        if given.size and (given.min() < 0 or given.max() > np.iinfo(np.uint32).max):
            raise BadValue("events: an address does not fit into 32 bits")
        address = _own(np.ascontiguousarray(given, dtype=np.uint32), given)
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
    def joined(cls, parts: Sequence[Events]) -> Events:
        """Return the events of all parts in order; of equal times, those of earlier parts first."""
        if len(parts) == 1:
            return parts[0]
        some = [part for part in parts if len(part)]
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
        time = self.time
        if not time.size or (time[0] >= start and time[-1] < stop):
            return self
        first, last = time.searchsorted((start, stop))
        return Events.trusted(self.time[first:last], self.address[first:last])

    def of(self, address: int) -> NDArray[np.float64]:
        """Return the times of one address, s."""
        return np.asarray(self.time[self.address == address])

    def counts(self, size: int) -> NDArray[np.int64]:
        """Return how many events each of ``size`` addresses sent, shape ``(size,)``.

        Raises
        ------
        BadValue
            Where an address is beyond them.
        """
        if len(self) and int(self.address.max()) >= size:
            raise BadValue(f"events: no address {self.address.max()} among {size}")
        return np.bincount(self.address.astype(np.int64), minlength=size)


def _own(array: Array, given: ArrayLike) -> Array:
    """Return a copy where freezing the array would freeze the caller's."""
    shared = isinstance(given, np.ndarray) and given.flags.writeable
    return array.copy() if shared and np.may_share_memory(array, given) else array
