"""Normal deviates inside compiled kernels: one 64-bit word of state a stream.

A stream starts from a word that :func:`neuromix.data.randomness.generator` gave to its owner, mixed
with the number of the trial. Uniform words are SplitMix64 (Steele, Lea and Flood 2014, "Fast
splittable pseudorandom number generators", fig. 13); normals come from Marsaglia and Tsang 2000
("The ziggurat method for generating random variables") in the double-precision form of Doornik 2005
("An improved ziggurat method to generate normal random samples").
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

LAYERS = 128
TAIL_START = 3.442619855899
"""Right edge of the base layer for 128 layers (Marsaglia and Tsang 2000)."""
LAYER_AREA = 9.91256303526217e-3
"""Area of each layer (the same source)."""


def _edges() -> NDArray[np.float64]:
    edges = np.zeros(LAYERS + 1)
    density = math.exp(-0.5 * TAIL_START**2)
    edges[0] = LAYER_AREA / density
    edges[1] = TAIL_START
    for k in range(2, LAYERS):
        density = math.exp(-0.5 * edges[k - 1] ** 2) + LAYER_AREA / edges[k - 1]
        edges[k] = math.sqrt(-2.0 * math.log(density))
    return edges


_EDGE = _edges()
_RATIO = _EDGE[1:] / _EDGE[:-1]


def mixed(words: NDArray[np.uint64], trial: int) -> NDArray[np.uint64]:
    """Return the starting states of streams in one trial, shape ``(n,)``."""
    state = words ^ np.uint64((trial * 0xD1342543DE82EF95 + 1) % 2**64)
    for k in range(len(state)):
        state[k] = word(state, k)
    return state


@njit(inline="always")
def word(state: NDArray[np.uint64], k: int) -> np.uint64:
    """Advance stream ``k`` and return its next 64-bit word."""
    state[k] += np.uint64(0x9E3779B97F4A7C15)
    z = state[k]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    finished: np.uint64 = z ^ (z >> np.uint64(31))
    return finished


@njit(inline="always")
def uniform(state: NDArray[np.uint64], k: int) -> float:
    """Return a number in (0, 1) from stream ``k``."""
    value: float = (float(word(state, k) >> np.uint64(11)) + 0.5) * 2.0**-53
    return value


@njit
def normal(state: NDArray[np.uint64], k: int) -> float:
    """Return a standard normal deviate from stream ``k``."""
    while True:
        bits = word(state, k)
        layer = np.int64(bits & np.uint64(LAYERS - 1))
        signed: float = 2.0 * ((float(bits >> np.uint64(11)) + 0.5) * 2.0**-53) - 1.0
        if abs(signed) < _RATIO[layer]:
            inside: float = signed * _EDGE[layer]
            return inside
        if layer == 0:
            while True:
                beyond = -math.log(uniform(state, k)) / TAIL_START
                if -2.0 * math.log(uniform(state, k)) > beyond * beyond:
                    break
            return math.copysign(TAIL_START + beyond, signed)
        x: float = signed * _EDGE[layer]
        outer = math.exp(-0.5 * (_EDGE[layer] ** 2 - x * x))
        inner = math.exp(-0.5 * (_EDGE[layer + 1] ** 2 - x * x))
        if inner + uniform(state, k) * (outer - inner) < 1.0:
            return x
