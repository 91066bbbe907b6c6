"""One virtual die: the parameters of every instance on a chip, drawn from the chip's seed.

Draws are keyed by what they belong to: the seed, the name of the block, the kind and sign of the
circuit. Instance k is the same whatever the size of its array and whatever other blocks there are.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.blocks import Blocks
from neuromix.array.chip import Array, Chip
from neuromix.array.delivery import Stretch, stretches
from neuromix.array.fabric import Fabric
from neuromix.array.fetching import Fetching
from neuromix.array.memory import Codes, SparseCodes, stacked
from neuromix.array.passage import Passage
from neuromix.array.path import Path
from neuromix.data.randomness import generator
from neuromix.models.family import Family
from neuromix.models.model import Model

SIGNS = ("excitatory", "inhibitory")


@dataclass(frozen=True, eq=False)
class Instances:
    """All instances of one model at one place.

    Parameters
    ----------
    dynamics : Family
        Scalars where all are nominal, else arrays of shape ``(n,)``.
    energy : (n,) ndarray, J
        Per event.
    """

    dynamics: Family
    energy: NDArray[np.float64]

    @classmethod
    def draw(cls, model: Model, n: int, mismatch: bool, seed: int, *owner: str) -> Instances:
        """Draw ``n`` instances that belong to ``owner``, or take the nominal one."""
        energy = np.full(n, model.energy.per_event)
        if not mismatch:
            return cls(model.dynamics, energy)
        drawn = model.draws(n, seed, *owner)
        return cls(model.sample(n, seed, *owner), drawn.get("energy_per_event", energy))

    def table(self, n: int) -> NDArray[np.float64]:
        """Return the settled current of each code of converters, A, shape (n, codes)."""
        table: NDArray[np.float64] = self.dynamics.table("source")  # type: ignore[attr-defined]
        return np.broadcast_to(table, (n, table.shape[1]))


@dataclass(frozen=True, eq=False)
class ArrayDie:
    """An array as it came out of the foundry.

    Parameters
    ----------
    name : str
    array : Array
    path : Path or None
        Synapse path; none for an array without inputs.
    offsets : dict of str to int
        First row of each source in the weight memory.
    codes : (rows, n) ndarray of int8, or SparseCodes
        Weight memory.
    neurons : Instances
    converters, synapses : tuple of Instances
        Excitatory, inhibitory; empty without a path.
    noise_words : (n,) ndarray of uint64
        From which the noise streams of the neurons start.
    fabric : Fabric
    """

    name: str
    array: Array
    path: Path | None
    offsets: dict[str, int]
    codes: Codes
    neurons: Instances
    converters: tuple[Instances, ...]
    synapses: tuple[Instances, ...]
    noise_words: NDArray[np.uint64]
    fabric: Fabric

    @functools.cached_property
    def passage(self) -> Passage:
        """What events take on the link into the array."""
        return self.fabric.passage(len(self.codes))

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weight current of each code, A, shape (2, n, codes); excitatory first."""
        tables = np.stack([item.table(self.array.n) for item in self.converters])
        trims = self.array.trims
        return tables if trims is None else tables * trims.gains[:, :, None]

    @property
    def busy(self) -> float:
        """For how long an event keeps the link waiting, s: all paths of a dense memory serve it."""
        dense = self.path is not None and not isinstance(self.codes, SparseCodes)
        return self.path.busy if self.path and dense else 0.0

    @functools.cached_property
    def shortest_interval(self) -> float:
        """Shortest time between two spikes of any neuron, s."""
        return float(np.min(self.neurons.dynamics.shortest_interval()))

    @functools.cached_property
    def fetching(self) -> Fetching | None:
        """The pulses of each row of a dense memory of moderate size."""
        if self.path is None or isinstance(self.codes, SparseCodes):
            return None
        return Fetching.of(self.codes, self.blocks.prepared)

    @functools.cached_property
    def stretches(self) -> list[Stretch]:
        """Neurons whose paths are served side by side; none with a dense memory."""
        return stretches(self.codes, self.array.n) if isinstance(self.codes, SparseCodes) else []

    @functools.cached_property
    def blocks(self) -> Blocks:
        """What the kernel starts from: parameters and resting states, laid out once a die."""
        n, path = self.array.n, self.path
        if path is None:
            return Blocks.of(self.neurons.dynamics, n, self.array.current)
        return Blocks.of(
            self.neurons.dynamics,
            n,
            self.array.current,
            path.synapse.dynamics.kernels(),
            np.stack([item.dynamics.matrix(n) for item in self.synapses]),
            self.weights,
            path.pulse_width,
        )


def array_die(chip: Chip, name: str) -> ArrayDie:
    """Draw all instances of the array ``name``."""
    array = chip.blocks[name]
    assert isinstance(array, Array)
    path = chip.paths.get(name)
    offsets: dict[str, int] = {}
    memories: list[Codes] = []
    for connection in chip.connections:
        if connection.target == name:
            offsets[connection.source] = sum(len(memory) for memory in memories)
            memories.append(connection.codes)

    def drawn(model: Model, *kind: str) -> Instances:
        return Instances.draw(model, array.n, array.mismatch, chip.seed, name, *kind)

    return ArrayDie(
        name,
        array,
        path,
        offsets,
        stacked(memories, array.n),
        drawn(array.model, "neuron"),
        tuple(drawn(path.converter, sign, "converter") for sign in SIGNS) if path else (),
        tuple(drawn(path.synapse, sign, "synapse") for sign in SIGNS) if path else (),
        generator(chip.seed, name, "neuron", "noise").integers(0, 2**64, array.n, dtype=np.uint64),
        chip.fabric,
    )
