"""The clock at a target: events get the stamp of its next tick, in words of so many bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.errors import FabricError


@dataclass
class Clock:
    """A clock in use; its receiver unwraps stamps from event to event.

    Parameters
    ----------
    tick : float, s
        Resolution; 0 for times that are not stamped.
    bits : int
        Width of a stamp; 0 for one that never wraps.
    """

    tick: float
    bits: int
    last: float = 0.0

    def stamped(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sorted moments, s, as the receiver knows them: never early, late by up to a tick.

        Raises
        ------
        FabricError
            Where the stamp wraps during a silence, so that the receiver cannot know how often.
        """
        if not self.tick or not len(time):
            return time
        # A moment on a tick gets that tick, whatever the last bit of the division says.
        stamps = np.ceil(np.round(time / self.tick, 9))
        if self.bits:
            gap = float(np.diff(stamps, prepend=self.last).max())
            if gap >= 2.0**self.bits:
                raise FabricError(
                    f"fabric: {gap * self.tick:.6g} s pass without an event, and the stamp wraps",
                    [f"{self.bits} bits of {self.tick:.6g} s"],
                    "more timestamp_bits, a coarser timestamp, or a source that never falls silent",
                )
            self.last = float(stamps[-1])
        return stamps * self.tick
