"""Forward and backward passes of the surrogate, by hand in numpy.

Weights are real numbers in units of the code. The chip holds them rounded and clipped; the backward
pass lets the gradient through as if they were not (the straight-through estimator of Bengio,
Leonard and Courville 2013, "Estimating or propagating gradients through stochastic neurons").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.memory import LARGEST_CODE
from neuromix.demo.surrogate import SLOPE_AT_REST, Floats, Surrogate

EVIDENCE = 0.2
"""Logits per output spike."""


def quantized(weights: Floats) -> Floats:
    """Return the codes that the memory holds for real weights."""
    return np.clip(np.rint(weights), -LARGEST_CODE, LARGEST_CODE)


def steps(curves: Surrogate, codes: Floats) -> Floats:
    """Return by how much a pulse of each positive code raises a synapse, A; 0 for others."""
    return np.asarray(curves.table[np.maximum(codes, 0.0).astype(np.int64)])


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer's forward pass: drives of both signs, currents, rates; each (images, neurons)."""

    rate_in: Floats
    drive: tuple[Floats, Floats]
    gain: tuple[Floats, Floats]
    current: Floats
    rate: Floats


def forward(
    curves: Surrogate,
    rate_in: Floats,
    weights: Floats,
    gain: tuple[Floats, Floats],
) -> Layer:
    """Return what a layer does at mean rates (images, sources), Hz.

    ``gain`` are factors of the excitatory and inhibitory current of each neuron.
    """
    codes = quantized(weights)
    exc = rate_in @ steps(curves, codes)
    inh = rate_in @ steps(curves, -codes)
    current = gain[0] * curves.synapse(exc) - gain[1] * curves.sink * curves.synapse(inh)
    return Layer(rate_in, (exc, inh), gain, current, curves.neuron(current))


def backward(
    curves: Surrogate, layer: Layer, weights: Floats, slope: Floats
) -> tuple[Floats, Floats]:
    """Return the gradients by weight and by input rate, from those by output rate (``slope``)."""
    codes = quantized(weights)
    step = float(curves.table[-1]) / LARGEST_CODE
    steepest = float(np.max(curves.neuron.y[1:] / curves.neuron.x[1:]))
    response = np.maximum(
        np.where(layer.current > 0.0, curves.neuron.slope(layer.current), 0.0),
        SLOPE_AT_REST * steepest,
    )
    by_current = slope * response
    by_exc = by_current * layer.gain[0] * curves.synapse.slope(layer.drive[0])
    by_inh = by_current * layer.gain[1] * curves.synapse.slope(layer.drive[1])
    by_inh = by_inh * curves.sink
    positive = codes > 0.0
    negative = codes < 0.0
    zero = ~(positive | negative)
    into_exc, into_inh = step * layer.rate_in.T @ by_exc, step * layer.rate_in.T @ by_inh
    by_weight = positive * into_exc + negative * into_inh + zero * 0.5 * (into_exc + into_inh)
    by_rate: Floats = by_exc @ steps(curves, codes).T - by_inh @ steps(curves, -codes).T
    return np.asarray(by_weight), np.asarray(by_rate)


def loss_slope(counts: Floats, digit: NDArray[np.int64]) -> Floats:
    """Return the slope of the mean cross-entropy of softmax(evidence x counts), by count."""
    logits = EVIDENCE * counts
    chance = np.exp(logits - logits.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    chance[np.arange(len(digit)), digit] -= 1.0
    return np.asarray(chance * (EVIDENCE / len(digit)))


class Adam:
    """Steps of Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.mean = np.zeros(shape)
        self.square = np.zeros(shape)
        self.count = 0

    def step(self, slope: Floats, rate: float) -> Floats:
        """Return what to subtract from the parameters."""
        self.count += 1
        self.mean = 0.9 * self.mean + 0.1 * slope
        self.square = 0.999 * self.square + 0.001 * slope**2
        mean = self.mean / (1.0 - 0.9**self.count)
        square = self.square / (1.0 - 0.999**self.count)
        return np.asarray(rate * mean / (np.sqrt(square) + 1e-12))
