"""What a bursting neuron is driven with: steps at many settings, random levels, sines.

Training and proof draw from generators of different names; the fit never sees the proof's.
"""

from __future__ import annotations

import numpy as np

from neuromix.characterization.recipe import Stimulus
from neuromix.data.randomness import generator
from neuromix.declare import Points

CURRENTS = (3e-8, 3e-7)
"""Range of input currents that is covered, A."""

RESETS = (0.1, 0.7)
LIFTS = (2.7, 3.2)
"""Ranges of the voltages c and d that are covered, V."""

PATTERNS = {
    "regular spiking": (0.1, 3.2),
    "fast spiking": (0.1, 2.7),
    "intrinsically bursting": (0.6, 3.2),
    "chattering": (0.7, 3.0),
}
"""c and d, V, of the patterns at 100 nA."""

SPIKING_CURRENTS = (4e-8, 2.5e-7)
"""Further currents of regular spiking, A."""

HELD_SLOW = (0.0, 0.5, 0.7, 0.9, 1.2)
HELD_MEMBRANE = (0.0, 0.1, 0.3, 0.8)
"""Voltages at which one variable is held while the other sweeps, V."""

_SEED = 20261123
_PERIODS, _PERIOD, _REFERENCE = 8.0, 1.8e-6, 1e-7
"""So many periods of about so many seconds at so many amperes make a run."""


def _duration(current: float) -> float:
    return float(1e-6 + _PERIODS * _PERIOD * (_REFERENCE / current) ** 0.8)


def step(current: float, reset: float, lift: float, share: float = 1.0, name: str = "") -> Stimulus:
    """Return a step of current at the voltages c and d; ``share`` of the usual length."""
    duration = share * _duration(current)
    overrides = (
        ("i_in", float(current)),
        ("v_reset", float(reset)),
        ("v_lift", float(lift)),
        ("duration", duration),
        ("max_step", duration / 100.0),
    )
    title = name or f"step {current:.3g} A, c {reset:.3g} V, d {lift:.3g} V"
    return Stimulus(title, "step", overrides, (), duration, duration / 100.0)


def _drawn_step(owner: str, number: int) -> Stimulus:
    """Return a step drawn evenly over the box of currents and voltages."""
    random = generator(_SEED, owner, "step", number)
    current = np.exp(random.uniform(*np.log(CURRENTS)))
    return step(current, random.uniform(*RESETS), random.uniform(*LIFTS))


def _varying(
    name: str, times: np.ndarray, currents: np.ndarray, reset: float, lift: float
) -> Stimulus:
    drive = Points(tuple(map(float, times)), tuple(map(float, currents)))
    duration = float(times[-1])
    voltages = (("v_reset", float(reset)), ("v_lift", float(lift)))
    return Stimulus(name, "step", voltages, (("v_mem", drive),), duration, duration / 200.0)


def levels(owner: str, number: int, duration: float) -> Stimulus:
    """Return currents uniform in their logarithm, each for a few periods, at drawn c and d."""
    random = generator(_SEED, owner, "levels", number)
    times, currents = [0.0, 1e-6], [0.0, 0.0]
    while times[-1] < duration:
        current = float(np.exp(random.uniform(*np.log(CURRENTS))))
        moment = times[-1]
        hold = float(random.exponential(3.0 * _PERIOD)) + 0.3 * _PERIOD
        times += [moment + 1e-9, moment + hold]
        currents += [current, current]
    voltages = random.uniform(*RESETS), random.uniform(*LIFTS)
    return _varying(f"{owner} levels {number}", np.array(times), np.array(currents), *voltages)


def sine(owner: str, number: int, duration: float) -> Stimulus:
    """Return a sinusoid of the current's logarithm over the range, at drawn c and d."""
    random = generator(_SEED, owner, "sine", number)
    grid = np.linspace(0.0, duration, 401)
    phase, period = random.uniform(0.0, 2.0 * np.pi), _PERIOD * random.uniform(2.0, 6.0)
    low, high = np.log(CURRENTS)
    swing = np.sin(2.0 * np.pi * grid / period + phase)
    currents = np.exp(0.5 * (low + high) + 0.5 * (high - low) * swing)
    voltages = random.uniform(*RESETS), random.uniform(*LIFTS)
    return _varying(f"{owner} sine {number}", grid, currents, *voltages)


def _spiking(current: float) -> Stimulus:
    """Return regular spiking at another current, for the curve of rate against current."""
    reset, lift = PATTERNS["regular spiking"]
    return step(current, reset, lift, share=0.7, name=f"regular spiking at {current:.3g} A")


TABLES = (
    *(Stimulus(f"u at {u} V", "membrane_currents", (("u", u),)) for u in HELD_SLOW),
    *(Stimulus(f"v at {v} V", "slow_currents", (("v_mem", v),)) for v in HELD_MEMBRANE),
)
"""Direct currents, from which the search starts."""

_GRID = (
    (1e-7, 0.1, 2.7, 1.0), (3e-8, 0.1, 2.7, 0.6), (3e-7, 0.1, 2.7, 1.0),
    (1e-7, 0.1, 2.9, 1.0), (3e-7, 0.1, 3.0, 1.0), (1e-7, 0.1, 3.2, 1.0), (3e-8, 0.15, 3.1, 1.0),
    (1e-7, 0.35, 2.7, 0.6), (5e-8, 0.35, 3.0, 1.0), (2e-7, 0.35, 3.15, 1.0),
    (1e-7, 0.5, 2.8, 0.6), (3e-8, 0.5, 3.1, 1.0), (3e-7, 0.5, 2.95, 1.0),
    (1e-7, 0.6, 3.2, 1.0), (4e-8, 0.6, 2.95, 0.7), (3e-7, 0.6, 3.1, 1.0), (2e-7, 0.6, 2.7, 0.3),
    (1e-7, 0.7, 3.0, 1.0), (3e-8, 0.7, 3.2, 1.0), (3e-7, 0.7, 3.1, 1.0), (1e-7, 0.66, 2.9, 0.7),
    (1.5e-7, 0.7, 2.7, 0.2),
)  # fmt: skip
"""Current, c, d, share of the usual length."""

STIMULI: dict[str, tuple[Stimulus, ...]] = {
    "sweep": (
        *(step(1e-7, *voltages, name=name) for name, voltages in PATTERNS.items()),
        *(_spiking(current) for current in SPIKING_CURRENTS),
    ),
    "training": (
        *TABLES,
        *(step(*row) for row in _GRID),
        *(levels("training", k, 15e-6) for k in range(4)),
        *(sine("training", k, 12e-6) for k in range(2)),
    ),
    "mismatch": (
        *(step(1e-7, *voltages, share=0.8, name=name) for name, voltages in PATTERNS.items()),
        *(_spiking(current) for current in SPIKING_CURRENTS),
    ),
    "noise": tuple(
        Stimulus(f"held at {volts} V", "noise", (("v_hold", volts),)) for volts in (0.2, 0.4, 0.6)
    ),
    "proof": (
        *(step(1.1e-7, *voltages, name=name) for name, voltages in PATTERNS.items()),
        *(_drawn_step("proof", k) for k in range(16)),
        *(levels("proof", k, 16e-6) for k in range(4)),
        *(sine("proof", k, 14e-6) for k in range(2)),
    ),
}
"""Stimuli by purpose."""
