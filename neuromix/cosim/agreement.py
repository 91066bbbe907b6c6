"""How near the spikes of an array are to those of transistors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.comparison.spikes import match_spikes
from neuromix.data.events import Events

TOTAL = 0.01
"""How far the array's number of spikes may be from SPICE's, relative."""

RATE = 0.02
"""How far the rate of each neuron may be, relative."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """Counts, rates and times of spikes.

    Parameters
    ----------
    spice, array : (n,) ndarray of int
        Spikes of each neuron; its rate is their number over the duration.
    drift : (n,) ndarray
        Mean interval of SPICE over that of the array, less 1, from the first spike to the last that
        both have: what the rates differ by beyond the counting of whole spikes. NaN below two.
    isi_error : (spikes,) ndarray
        Distance of each spike over SPICE's local interval, both running free; 0.5 for a spike of
        either side without a partner.
    """

    spice: NDArray[np.int64]
    array: NDArray[np.int64]
    drift: NDArray[np.float64]
    isi_error: NDArray[np.float64]

    @classmethod
    def of(cls, spice: Events, array: Events, n: int) -> Agreement:
        """Compare two runs of ``n`` neurons."""
        drift = np.full(n, np.nan)
        errors = []
        for k in range(n):
            ours, theirs = array.of(k), spice.of(k)
            both = min(len(ours), len(theirs))
            if both > 1:
                drift[k] = (theirs[both - 1] - theirs[0]) / (ours[both - 1] - ours[0]) - 1.0
            errors.append(match_spikes(theirs, ours).error)
        return cls(spice.counts(n), array.counts(n), drift, np.concatenate(errors))

    @property
    def total_error(self) -> float:
        """Number of all spikes of the array over that of SPICE, less 1."""
        return float(self.array.sum() / self.spice.sum() - 1.0)

    @property
    def rate_error(self) -> NDArray[np.float64]:
        """Rate of each neuron of the array over that of SPICE, less 1."""
        return np.asarray(self.array / np.maximum(self.spice, 1) - 1.0)

    @property
    def holds(self) -> bool:
        """Whether the totals are within :data:`TOTAL` and all rates within :data:`RATE`."""
        return bool(abs(self.total_error) <= TOTAL and np.abs(self.rate_error).max() <= RATE)

    def summary(self) -> dict[str, float]:
        """Return the figures that are judged, and how near single spikes are."""
        return {
            "neurons": float(len(self.spice)),
            "spikes_spice": float(self.spice.sum()),
            "spikes_array": float(self.array.sum()),
            "fewest_spikes": float(self.spice.min()),
            "total_error": self.total_error,
            "rate_error_largest": float(np.abs(self.rate_error).max()),
            "drift_largest": float(np.nanmax(np.abs(self.drift))),
            "drift_rms": float(np.sqrt(np.nanmean(self.drift**2))),
            "drift_mean": float(np.nanmean(self.drift)),
            "isi_error_median": float(np.median(self.isi_error)),
            "isi_error_p90": float(np.quantile(self.isi_error, 0.9)),
        }
