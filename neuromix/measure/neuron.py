"""Measures of a spiking neuron."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.measure.waveform import charge, crossings

Waves = Mapping[str, NDArray[np.float64]]


def spike_times(waves: Waves, of: str, level: float) -> NDArray[np.float64]:
    """Return the times at which the output ``of`` rises through ``level``, s."""
    return crossings(waves["time"], waves[of], level)


def at_spikes(waves: Waves, of: str, level: float, wave: str) -> NDArray[np.float64]:
    """Return ``wave`` at each spike of the output ``of``."""
    return np.asarray(np.interp(spike_times(waves, of, level), waves["time"], waves[wave]))


def inter_spike_interval(waves: Waves, of: str, level: float) -> float:
    """Return the median interval, the first one left out when there are three, s."""
    intervals = np.diff(spike_times(waves, of, level))
    if len(intervals) == 0:
        return float("nan")
    return float(np.median(intervals[1:] if len(intervals) > 2 else intervals))


def spike_rate(waves: Waves, of: str, level: float) -> float:
    """Return the inverse of the median interval, Hz; 0 without a spike, NaN with a single one."""
    if len(spike_times(waves, of, level)) == 0:
        return 0.0
    return 1.0 / inter_spike_interval(waves, of, level)


def latency(waves: Waves, of: str, level: float, since: float) -> float:
    """Return the time from ``since`` to the next spike, s."""
    spikes = spike_times(waves, of, level)
    later = spikes[spikes > since]
    return float(later[0] - since) if len(later) else float("nan")


def refractory_time(waves: Waves, of: str, level: float, membrane: str, leaving: float) -> float:
    """Return the median time from a spike until the membrane rises through ``leaving`` volts, s."""
    time = waves["time"]
    free = crossings(time, waves[membrane], leaving)
    held = [
        free[free > spike][0] - spike
        for spike in spike_times(waves, of, level)
        if len(free) and free[-1] > spike
    ]
    return float(np.median(held)) if held else float("nan")


def spike_threshold(waves: Waves, of: str, level: float, membrane: str) -> float:
    """Return the highest membrane voltage before a spike resets it, V; median over spikes."""
    time, wave = waves["time"], waves[membrane]
    spikes = spike_times(waves, of, level)
    previous = np.concatenate([[time[0]], spikes[:-1]]) if len(spikes) else spikes
    # From the middle of the interval on: its start still belongs to the reset.
    first = np.searchsorted(time, 0.5 * (previous + spikes))
    last = np.searchsorted(time, spikes, side="right")
    peaks = [wave[a:b].max() for a, b in zip(first, last, strict=True) if b > a]
    if len(peaks) > 1:
        peaks = peaks[1:]
    return float(np.median(peaks)) if peaks else float("nan")


def energy_per_spike(waves: Waves, of: str, level: float, current: str, voltage: float) -> float:
    """Return the supply's energy from the first spike to the last, divided by the intervals, J."""
    spikes = spike_times(waves, of, level)
    if len(spikes) < 2:
        return float("nan")
    total = voltage * charge(waves, current, float(spikes[0]), float(spikes[-1]))
    return total / (len(spikes) - 1)
