"""What a neuron is driven with: steps, random levels, filtered spike trains, sines.

Training and proof draw from generators of different names; the fit never sees the proof's.
"""

from __future__ import annotations

import numpy as np

from neuromix.characterization.recipe import Stimulus
from neuromix.data.randomness import generator
from neuromix.declare import Points

CURRENTS = (3e-11, 8e-9)
"""Range of input currents that is covered, A."""

_CHARGE, _LEAK, _HOLD = 0.52e-12, 8e-12, 50e-6
"""Rough figures of the neuron, used for choosing durations only: C, A, s."""

_SEED = 20261123
_RESTING_CURRENT = 2e-11


def interval_guess(current: float) -> float:
    """Return about how long an interval lasts at that current, s."""
    return _CHARGE / max(current - _LEAK, 4e-12) + _HOLD


def step(current: float, spikes: float) -> Stimulus:
    """Return a step to ``current`` that lasts for about ``spikes`` spikes."""
    duration = (spikes + 0.6) * interval_guess(current)
    overrides = (("i_in", float(current)), ("duration", duration), ("max_step", duration / 200))
    return Stimulus(f"step {current:.3g} A", "step", overrides, (), duration, duration / 200)


def _points(name: str, times: np.ndarray, currents: np.ndarray, duration: float) -> Stimulus:
    drive = Points(tuple(map(float, times)), tuple(map(float, currents)))
    return Stimulus(name, "step", (), (("v_mem", drive),), duration, duration / 300)


def random_levels(owner: str, number: int, duration: float, low: float, high: float) -> Stimulus:
    """Return levels uniform in log current, each for a few intervals."""
    random = generator(_SEED, owner, "levels", number)
    times, currents = [0.0], [0.0]
    moment, level = 1e-6, 0.0
    while moment < duration:
        fresh = float(np.exp(random.uniform(np.log(low), np.log(high))))
        times += [moment, moment + 1e-7]
        currents += [level, fresh]
        level = fresh
        moment += 2e-6 + float(random.exponential(min(4e-3, 1e-12 / fresh)))
    times.append(max(duration, times[-1] + 1e-6))
    currents.append(level)
    name = f"{owner} levels {number}"
    return _points(name, np.array(times), np.array(currents), duration)


def filtered_train(
    owner: str, number: int, duration: float, rate: float, size: float, decay: float
) -> Stimulus:
    """Return a Poisson train through a first-order filter, as a synapse would give it.

    Parameters
    ----------
    rate, size, decay : float
        Hz, A per event, s.
    """
    random = generator(_SEED, owner, "train", number)
    events = np.sort(random.uniform(0.0, duration, random.poisson(rate * duration)))
    grid = np.linspace(0.0, duration, 1201)
    since = grid[:, None] - events[None, :]
    shape = np.where(since >= 0.0, np.exp(-np.maximum(since, 0.0) / decay), 0.0)
    currents = np.minimum(_RESTING_CURRENT + size * shape.sum(axis=1), CURRENTS[1])
    return _points(f"{owner} train {number}", grid, currents, duration)


def sine(
    owner: str, number: int, duration: float, mean: float, depth: float, frequency: float
) -> Stimulus:
    """Return ``mean (1 + depth sin)``; A, 1, Hz; the phase is drawn."""
    phase = generator(_SEED, owner, "sine", number).uniform(0.0, 2.0 * np.pi)
    grid = np.linspace(0.0, duration, 801)
    currents = mean * (1.0 + depth * np.sin(2.0 * np.pi * frequency * grid + phase))
    return _points(f"{owner} sine {number}", grid, currents, duration)


STEPS = tuple(float(current) for current in np.geomspace(*CURRENTS, 14))

STIMULI: dict[str, tuple[Stimulus, ...]] = {
    "sweep": tuple(step(current, 3) for current in (1e-10, 1e-9, 5e-9)),
    "training": (
        *(step(current, 4) for current in STEPS),
        *(random_levels("training", k, 15e-3, 5e-11, 6e-9) for k in range(4)),
        filtered_train("training", 0, 15e-3, 1500.0, 1.5e-10, 5e-3),
        filtered_train("training", 1, 15e-3, 500.0, 1.5e-9, 2e-3),
        sine("training", 0, 12e-3, 1e-9, 0.9, 150.0),
        sine("training", 1, 8e-3, 3e-9, 0.6, 400.0),
    ),
    "mismatch": tuple(step(current, 2) for current in (1e-10, 3e-10, 1e-9, 4e-9)),
    "noise": tuple(
        Stimulus(f"held at {volts} V", "noise", (("v_hold", volts),))
        for volts in (0.1, 0.3, 0.5, 0.7)
    ),
    "proof": (
        *(step(current, 16) for current in (4.7e-11, 2.3e-10, 9.1e-10, 3.1e-9, 6.7e-9)),
        *(random_levels("proof", k, 40e-3, 5e-11, 7e-9) for k in range(4)),
        filtered_train("proof", 0, 35e-3, 2000.0, 1.2e-10, 5e-3),
        filtered_train("proof", 1, 35e-3, 600.0, 1e-9, 2e-3),
        filtered_train("proof", 2, 35e-3, 300.0, 4e-9, 1e-3),
        sine("proof", 0, 25e-3, 1e-9, 0.9, 130.0),
        sine("proof", 1, 40e-3, 2e-10, 0.9, 70.0),
        sine("proof", 2, 20e-3, 3e-9, 0.7, 333.0),
    ),
}
"""Stimuli by purpose; about 5 s of simulation for each 100 spikes."""
