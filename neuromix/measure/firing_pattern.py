"""Firing patterns of cortical neurons, told from spike times alone.

The classes are those of E. M. Izhikevich, "Simple model of spiking neurons", IEEE Trans. Neural
Networks 14, 1569 (2003), section III, under a step of current: *regular spiking* adapts from short
to long intervals; *intrinsically bursting* begins with a burst and goes on with single spikes;
*chattering* repeats bursts; *fast spiking* keeps its interval. The paper describes them in words;
the numbers below are ours. They are ratios, so that a neuron of any speed is told alike, and the
paper's own model at its own parameters falls into its own classes (a test).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.measure.neuron import spike_times

Floats = NDArray[np.float64]
Waves = Mapping[str, Floats]

PATTERNS = (
    "undetermined",
    "regular_spiking",
    "fast_spiking",
    "intrinsically_bursting",
    "chattering",
    "irregular",
)
"""What :func:`pattern_of` returns; the measure ``firing_pattern`` is the position in this tuple."""

FEWEST_SPIKES = 5
"""Fewer say nothing of a pattern."""

BURST_GAP = 2.6
"""Two kinds of intervals, inside of bursts and between them, lie this factor apart with no interval
between; adaptation passes through the values in the middle."""

ONSET_BURST = 3
"""Spikes of an onset that count as a burst; the paper's regular spiking begins with two."""

ADAPTING = 2.0
"""Settled interval over first one from which a train is regular, not fast, spiking: between the
2.6 and the 1.9 of the paper's neurons."""

IRREGULAR = 0.3
"""Spread over mean of the later intervals beyond which a train without bursts has no pattern."""


@dataclass(frozen=True)
class Bursts:
    """Spikes grouped by the gaps between them.

    Parameters
    ----------
    sizes : (n,) ndarray
        Spikes of each group, the first one (the onset) included; a single spike is a group of 1.
    starts : (n,) ndarray, s
        First spike of each group.
    """

    sizes: Floats
    starts: Floats

    @property
    def later(self) -> Floats:
        """Sizes without the onset, and without the last group, which the end may have cut."""
        return self.sizes[1:-1]


def bursts_of(spikes: Floats) -> Bursts:
    """Group spikes into bursts where their intervals are of two kinds, else leave them single.

    The sorted intervals are parted at the largest ratio of neighbours; if that is at least
    :data:`BURST_GAP`, the shorter ones are intervals inside of bursts.
    """
    intervals = np.diff(spikes)
    ordered = np.sort(intervals)
    ratios = ordered[1:] / np.maximum(ordered[:-1], np.finfo(float).tiny)
    if len(ratios) == 0 or ratios.max() < BURST_GAP:
        return Bursts(np.ones(len(spikes)), np.asarray(spikes))
    longest_inside = ordered[int(np.argmax(ratios))]
    first = np.concatenate([[0], np.flatnonzero(intervals > longest_inside) + 1])
    return Bursts(np.diff(np.append(first, len(spikes))).astype(np.float64), spikes[first])


def spikes_per_burst_of(spikes: Floats) -> float:
    """Return the mean number of spikes of a burst, onset and cut end left out; 1 without bursts.

    NaN where fewer than :data:`FEWEST_SPIKES` spikes, or no whole group after the onset, are there.
    """
    groups = bursts_of(spikes).later
    return float(groups.mean()) if len(spikes) >= FEWEST_SPIKES and len(groups) else float("nan")


def burst_rate_of(spikes: Floats) -> float:
    """Return the inverse of the median time between group starts after the onset, Hz."""
    starts = bursts_of(spikes).starts[1:]
    return float(1.0 / np.median(np.diff(starts))) if len(starts) >= 2 else float("nan")


def adaptation_index_of(spikes: Floats) -> float:
    """Return the mean of (T[k+1] − T[k]) / (T[k+1] + T[k]) over successive intervals T.

    0 is a constant interval, positive one that grows; the definition of the Allen Cell Types
    Database (electrophysiology white paper, 2015; from memory).
    """
    intervals = np.diff(spikes)
    if len(intervals) < 2:
        return float("nan")
    return float(np.mean((intervals[1:] - intervals[:-1]) / (intervals[1:] + intervals[:-1])))


def pattern_of(spikes: Floats) -> str:
    """Return the firing pattern under a step of current: one of :data:`PATTERNS`.

    Parameters
    ----------
    spikes : (n,) ndarray, s
        Since the step, sorted.

    Notes
    -----
    In this order: fewer than :data:`FEWEST_SPIKES` spikes, or no whole group after the onset, are
    *undetermined*. With bursts (:func:`bursts_of`) after the onset the neuron is *chattering* if at
    least half of these groups hold two spikes or more, else *irregular*; with
    :data:`ONSET_BURST` spikes in the onset alone it is *intrinsically bursting*. Without bursts it
    is *irregular* if the intervals of the second half spread by more than :data:`IRREGULAR`,
    *regular spiking* if their median is more than :data:`ADAPTING` times the first interval, else
    *fast spiking*.
    """
    groups = bursts_of(spikes)
    if len(spikes) < FEWEST_SPIKES or len(groups.later) == 0:
        return "undetermined"
    bursting = float(np.mean(groups.later > 1))
    if bursting > 0.0:
        return "chattering" if bursting >= 0.5 else "irregular"
    if groups.sizes[0] >= ONSET_BURST:
        return "intrinsically_bursting"
    intervals = np.diff(spikes)
    settled = intervals[len(intervals) // 2 :]
    if settled.std() > IRREGULAR * settled.mean():
        return "irregular"
    return "regular_spiking" if np.median(settled) > ADAPTING * intervals[0] else "fast_spiking"


def firing_pattern(waves: Waves, of: str, level: float) -> float:
    """Return the position of the pattern in :data:`PATTERNS`; see :func:`pattern_of`."""
    return float(PATTERNS.index(pattern_of(spike_times(waves, of, level))))


def spikes_per_burst(waves: Waves, of: str, level: float) -> float:
    """Return the mean number of spikes of a burst; see :func:`spikes_per_burst_of`."""
    return spikes_per_burst_of(spike_times(waves, of, level))


def burst_rate(waves: Waves, of: str, level: float) -> float:
    """Return how often a burst, or a single spike, begins, Hz; see :func:`burst_rate_of`."""
    return burst_rate_of(spike_times(waves, of, level))


def adaptation_index(waves: Waves, of: str, level: float) -> float:
    """Return how fast intervals grow; see :func:`adaptation_index_of`."""
    return adaptation_index_of(spike_times(waves, of, level))
