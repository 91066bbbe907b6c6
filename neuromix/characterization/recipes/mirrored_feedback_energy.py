"""What the supply pays for the spikes of a mirrored-feedback neuron.

A spike that is reset to a higher voltage c keeps more current in the mirror, so that its energy
grows with c.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neuromix.characterization.recipe import Record
from neuromix.models.families.mirrored_feedback_neuron import Dynamics
from neuromix.models.model import Model


def law(records: Sequence[Record], resets: Sequence[float]) -> tuple[float, float, float]:
    """Fit energies of whole runs, each weighted relatively.

    Parameters
    ----------
    records : sequence of Record
        With the value ``energy`` and the array ``spikes``.
    resets : sequence of float
        c of each, V.

    Returns
    -------
    per_event, power, growth : float
        Of a spike at c = 0, J; standing, W; of a spike's energy with c, J/V.
    """
    counts = np.array([len(r.arrays["spikes"]) for r in records], dtype=np.float64)
    energy = np.array([r.values["energy"] for r in records])
    durations = np.array([r.stimulus.duration for r in records])
    design = np.stack([counts, durations, counts * np.asarray(resets)], axis=1)
    scale = np.abs(design).max(axis=0)
    solution, *_ = np.linalg.lstsq(design / scale / energy[:, None], np.ones_like(energy))
    per_event, power, growth = map(float, solution / scale)
    return per_event, power, growth


def energy(model: Model, dynamics: Dynamics, spikes: int, duration: float) -> float:
    """Return what a model says that a run takes from the supply, J."""
    growth = float(np.asarray(dynamics.energy_growth)) * float(np.asarray(dynamics.reset_voltage))
    return model.energy.static_power * duration + spikes * (model.energy.per_event + growth)


def excess(model: Model, dynamics: Dynamics, record: Record) -> float:
    """Return the energy of each spike of a record beyond what the model gives it, J."""
    count = len(record.arrays["spikes"])
    told = energy(model, dynamics, count, record.stimulus.duration)
    return (record.values["energy"] - told) / max(count, 1)
