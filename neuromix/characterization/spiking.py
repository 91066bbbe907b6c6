"""What recipes of neurons with a step bench share: energy, free runs, errors of spike trains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.comparison.spikes import match_spikes
from neuromix.declare import Cell
from neuromix.models.model import Energy, Model
from neuromix.models.running import spikes_of

INPUT = "v_mem"
STEP_AT = 1e-6
"""When the input starts, s."""

REFERENCE_CURRENT = 1e-9
"""A, in ln(1 + I/1 nA) by which the energy of a spike grows."""


def energy_of_intervals(records: Sequence[Record]) -> Energy:
    """Split the energy of an interval into a part per spike and a standing power."""
    steady = [r for r in records if not r.stimulus.drives and "energy_per_spike" in r.values]
    interval = np.array([record.values["inter_spike_interval"] for record in steady])
    energy = np.array([record.values["energy_per_spike"] for record in steady])
    current = np.array([dict(r.stimulus.overrides)["i_in"] for r in steady])
    good = np.isfinite(interval) & np.isfinite(energy)
    design = np.stack(
        [np.ones_like(interval), interval, np.log1p(current / REFERENCE_CURRENT)], axis=1
    )[good]
    weight = 1.0 / energy[good]
    solution, *_ = np.linalg.lstsq(design * weight[:, None], energy[good] * weight, rcond=None)
    return Energy(float(solution[0]), max(0.0, float(solution[1])), float(solution[2]))


def free_run(model: Model, stimulus: Stimulus, cell: Cell) -> Record:
    """Run a neuron free under a stimulus."""
    times, currents = stimulus.waveform(cell, INPUT)
    duration = stimulus.duration or dict(stimulus.overrides)["duration"]
    spikes = spikes_of(model.dynamics, times, currents, duration)
    at = np.interp(spikes, times, currents)
    energy = (
        model.energy.static_power * duration
        + model.energy.per_event * len(spikes)
        + model.energy.growth * float(np.log1p(np.maximum(at, 0.0) / REFERENCE_CURRENT).sum())
    )
    latency = float(spikes[0] - STEP_AT) if len(spikes) else float("nan")
    return Record(stimulus, {"energy": energy, "latency": latency}, {"spikes": spikes})


def errors_of(pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
    """Return spike counts, timing, energy and latency errors over all pairs."""
    matches = [match_spikes(a.arrays["spikes"], b.arrays["spikes"], STEP_AT) for a, b in pairs]
    errors = np.concatenate([match.error for match in matches])
    spikes = sum(match.reference for match in matches)
    energy = np.array([b.values["energy"] / a.values["energy"] - 1.0 for a, b in pairs])
    latency = np.array([b.values["latency"] / a.values["latency"] - 1.0 for a, b in pairs])
    return {
        "spikes": float(spikes),
        "spike_count_error": sum(match.count_difference for match in matches) / max(spikes, 1),
        "isi_error_median": float(np.median(errors)),
        "isi_error_p90": float(np.quantile(errors, 0.9)),
        "isi_error_max": float(errors.max()),
        "energy_error": float(np.nanmedian(np.abs(energy))),
        "energy_error_max": float(np.nanmax(np.abs(energy))),
        "latency_error": float(np.nanmedian(np.abs(latency))),
        "latency_error_max": float(np.nanmax(np.abs(latency))),
    }


def rate_over_current(records: Sequence[Record]) -> Transfer:
    """Return the spike rate against the input current, f-I."""
    currents = np.array([dict(record.stimulus.overrides)["i_in"] for record in records])
    rates = np.array([record.values["rate"] for record in records])
    return Transfer(currents, rates, "input current", "A", "spike rate", "Hz")
