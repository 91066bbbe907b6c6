"""Events on their way between chips, merged where branches meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Flow:
    """Events in order of time.

    Parameters
    ----------
    time : (n,) ndarray, s
        When they are where they are now.
    source : (n,) ndarray of int
        Who sent them: chip × neurons + address.
    born : (n,) ndarray, s
        When they were sent.
    """

    time: NDArray[np.float64]
    source: NDArray[np.int64]
    born: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def empty(cls) -> Flow:
        """Return no events."""
        return cls(np.zeros(0), np.zeros(0, np.int64), np.zeros(0))

    def those(self, chosen: NDArray[np.bool_]) -> Flow:
        """Return the chosen events."""
        return Flow(self.time[chosen], self.source[chosen], self.born[chosen])

    def parted(self, moment: float) -> tuple[Flow, Flow]:
        """Return the events before a moment, s, and the others."""
        return self.split(int(np.searchsorted(self.time, moment)))

    def split(self, count: int) -> tuple[Flow, Flow]:
        """Return the first events, so many, and the others."""
        return (
            Flow(self.time[:count], self.source[:count], self.born[:count]),
            Flow(self.time[count:], self.source[count:], self.born[count:]),
        )

    def then(self, later: Flow) -> Flow:
        """Return these events and others, none of which is earlier."""
        if not len(self) or not len(later):
            return later if len(later) else self
        return Flow(
            np.concatenate([self.time, later.time]),
            np.concatenate([self.source, later.source]),
            np.concatenate([self.born, later.born]),
        )


def merged(branches: Sequence[Flow]) -> tuple[Flow, NDArray[np.uint32]]:
    """Return the events of all branches in order of time, and the branch that each comes by.

    Of equal times, those of an earlier branch come first.
    """
    time = np.concatenate([branch.time for branch in branches])
    order = np.argsort(time, kind="stable")
    branch = np.repeat(np.arange(len(branches), dtype=np.uint32), [len(b) for b in branches])
    source = np.concatenate([branch.source for branch in branches])
    born = np.concatenate([branch.born for branch in branches])
    return Flow(time[order], source[order], born[order]), branch[order]


class Queue:
    """Events that are to go on from one place, put there piece by piece.

    Blocks of one chip know their spikes at different times: each piece is in order, and follows
    earlier ones of its own block only.
    """

    def __init__(self) -> None:
        self._flows: list[Flow] = []

    def add(self, flow: Flow) -> None:
        """Put a piece there."""
        if not len(flow):
            return
        for k, before in enumerate(self._flows):
            if before.time[-1] <= flow.time[0]:
                self._flows[k] = before.then(flow)
                return
        self._flows.append(flow)

    def take(self, until: float) -> Flow:
        """Return all events before a moment, s, in order of time; the others stay."""
        parts = [flow.parted(until) for flow in self._flows]
        self._flows = [later for _, later in parts if len(later)]
        flow, _ = merged([Flow.empty(), *(now for now, _ in parts)])
        return flow
