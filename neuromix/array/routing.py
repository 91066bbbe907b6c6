"""Which neurons of which chips an event goes to: the routing table of several chips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.data.arrays import numeric
from neuromix.errors import BadValue

COLUMNS = 4
"""Source chip, source address, target chip, target address."""


@dataclass(frozen=True, eq=False)
class RoutingTable:
    """Connections between addresses of chips.

    An event makes its way once to each chip that it has an entry for; there it is looked up and
    fans out to all addresses of that chip's entries, in their order.

    Parameters
    ----------
    entries : (n, 4) array of int
        Source chip, source address, target chip, target address.
    """

    entries: NDArray[np.int64]

    def __post_init__(self) -> None:
        given = numeric(self.entries, "routing table") if np.size(self.entries) else np.empty(0)
        if given.size and (given.ndim != 2 or given.shape[1] != COLUMNS):
            raise BadValue(
                f"routing table: entries have shape {given.shape}",
                cure="rows of source chip, source address, target chip, target address",
            )
        if given.size and (given.dtype.kind not in "iu" or given.min() < 0):
            raise BadValue("routing table: chips and addresses are whole numbers from 0 on")
        entries = np.array(given, dtype=np.int64).reshape(-1, COLUMNS)
        entries.setflags(write=False)
        object.__setattr__(self, "entries", entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return f"RoutingTable({len(self)} entries)"

    def __add__(self, other: RoutingTable) -> RoutingTable:
        return RoutingTable(np.concatenate([self.entries, other.entries]))

    @classmethod
    def between(
        cls, source: int, target: int, addresses: ArrayLike, to: ArrayLike | None = None
    ) -> RoutingTable:
        """Return entries from addresses of one chip, each to the same, or to ``to``, of another."""
        sources, targets = np.broadcast_arrays(
            numeric(addresses, "routing table"),
            numeric(addresses if to is None else to, "routing table"),
        )
        return cls(
            np.stack(
                [
                    np.full(sources.size, source),
                    sources.ravel(),
                    np.full(sources.size, target),
                    targets.ravel(),
                ],
                axis=1,
            )
        )
