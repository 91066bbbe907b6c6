"""What a comparator is driven with: steps, triangles and bands of noise across its reference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.recipe import Stimulus
from neuromix.data.randomness import generator
from neuromix.declare import Points

Floats = NDArray[np.float64]

REFERENCES = (0.7, 1.1)
"""Voltages of the reference that the training covers, V."""

HOME = 0.9
"""Reference of the datasheet, V."""

OVERDRIVES = (4e-3, 0.2)
"""Smallest and largest distance of the input from the reference after a step, V."""

DEPTH = 0.05
"""Distance from the reference before a step of the datasheet, V."""

SLOPES = (10.0, 1e5)
"""Slowest and fastest ramp, V/s."""

EDGE = 1e-8
"""Rise and fall of a step, s."""

TAIL = 1e-5
"""For which the last turn of a ramp is held, s."""

POINTS_OF_A_RUN = 200.0
"""Duration over the largest step of the simulator; it takes smaller ones where something moves."""


def step(name: str, overdrive: float, sign: float = 1.0) -> Stimulus:
    """Return one step of the datasheet, upwards (1) or downwards (−1)."""
    given = (("before", HOME - sign * DEPTH), ("after", HOME + sign * overdrive))
    return Stimulus(name, "step", given, duration=1e-5 + 0.2 * 1e-6 / overdrive, max_step=1e-6)


def square(name: str, levels: Floats, dwell: Floats, reference: float) -> Stimulus:
    """Return levels over the reference (V), each held for its own time (s)."""
    starts = np.concatenate([[0.0], np.cumsum(dwell)[:-1]])
    times = np.stack([starts + EDGE, starts + dwell], axis=1).ravel()
    times[0] = 0.0
    return _decide(name, times, np.repeat(levels, 2) + reference, reference)


def triangles(name: str, turns: Floats, slopes: Floats, reference: float) -> Stimulus:
    """Return ramps from turn to turn.

    ``turns`` (V over the reference) are of shape ``(n + 1,)``, ``slopes`` (V/s) of ``(n,)``.
    """
    times = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(turns)) / slopes)])
    # The last decision follows the last turn.
    held = np.append(times, times[-1] + TAIL), np.append(turns, turns[-1])
    return _decide(name, held[0], held[1] + reference, reference)


def sweep() -> tuple[Stimulus, ...]:
    """Return what the datasheet's tables are made of."""
    return (
        *(step(f"{1e3 * d:g} mV {word}", d, s) for d in (0.01, 0.1) for word, s in _WAYS),
        slow("triangle"),
        Stimulus("low", "rest", (("v_in", HOME - 0.1),)),
        Stimulus("high", "rest", (("v_in", HOME + 0.1),)),
        Stimulus("pair", "pair"),
    )


def slow(name: str) -> Stimulus:
    """Return the slow triangle that tells the offset."""
    return triangles(name, np.array([-0.03, 0.03, -0.03]), np.array([30.0, 30.0]), HOME)


def training() -> tuple[Stimulus, ...]:
    """Return squares of all overdrives and triangles of all slopes, at three references."""
    overdrives = np.geomspace(OVERDRIVES[0], OVERDRIVES[1], 8)
    found = []
    for reference in (REFERENCES[0], HOME, REFERENCES[1]):
        levels = np.stack([-overdrives, overdrives[::-1]], axis=1).ravel()
        found.append(square(f"square at {reference} V", levels, _dwell(levels), reference))
        slopes = np.repeat(np.geomspace(SLOPES[0], SLOPES[1], 5), 2)
        turns = np.concatenate([[-0.05], np.tile([0.05, -0.05], 5)])
        found.append(triangles(f"triangles at {reference} V", turns, slopes, reference))
    found += [_drawn_square("training", k) for k in range(3)]
    found += [_drawn_triangles("training", k) for k in range(2)]
    return tuple(found)


def mismatch() -> tuple[Stimulus, ...]:
    """Return what tells instances apart: a slow triangle, and steps of two overdrives."""
    levels = np.tile([-0.03, 0.03, -0.1, 0.1], 2)
    return (slow("triangle"), square("square", levels, _dwell(levels), HOME))


def proof() -> tuple[Stimulus, ...]:
    """Return drawn squares, triangles and bands of noise; no fit sees them."""
    found = [_drawn_square("held out", k) for k in range(5)]
    found += [_drawn_triangles("held out", k) for k in range(5)]
    for k in range(4):
        random = generator(3, "comparator", "held out", k)
        found.append(_band(f"band {k}", random, _reference(random)))
    return tuple(found)


def noise() -> tuple[Stimulus, ...]:
    """Return the noise of the inner node, and the sweep that says what the input makes as much."""
    return (Stimulus("slope", "pair"), Stimulus("noise", "noise"))


_WAYS = (("up", 1.0), ("down", -1.0))


def _dwell(levels: Floats) -> Floats:
    """Return how long each level is held, s: several of its delays."""
    return np.asarray(2e-6 + 4e-8 / np.abs(levels))


def _drawn_square(of: str, k: int) -> Stimulus:
    """Return levels on alternating sides, evenly on a logarithmic scale, at a drawn reference."""
    random = generator(2, "comparator", of, "square", k)
    overdrives = np.exp(random.uniform(np.log(OVERDRIVES[0]), np.log(OVERDRIVES[1]), 12))
    levels = overdrives * np.tile([-1.0, 1.0], 6)
    return square(f"square {k}", levels, _dwell(levels), _reference(random))


def _drawn_triangles(of: str, k: int) -> Stimulus:
    """Return ramps whose slopes are even on a logarithmic scale, at a drawn reference."""
    random = generator(2, "comparator", of, "triangles", k)
    turns = random.uniform(0.01, 0.1, 11) * np.array([-1.0, 1.0] * 5 + [-1.0])
    slopes = np.exp(random.uniform(np.log(100.0), np.log(SLOPES[1]), 10))
    return triangles(f"triangles {k}", turns, slopes, _reference(random))


def _reference(random: np.random.Generator) -> float:
    return float(random.uniform(*REFERENCES))


def _band(name: str, random: np.random.Generator, reference: float) -> Stimulus:
    """Return a sum of eight sinusoids, 50 mV rms, up to a drawn frequency."""
    highest = float(np.exp(random.uniform(np.log(1e3), np.log(3e4))))
    duration = 20.0 / highest
    times = np.linspace(0.0, duration, 1001)
    lines = highest * np.arange(1, 9) / 8.0
    phases = random.uniform(0.0, 2.0 * np.pi, len(lines))
    wave = np.sin(2.0 * np.pi * lines[:, None] * times + phases[:, None]).sum(axis=0)
    return _decide(name, times, 0.05 * wave / wave.std() + reference, reference)


def _decide(name: str, times: Floats, inputs: Floats, reference: float) -> Stimulus:
    corners = Points(tuple(map(float, times)), tuple(map(float, inputs)))
    duration = corners.times[-1]
    return Stimulus(
        name,
        "decide",
        (("reference", reference), ("duration", duration)),
        (("in_p", corners),),
        duration,
        duration / POINTS_OF_A_RUN,
    )
