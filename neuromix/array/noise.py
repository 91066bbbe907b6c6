"""White and 1/f noise currents of cells, as streams of step-averaged values.

White: the mean of white noise of (one-sided) density S over a step has the variance S / (2 dt).

1/f: a sum of Ornstein-Uhlenbeck processes of octave-spaced correlation times. With variances
``A (2 pi tau)**(alpha - 1)`` and ``A = F ln 2 sin(pi alpha / 2)`` the sum of their densities
``4 variance tau / (1 + (2 pi f tau)**2)`` is ``F / f**alpha`` to within a few percent (the
superposition of van der Ziel 1950, "On the noise spectra of semi-conductor noise and of flicker
effect"). The process of octave j is renewed at each 2**j-th step by its exact transition, so that
all octaves together cost two deviates a step; octaves faster than a step are white.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.random_stream import mixed, normal
from neuromix.compiling import kept
from neuromix.models.model import NoiseDensity

FASTEST = 2.0
"""Correlation time of the fastest octave, in steps."""

LOWEST_FREQUENCY = 1.0
"""Hz; slower flicker is an offset to a run of a second, and offsets belong to mismatch."""


@dataclass(frozen=True, eq=False)
class NoiseLaw:
    """What a kernel needs to know of a noise at one step width.

    Parameters
    ----------
    white : float, A
        Standard deviation of a step's mean.
    deviation : (octaves,) ndarray, A
        Of each Ornstein-Uhlenbeck process; no octaves without flicker.
    kept : float
        Correlation between successive values of an octave.
    """

    white: float
    deviation: NDArray[np.float64]
    kept: float


SILENT = NoiseLaw(0.0, np.empty(0), 0.0)
"""No noise at all."""


@functools.lru_cache(maxsize=64)
def noise_law(noise: NoiseDensity, dt: float, duration: float) -> NoiseLaw:
    """Return the law of ``noise`` at steps of ``dt`` in a run of ``duration``, both in s."""
    density = noise.white
    deviation = np.empty(0)
    if noise.flicker > 0.0:
        lowest = min(LOWEST_FREQUENCY, 1.0 / duration)
        slowest = 1.0 / (2.0 * math.pi * lowest)
        octaves = max(1, math.ceil(math.log2(slowest / (FASTEST * dt))) + 1)
        scale = noise.flicker * math.log(2.0) * math.sin(0.5 * math.pi * noise.exponent)
        tau = FASTEST * dt * 2.0 ** np.arange(-40, octaves)
        variance = scale * (2.0 * math.pi * tau) ** (noise.exponent - 1.0)
        density += float(np.sum(4.0 * variance[:40] * tau[:40]))
        deviation = np.sqrt(variance[40:])
    return NoiseLaw(math.sqrt(density / (2.0 * dt)), deviation, math.exp(-1.0 / FASTEST))


@dataclass(frozen=True, eq=False)
class NoiseState:
    """Running streams of ``n`` cells: their words, and the octaves, shape ``(n, octaves)``."""

    stream: NDArray[np.uint64]
    octaves: NDArray[np.float64]

    @classmethod
    def start(cls, law: NoiseLaw, words: NDArray[np.uint64], trial: int) -> NoiseState:
        """Start the streams of one trial; each octave from its stationary distribution."""
        stream = mixed(words, trial)
        octaves = np.empty((len(words), len(law.deviation)))
        _stationary(stream, law.deviation, octaves)
        return cls(stream, octaves)


@kept()
def _stationary(
    stream: NDArray[np.uint64], deviation: NDArray[np.float64], octaves: NDArray[np.float64]
) -> None:
    for k in range(len(octaves)):
        for j in range(len(deviation)):
            octaves[k, j] = deviation[j] * normal(stream, k)
