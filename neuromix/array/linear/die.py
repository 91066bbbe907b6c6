"""One die of linear neurons at one step width: their propagators, and the wires into each group."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip
from neuromix.array.linear.groups import Group, groups
from neuromix.array.linear.lanes import LANES
from neuromix.array.linear.membranes import BLOCK, cells
from neuromix.array.linear.propagators import Propagators
from neuromix.array.linear.wiring import TILE, Part, Stores, Wires
from neuromix.array.projection import Projection
from neuromix.data.randomness import generator
from neuromix.errors import BadValue
from neuromix.models.family import Family
from neuromix.units import render

WORTH_MEETING = 512
"""Blocks times steps of a window from which on threads gain more than their meeting costs."""


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


@dataclass(frozen=True, eq=False)
class Range:
    """Neurons ``low`` … ``high - 1`` of a group, as kernels want them before a run.

    Parameters
    ----------
    low, high : int
        Lanes of the group.
    wires : Wires
    cells : flat array
        See :mod:`neuromix.array.linear.membranes`.
    arrays : tuple of str
        Whose neurons they are.
    end, noisy, number : arrays
        Of each: its last block + 1, whether it is noisy, its first neuron here.
    """

    low: int
    high: int
    wires: Wires
    cells: NDArray[np.float32]
    arrays: tuple[str, ...]
    end: NDArray[np.int64]
    noisy: NDArray[np.bool_]
    number: NDArray[np.int64]


def _range(
    neurons: dict[str, Neurons],
    blocks: dict[str, NDArray[np.float32]],
    group: Group,
    between: tuple[int, int],
    wires: Wires,
) -> Range:
    (low, high), found = between, []
    for name, first in group.first_lane.items():
        rows = blocks[name].reshape(-1, BLOCK)
        begin, end = max(low, first), min(high, first + len(rows) * LANES)
        if begin < end:
            part = rows[(begin - first) // LANES : (end - first) // LANES].reshape(-1)
            noisy = bool(np.any(neurons[name].propagators.deviation))
            found.append((part, name, (end - low) // LANES, noisy, begin - first))
    parts, names, ends, noises, numbers = zip(*found, strict=True)
    return Range(
        low, high, wires, np.concatenate(parts), names,
        np.array(ends), np.array(noises), np.array(numbers),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Die:
    """A chip as it came out of the foundry, ready for runs at one step width.

    Parameters
    ----------
    chip : Chip
    dt : float, s
    neurons : dict of str to Neurons
    groups : list of Group
    ranges : list of lists of Range
        Of each group.
    """

    chip: Chip
    dt: float
    neurons: dict[str, Neurons]
    groups: list[Group]
    ranges: list[list[Range]]

    @classmethod
    def of(cls, chip: Chip, dt: float, threads: int = 1, store: int | None = None) -> Die:
        """Draw all neurons and weights of a chip.

        Parameters
        ----------
        chip : Chip
            Frozen from now on.
        dt : float, s
        threads : int
            Ranges into which a group is cut where that is worth it.
        store : int, optional
            Of all weights; by default the one that suits them, see :mod:`wiring`.
        """
        chip.freeze()
        neurons = {
            name: manufactured(chip, name, dt)
            for name, block in chip.blocks.items()
            if isinstance(block, Array)
        }
        blocks = {name: cells(item.propagators, item.initial, dt) for name, item in neurons.items()}
        found = groups(chip)
        ranges = [
            [
                _range(
                    neurons,
                    blocks,
                    group,
                    (low, high),
                    wired(chip, neurons, group, low, high, dt, store),
                )
                for low, high in _cut(chip, group, dt, threads)
            ]
            for group in found
        ]
        return cls(chip, dt, neurons, found, ranges)

    def window(self, which: int, steps: int) -> int:
        """Return for how many steps the ranges of a group do not need each other."""
        group = self.groups[which]
        return _shortest(self.chip, group, self.dt) if group.recurrent else steps


def _shortest(chip: Chip, group: Group, dt: float) -> int:
    """Return the shortest delay inside of a group, steps."""
    inside = [
        np.min(item.delays)
        for item in chip.projections
        if item.source in group.first_lane and item.target in group.first_lane and len(item)
    ]
    return max(1, round(min(inside, default=0.0) / dt))


def _cut(chip: Chip, group: Group, dt: float, threads: int) -> list[tuple[int, int]]:
    """Cut a group where windows are long enough to be worth the meeting of threads after each."""
    blocks = group.lanes // LANES
    if group.recurrent and _shortest(chip, group, dt) * blocks < WORTH_MEETING:
        threads = 1
    ends = np.unique(np.linspace(0, blocks, min(threads, blocks) + 1).astype(int)) * LANES
    return list(itertools.pairwise(ends.tolist()))


def drawn_weights(chip: Chip, item: Projection) -> NDArray[np.float32]:
    """Return the weights of a projection with the errors of this die, V."""
    if not item.error:
        return item.weights
    normal = generator(chip.seed, item.target, item.source, "weights").standard_normal(
        len(item), dtype=np.float32
    )
    return item.weights * (np.float32(1.0) + np.float32(item.error) * normal)


def wired(
    chip: Chip,
    neurons: dict[str, Neurons],
    group: Group,
    low: int,
    high: int,
    dt: float,
    store: int | None = None,
) -> Wires:
    """Return the wires to the neurons ``low`` … ``high - 1`` of a group (lanes)."""
    parts = list(_parts(chip, neurons, group, low, high, dt))
    shifts = np.unique(np.array([part.shift for part in parts], dtype=np.int64))
    stores = Stores(group.rows, shifts, store)
    for part in parts:
        stores.add(part)
    return stores.wires()


def _parts(
    chip: Chip, neurons: dict[str, Neurons], group: Group, low: int, high: int, dt: float
) -> Iterator[Part]:
    for item in chip.projections:
        if item.target not in group.first_lane:
            continue
        known = neurons[item.target].propagators
        first = group.first_lane[item.target]
        weights = drawn_weights(chip, item)
        negative = np.zeros(1, bool) if known.signs_alike else weights < 0.0
        steps = np.rint(np.asarray(item.delays) / dt).astype(np.int64)
        begin, end = max(low, first), min(high, first + neurons[item.target].array.n)
        for tile in range(begin, end, TILE):
            width = min(TILE, end - tile)
            near = np.ones(1, bool)
            if (tile, width) != (first, neurons[item.target].array.n):
                near = (item.targets >= tile - first) & (item.targets < tile - first + width)
            for sign in np.unique(negative):
                jump = known.jumps[int(sign)]
                for delay in np.unique(steps):
                    if jump and delay < 1 and item.source not in group.outside:
                        raise BadValue(
                            f"{item.source} -> {item.target}: events move the membrane at once",
                            [f"a delay below dt, {render(dt, 's')}, inside of a loop"],
                            f"delay={dt:.3g} or more, or a synaptic time constant",
                        )
                    yield _part(
                        item,
                        weights,
                        near & (negative == sign) & (steps == delay),
                        int(delay) + (not jump),
                        group.row_of(item.source),
                        tile - low + int(sign) * (high - low),
                        tile - first,
                        width,
                    )


def _part(
    item: Projection,
    weights: NDArray[np.float32],
    chosen: NDArray[np.bool_],
    shift: int,
    row: int,
    base: int,
    first_target: int,
    width: int,
) -> Part:
    if chosen.size == 1 and chosen.all():
        indptr, targets = item.indptr, item.targets
    else:
        kept = np.flatnonzero(np.broadcast_to(chosen, weights.shape))
        indptr, targets = np.searchsorted(kept, item.indptr), item.targets[kept]
        weights = weights[kept]
    return Part(
        shift, row, base, width, indptr, (targets - first_target).astype(np.uint16), weights
    )
