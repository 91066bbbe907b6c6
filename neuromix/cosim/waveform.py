"""A waveform that grows while it is played."""

from __future__ import annotations

import math
from collections.abc import Sequence

from neuromix.errors import SimulationFailed

SAME_TIME = 1e-15
"""s: a corner this close has been reached."""


class GrowingWaveform:
    """Smooth flanks between corners, the last value held; corners are added at its end.

    A flank is a cubic that starts and ends level, through its middle at half the time. A straight
    one makes the current of a gate jump at its corners, and behind a jump ngspice asks for steps of
    1e-16 s, over which rounding is all that it sees of a current: with small tolerances it gives
    up there.

    Parameters
    ----------
    value : float
        From the start on, V or A.
    """

    def __init__(self, value: float) -> None:
        self._times = [0.0]
        self._values = [value]
        self._played = 0
        self._told = 1

    @property
    def last(self) -> float:
        """Value after the last corner."""
        return self._values[-1]

    def append(self, times: Sequence[float], values: Sequence[float]) -> None:
        """Add corners, in s and V or A.

        Raises
        ------
        SimulationFailed
            Where a corner does not come after the last one.
        """
        for time, value in zip(times, values, strict=True):
            if time <= self._times[-1]:
                raise SimulationFailed(
                    f"a corner at {time:.9g} s does not come after that of {self._times[-1]:.9g} s"
                )
            self._times.append(time)
            self._values.append(value)

    def new_corners(self) -> list[float]:
        """Return the times of the corners since the last call, s."""
        new = self._times[self._told :]
        self._told = len(self._times)
        return new

    def play(self, until: float) -> None:
        """Note that no value before ``until``, s, will be asked for."""
        times, k = self._times, self._played
        while k + 1 < len(times) and times[k + 1] <= until + SAME_TIME:
            k += 1
        self._played = k

    def value(self, time: float) -> float:
        """Return the value at a time, s, after what has been played."""
        times, values, k = self._times, self._values, self._played
        while k + 1 < len(times) and times[k + 1] <= time:
            k += 1
        if k + 1 == len(times) or values[k + 1] == values[k]:
            return values[k]
        part = max(0.0, time - times[k]) / (times[k + 1] - times[k])
        part *= part * (3.0 - 2.0 * part)  # Hermite's cubic: level at both ends
        return values[k] + part * (values[k + 1] - values[k])

    @property
    def corner(self) -> float:
        """Time of the next corner that has not been played, s; infinite where there is none."""
        k = self._played + 1
        return self._times[k] if k < len(self._times) else math.inf

    def corners(self) -> list[tuple[float, float]]:
        """Return all corners so far, in s and V or A."""
        return list(zip(self._times, self._values, strict=True))
