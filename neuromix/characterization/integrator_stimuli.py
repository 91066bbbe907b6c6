"""Waveforms for an integrator of a voltage: steps, sinusoids, several tones, square waves.

Levels and times are drawn from the validity box; training and proof from keyed generators of their
own. Amplitudes, frequencies and durations are chosen so that the output moves by a good part of its
range: the error of a wave is counted over its own span.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.data.randomness import generator
from neuromix.declare import Points

Floats = NDArray[np.float64]

AMPLITUDES = (5e-3, 0.1)
"""Input difference, V."""

COMMON = 0.1
"""How far the common mode goes from half the supply, V."""

STARTS = (0.3, 0.9)
"""Output at the start, over the supply."""

EDGE = 3e-4
"""Rise time of a step over the duration."""

CORNERS = 401
"""Of a smooth waveform, whose straight lines are what SPICE and model are both given."""

TONES = (1.0, 2.3, 5.1)
"""Frequencies of the several tones over the lowest of them: no beat closes."""

KINDS = ("steps", "sinusoid", "tones", "square")


@dataclass(frozen=True)
class Wave:
    """Both inputs between the same corners, and the output at the start; s and V."""

    name: str
    times: Floats
    positive: Floats
    negative: Floats
    start: float
    duration: float

    def drives(self) -> tuple[tuple[str, Points], ...]:
        """Return the waveforms of a bench's ports."""
        return tuple(
            (port, Points(tuple(self.times.tolist()), tuple(values.tolist())))
            for port, values in (("in_p", self.positive), ("in_n", self.negative))
        )


def waves(purpose: str, count: int, unity_gain: float, supply: float) -> tuple[Wave, ...]:
    """Return ``count`` waves of each kind.

    Parameters
    ----------
    purpose : str
        Of whose generator they are drawn.
    count : int
        Of each kind.
    unity_gain : float
        About the frequency at which the integrator's gain is 1, Hz.
    supply : float, V
    """
    return tuple(
        _wave(purpose, kind, number, unity_gain, supply)
        for kind in KINDS
        for number in range(count)
    )


def _wave(purpose: str, kind: str, number: int, unity_gain: float, supply: float) -> Wave:
    random = generator(1, "integrator", purpose, kind, number)
    amplitude = math.exp(random.uniform(*np.log(AMPLITUDES)))
    swing = random.uniform(0.15, 0.9)
    # An amplitude A at a frequency f moves the output of an integrator by 2 A unity_gain/f.
    frequency = 2.0 * amplitude * unity_gain / swing
    duration = random.uniform(3.0, 6.0) / frequency
    common = 0.5 * supply + random.uniform(-COMMON, COMMON)
    start = random.uniform(*STARTS) * supply
    times, difference = _SHAPES[kind](random, duration * frequency)
    times = duration * times
    difference = amplitude * difference
    shared = number % 2 == 0
    positive = common + (0.5 if shared else 1.0) * difference
    negative = common - (0.5 if shared else 0.0) * difference
    return Wave(f"{kind} {number}", times, positive, negative, start, duration)


def _sinusoid(random: np.random.Generator, periods: float) -> tuple[Floats, Floats]:
    times = np.linspace(0.0, 1.0, CORNERS)
    return times, np.sin(2.0 * np.pi * (periods * times + random.uniform()))


def _tones(random: np.random.Generator, periods: float) -> tuple[Floats, Floats]:
    times = np.linspace(0.0, 1.0, CORNERS)
    parts = [np.sin(2.0 * np.pi * (k * periods * times + random.uniform())) for k in TONES]
    return times, np.asarray(np.mean(parts, axis=0))


def _square(random: np.random.Generator, periods: float) -> tuple[Floats, Floats]:
    edges = np.arange(random.uniform(0.1, 0.5) / periods, 1.0 - EDGE, 0.5 / periods)
    return _levels(edges, np.where(np.arange(len(edges) + 1) % 2, 1.0, -1.0))


def _steps(random: np.random.Generator, periods: float) -> tuple[Floats, Floats]:
    edges = np.sort(random.uniform(0.0, 1.0, 1 + round(2.0 * periods)))
    apart = np.diff(edges, append=1.0) > EDGE
    return _levels(edges[apart], random.uniform(-1.0, 1.0, 1 + int(apart.sum())))


def _levels(edges: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """Return corners of levels that change at the edges, within the rise time."""
    times = np.concatenate([[0.0], np.stack([edges, edges + EDGE], axis=1).ravel()])
    values = np.concatenate([levels[:1], np.stack([levels[:-1], levels[1:]], axis=1).ravel()])
    return times, values


_SHAPES = {"steps": _steps, "sinusoid": _sinusoid, "tones": _tones, "square": _square}
"""Corners between 0 and 1 and values between -1 and 1 of so many periods, by kind."""
