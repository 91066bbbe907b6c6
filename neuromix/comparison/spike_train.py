"""Spikes as they are compared: one to one, each address by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from neuromix.comparison.piecewise import Floats
from neuromix.comparison.spikes import local_intervals, match_spikes
from neuromix.comparison.tolerance import MARGIN, Tolerance
from neuromix.comparison.verdict import Verdict
from neuromix.errors import BadValue
from neuromix.units import render


@dataclass(frozen=True, eq=False)
class SpikeTrain:
    """Times of spikes and who sent them.

    Parameters
    ----------
    time : (n,) ndarray, s
        Sorted; NaN where a spike's time is lost.
    address : (n,) ndarray of int
        Zeros for a single neuron.
    unit : str
        Of the times.
    """

    time: Floats
    address: NDArray[np.int64]
    unit: str = "s"

    def __post_init__(self) -> None:
        time = np.asarray(self.time, dtype=np.float64)
        address = np.asarray(self.address, dtype=np.int64)
        if time.ndim != 1 or time.shape != address.shape:
            raise BadValue(f"spikes of {time.shape} times and {address.shape} addresses")
        if np.any(np.diff(time[np.isfinite(time)]) < 0.0):
            raise BadValue("times of spikes are not sorted", cure="Events.sort(time, address)")
        object.__setattr__(self, "time", time)
        object.__setattr__(self, "address", address)

    @property
    def recordable(self) -> str:
        """Why it cannot be a reference; empty where it can."""
        return "" if np.all(np.isfinite(self.time)) else "the time of a spike is not finite"

    def thinned(self, tolerance: Tolerance) -> Self:  # noqa: ARG002
        """Return itself: no spike can be left out."""
        return self

    def pairs(self, other: SpikeTrain) -> NDArray[np.int64]:
        """Return the numbers of the spikes that meet, of this train and of the other; (k, 2)."""
        met = [np.empty((0, 2), dtype=np.int64)]
        for address in np.union1d(self.address, other.address):
            ours, theirs = (np.flatnonzero(item.address == address) for item in (self, other))
            found = match_spikes(self.time[ours], other.time[theirs]).pairs
            met.append(np.column_stack([ours[found[:, 0]], theirs[found[:, 1]]]))
        return np.concatenate(met)

    def widened(self, again: SpikeTrain, tolerance: Tolerance) -> Tolerance:
        """Return a tolerance of which ``again``, the same result made otherwise, uses half."""
        met = self.pairs(again)
        if not len(met):
            return tolerance
        late = again.time[met[:, 1]] - self.time[met[:, 0]]
        return tolerance.at_least(time=MARGIN * float(np.abs(late).max()))

    def looseness(self, tolerance: Tolerance) -> float:
        """Return the tolerance of time over the median interval."""
        interval = np.diff(self.time)
        return tolerance.time / float(np.median(interval)) if len(interval) else 0.0

    def compare(self, other: SpikeTrain, tolerance: Tolerance, name: str) -> Iterator[Verdict]:
        """Yield a verdict about ``other``, of which this is the reference."""
        lost = np.flatnonzero(~np.isfinite(other.time))
        if len(lost):
            sentence = f"{name}: the time of spike {lost[0] + 1} of {len(other.time)} is not finite"
            yield Verdict(name, "finite", False, math.inf, None, sentence)
            return
        worst: tuple[float, float | None, str] = (0.0, None, "")
        for address in np.union1d(self.address, other.address):
            ours, theirs = self.time[self.address == address], other.time[other.address == address]
            of = f" of address {address}" if self.address.any() or other.address.any() else ""
            worst = max(worst, self._one(ours, theirs, tolerance, f"{name}{of}"), key=_severity)
        deviation, place, sentence = worst
        if not sentence:
            sentence = f"{name}: {len(self.time)} spikes meet one to one"
            sentence += f" ({100.0 * deviation:.3g} % of the tolerance at most)"
        elif len(self.time) != len(other.time):
            sentence += f"; {len(other.time)} spikes, {len(self.time)} on record"
        yield Verdict(name, "spikes", deviation <= 1.0, deviation, place, sentence)

    def _one(
        self, ours: Floats, theirs: Floats, tolerance: Tolerance, name: str
    ) -> tuple[float, float | None, str]:
        """Return deviation, place and, where they do not agree, the sentence for one address."""
        pairs = match_spikes(ours, theirs).pairs
        missing = np.setdiff1d(np.arange(len(ours)), pairs[:, 0])
        extra = np.setdiff1d(np.arange(len(theirs)), pairs[:, 1])
        if len(missing):
            place = float(ours[missing[0]])
            more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
            number = f"spike {missing[0] + 1} of {len(ours)}"
            return (
                math.inf,
                place,
                f"{name}: {number} is missing at {render(place, self.unit)}{more}",
            )
        if len(extra):
            place = float(theirs[extra[0]])
            more = f", and {len(extra) - 1} more" if len(extra) > 1 else ""
            return math.inf, place, f"{name}: a spike too many at {render(place, self.unit)}{more}"
        if not len(ours):
            return 0.0, None, ""
        late = theirs[pairs[:, 1]] - ours[pairs[:, 0]]
        local = local_intervals(ours)
        allowed = tolerance.time + tolerance.interval * local + 4.0 * np.spacing(np.abs(ours))
        k = int(np.argmax(np.abs(late) / allowed))
        deviation, place = float(abs(late[k]) / allowed[k]), float(ours[k])
        if deviation <= 1.0:
            return deviation, place, ""
        return (
            deviation,
            place,
            f"{name}: spike {k + 1} of {len(ours)} comes {render(abs(late[k]), self.unit, 3)} too "
            f"{'late' if late[k] > 0 else 'early'} at {render(place, self.unit)}; "
            f"{render(allowed[k], self.unit, 3)} is allowed",
        )


def _severity(found: tuple[float, float | None, str]) -> float:
    return found[0]
