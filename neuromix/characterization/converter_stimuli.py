"""The codes and trains of coded pulses that a converter is driven with, purpose by purpose."""

from __future__ import annotations

import numpy as np

from neuromix.characterization.pulse_trains import PulseTrain
from neuromix.data.randomness import generator

CODES = (0, 1, 2, 4, 8, 16, 32, 3, 21, 31, 42, 63)
"""Codes whose settled currents give the bits."""

PERIOD = 40e-6
"""Window of one pulse, s; what it has disturbed has settled at its end."""

WIDTHS = (1e-6, 10e-6)
"""Pulse widths that the training covers, s."""

OFFSETS = (1e-6, 9e-6)
"""Where a pulse begins in its window, s."""

Trains = tuple[tuple[str, PulseTrain], ...]


def trains(purpose: str) -> Trains:
    """Return the trains of a purpose: for training and proof alone, from different seeds."""
    if purpose == "training":
        return (
            ("single bits", _single_bits()),
            *((f"codes {k}", _codes(1, k, 20, top, w)) for k, (top, w) in enumerate(TRAINING)),
        )
    if purpose == "proof":
        return tuple(
            (f"codes {k}", _codes(2, k, 16, top, w, empty))
            for k, (top, w, empty) in enumerate(PROOF)
        )
    return ()


TRAINING = ((63, 10e-6), (63, 4e-6), (15, 10e-6))
"""Largest code and width of each train."""

PROOF = (
    (63, 10e-6, 0.0),
    (63, 3e-6, 0.0),
    (31, 10e-6, 0.0),
    (15, 10e-6, 0.0),
    (7, 10e-6, 0.0),
    (63, 10e-6, 0.7),
    (15, 3e-6, 0.0),
)
"""Largest code and width of each train, and the share of windows that stay empty."""


def _single_bits() -> PulseTrain:
    """Return each bit alone, at three widths."""
    codes = np.repeat(1 << np.arange(6), 3)
    onset = PERIOD * (1 + np.arange(len(codes))) + OFFSETS[0]
    widths = np.tile([1e-6, 4e-6, 10e-6], 6)
    return PulseTrain(onset.astype(np.float64), widths, codes.astype(np.float64))


def _codes(
    seed: int, k: int, count: int, top: int, longest: float, empty: float = 0.0
) -> PulseTrain:
    """Return ``count`` pulses of evenly drawn codes up to ``top``; the first window stays empty."""
    random = generator(seed, "dac_synapse", k)
    skipped = random.geometric(1.0 - empty, count)
    onset = PERIOD * np.cumsum(skipped) + random.uniform(*OFFSETS, count)
    codes = random.integers(1, top + 1, count)
    return PulseTrain(onset, random.uniform(WIDTHS[0], longest, count), codes.astype(np.float64))
