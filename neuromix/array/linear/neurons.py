"""The neurons of an array as they came out of the foundry, at one step width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip
from neuromix.array.linear.propagators import Propagators
from neuromix.data.randomness import generator
from neuromix.models.family import Family


@dataclass(frozen=True, eq=False)
class Neurons:
    """One array of a die.

    Parameters
    ----------
    name : str
    array : Array
    dynamics : Family
        As drawn.
    propagators : Propagators
    initial : (n,) ndarray, V
    key : uint64
        Of its noise, in all trials.
    """

    name: str
    array: Array
    dynamics: Family
    propagators: Propagators
    initial: NDArray[np.float64]
    key: np.uint64


def manufactured(chip: Chip, name: str, dt: float) -> Neurons:
    """Draw the neurons of an array from the chip's seed."""
    array = chip.blocks[name]
    assert isinstance(array, Array)
    dynamics = array.model.dynamics
    if array.mismatch:
        dynamics = array.model.sample(array.n, chip.seed, name, "neuron")
    start = dynamics.values()["rest"] if array.initial is None else array.initial
    return Neurons(
        name,
        array,
        dynamics,
        Propagators.of(dynamics, array.n, dt, array.noise),
        np.broadcast_to(np.asarray(start, dtype=np.float64), (array.n,)),
        generator(chip.seed, name, "neuron", "noise").integers(0, 2**64, dtype=np.uint64),
    )
