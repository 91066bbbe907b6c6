"""One die of linear neurons at one step width: their propagators, and the wires into each group."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip
from neuromix.array.linear.clock import Populations
from neuromix.array.linear.groups import Group, groups
from neuromix.array.linear.lanes import LANES, VECTOR
from neuromix.array.linear.membranes import BLOCK, cells
from neuromix.array.linear.neurons import Neurons, manufactured
from neuromix.array.linear.synapses import wired
from neuromix.array.linear.wiring import Wires

WORTH_MEETING = 512
"""Blocks times steps of a window from which on threads gain more than their meeting costs."""


NEAR = 1 << 19
"""Weights that a second-level cache holds."""


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
    end, last_lane, noisy : arrays
        Of each: its last block + 1, its last lane in use + 1, whether it is noisy.
    """

    low: int
    high: int
    wires: Wires
    cells: NDArray[np.float32]
    arrays: tuple[str, ...]
    end: NDArray[np.int64]
    last_lane: NDArray[np.int64]
    noisy: NDArray[np.bool_]

    def populations(self, keys: NDArray[np.uint64], first_row: int) -> Populations:
        """Return the populations of a run whose noise has these keys."""
        return Populations(self.end, self.last_lane, self.noisy, keys, first_row)

    @property
    def signed(self) -> bool:
        """Whether there are inputs of both signs."""
        return bool(np.any(self.wires.base >= self.high - self.low))


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
            used = -(-min(neurons[name].array.n, end - first) // VECTOR) * VECTOR
            found.append((part, name, (end - low) // LANES, first + used - low, noisy))
    parts, names, ends, lanes, noises = zip(*found, strict=True)
    return Range(
        low, high, wires, np.concatenate(parts), names,
        np.array(ends), np.array(lanes), np.array(noises),
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
    """Cut a group into ranges: outside of loops by what caches hold, inside by threads.

    Inside of loops only where windows are long enough to be worth the meeting of threads after
    each.
    """
    blocks = group.lanes // LANES
    if not group.recurrent:
        near = max(1, NEAR // (LANES * max(1, group.rows - group.lanes)))
        count = max(threads, -(-blocks // near))
    elif _shortest(chip, group, dt) * blocks < WORTH_MEETING:
        count = 1
    else:
        count = threads
    ends = np.unique(np.linspace(0, blocks, min(count, blocks) + 1).astype(int)) * LANES
    return list(itertools.pairwise(ends.tolist()))
