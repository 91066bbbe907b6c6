"""Networks of neurons with one excitatory synapse each, for circuits and for arrays alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neuromix.cosim.exchange import Clocking, Exchange
from neuromix.data.events import Events
from neuromix.data.randomness import generator
from neuromix.errors import BadValue

LARGEST_CODE = 63
"""Of the converter that an array puts before a synapse."""

QUIET = 0.2e-3
"""Before it nothing comes from outside, s."""


@dataclass(frozen=True, eq=False)
class Network:
    """``n`` neurons, ``m`` senders outside, one link into all synapses.

    Parameters
    ----------
    name : str
    codes : (m + n, n) ndarray of int
        Weight of each sender at each neuron, 0 … 63, senders outside first.
    given : Events
        Of the senders outside.
    duration : float, s
    clocking : Clocking
    seed : int
        Of the dies.
    """

    name: str
    codes: NDArray[np.int64]
    given: Events
    duration: float
    clocking: Clocking
    seed: int

    def __post_init__(self) -> None:
        rows, n = self.codes.shape
        if rows < n or self.codes.min() < 0 or self.codes.max() > LARGEST_CODE:
            raise BadValue(
                f"{self.name}: codes of shape {self.codes.shape}, "
                f"{self.codes.min()} … {self.codes.max()}",
                cure=f"a row for each sender outside and each neuron, 0 … {LARGEST_CODE}",
            )

    @property
    def n(self) -> int:
        """Number of neurons."""
        return int(self.codes.shape[1])

    @property
    def outside(self) -> int:
        """Number of senders outside."""
        return int(self.codes.shape[0] - self.codes.shape[1])

    @property
    def feeds_forward(self) -> bool:
        """Whether no neuron sends to another."""
        return not self.codes[self.outside :].any()

    def exchange(self) -> Exchange:
        """Return the fabric of this network at its start."""
        return Exchange(self.clocking, self.codes, self.given, self.outside)


def _irregular(random: np.random.Generator, rate: float, duration: float) -> NDArray[np.float64]:
    """Return Poisson events after :data:`QUIET`, s."""
    count = random.poisson(rate * (duration - QUIET))
    return np.sort(random.uniform(QUIET, duration, count))


def _joined(trains: list[NDArray[np.float64]]) -> Events:
    address = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
    return Events.sort(np.concatenate(trains), address)


def recurrent(n: int = 16, duration: float = 30e-3, fan_in: int = 4, seed: int = 2026) -> Network:
    """Return a network in which each neuron hears ``fan_in`` others and one sender outside."""
    random = generator(seed, "network", "recurrent", n)
    trains = [
        _irregular(random, rate, duration) for rate in random.uniform(900.0, 1500.0, n).tolist()
    ]
    outside = np.diag(random.integers(36, 64, n))
    between = np.zeros((n, n), dtype=np.int64)
    for target in range(n):
        others = np.delete(np.arange(n), target)
        senders = random.choice(others, min(fan_in, n - 1), replace=False)
        between[senders, target] = random.integers(4, 13, len(senders))
    codes = np.concatenate([outside, between])
    return Network("recurrent", codes, _joined(trains), duration, Clocking(), seed)


def feed_forward(n: int = 64, duration: float = 75e-3, seed: int = 2027) -> Network:
    """Return neurons that hear one sender outside each, at rates and weights of many sizes."""
    random = generator(seed, "network", "feed-forward", n)
    rates = np.exp(random.uniform(np.log(700.0), np.log(2000.0), n))
    trains = [_irregular(random, rate, duration) for rate in rates.tolist()]
    # Strong weights for slow senders: what a neuron gets differs less than what it is made of.
    strength = np.rint(np.clip(50e3 / rates * random.uniform(0.7, 1.4, n), 12, LARGEST_CODE))
    codes = np.concatenate([np.diag(strength.astype(np.int64)), np.zeros((n, n), np.int64)])
    return Network("feed-forward", codes, _joined(trains), duration, Clocking(), seed)


def balanced(
    network: Network, counts: Callable[[Network], NDArray[np.int64]], spikes: int, rounds: int = 8
) -> Network:
    """Return the network with outside weights at which each neuron spikes about so often.

    Synapses differ by tens of percent from die to die; with equal weights a few neurons would make
    most of the spikes, and of the time that they take to simulate.

    Parameters
    ----------
    network : Network
        Neuron k has one sender outside, sender k.
    counts : callable
        Spikes of each neuron of a network, such as an array finds them.
    spikes : int
        Wanted of each neuron.
    rounds : int
        Corrections; each moves a code by what is missing, over the slope of a line through 0.
    """
    best, least = network, np.inf
    codes = np.diag(network.codes[: network.n]).astype(np.float64)
    for _ in range(rounds):
        found = counts(network)
        worst = float(np.abs(found - spikes).max())
        if worst < least:
            best, least = network, worst
        codes = np.clip(codes * (spikes / np.maximum(found, 1)) ** 0.7, 1.0, LARGEST_CODE)
        outside = np.diag(np.rint(codes).astype(np.int64))
        network = replace(network, codes=np.concatenate([outside, network.codes[network.n :]]))
    return best
