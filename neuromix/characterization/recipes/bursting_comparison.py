"""How far two trains of a bursting neuron are apart: patterns, counts, timing, bursts, energy.

Spikes matched one to one (``isi_error``) measure the drift of a whole train over the shortest
intervals inside of its bursts, so that a chattering train reaches 0.5 after a few bursts whose
period is wrong by a percent. ``interval_error`` compares intervals of the same number instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.recipe import Record
from neuromix.comparison.spikes import match_spikes
from neuromix.measure.firing_pattern import burst_rate_of, pattern_of, spikes_per_burst_of

Floats = NDArray[np.float64]


def errors_of(pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
    """Return errors of patterns, counts, timing, bursts and energy over all pairs.

    Patterns and spikes per burst are those under steps: they are not defined under an input
    that varies.
    """
    trains = [(a.arrays["spikes"], b.arrays["spikes"]) for a, b in pairs]
    matches = [match_spikes(a, b) for a, b in trains]
    errors = np.concatenate([match.error for match in matches])
    spikes = sum(match.reference for match in matches)
    steps = [t for t, (a, _) in zip(trains, pairs, strict=True) if not a.stimulus.drives]
    energy = np.array([b.values["energy"] / a.values["energy"] - 1.0 for a, b in pairs])
    found = {
        "spikes": float(spikes),
        "spike_count_error": sum(match.count_difference for match in matches) / max(spikes, 1),
        "isi_error_median": float(np.median(errors)),
        "isi_error_p90": float(np.quantile(errors, 0.9)),
        "interval_error_median": _interval_error(trains),
        "energy_error": float(np.nanmedian(np.abs(energy))),
        "energy_error_max": float(np.nanmax(np.abs(energy))),
    }
    if steps:
        wrong = sum(pattern_of(a) != pattern_of(b) for a, b in steps)
        bursts = np.array([[spikes_per_burst_of(x) for x in pair] for pair in steps])
        rates = np.array([[burst_rate_of(x) for x in pair] for pair in steps])
        found |= {
            "patterns": float(len(steps)),
            "pattern_error": float(wrong),
            "spikes_per_burst_error": _mean_distance(bursts[:, 0], bursts[:, 1]),
            "burst_rate_error": _mean_distance(np.ones(len(rates)), rates[:, 1] / rates[:, 0]),
        }
    return found


def _interval_error(trains: Sequence[tuple[Floats, Floats]]) -> float:
    """Return the median relative distance of intervals of the same number, which drift alone."""
    errors = []
    for a, b in trains:
        first, second = np.diff(a), np.diff(b)
        shared = min(len(first), len(second))
        errors.append(np.abs(second[:shared] / first[:shared] - 1.0))
    return float(np.median(np.concatenate(errors))) if errors else float("nan")


def _mean_distance(first: Floats, second: Floats) -> float:
    """Return the mean of abs(second − first); where only one of them is known it counts as 1."""
    known = np.isfinite(first) & np.isfinite(second)
    distance = np.where(known, np.abs(np.nan_to_num(second) - np.nan_to_num(first)), 1.0)
    either = np.isfinite(first) | np.isfinite(second)
    return float(distance[either].mean()) if either.any() else float("nan")
