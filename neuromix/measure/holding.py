"""Measures of a voltage that is sampled and held."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Waves = Mapping[str, NDArray[np.float64]]


def pedestal(waves: Waves, of: str, level: float, at: float) -> float:
    """Return how far ``of`` is from the level that it sampled, at an instant, V."""
    return float(np.interp(at, waves["time"], waves[of])) - level


def droop(waves: Waves, of: str, start: float, stop: float) -> float:
    """Return by how much ``of`` falls between two instants, V; negative where it rises."""
    first, last = np.interp([start, stop], waves["time"], waves[of])
    return float(first - last)
