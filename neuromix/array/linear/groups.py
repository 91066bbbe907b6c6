"""Which arrays have to be advanced together, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neuromix.array.chip import Array, Chip
from neuromix.array.linear.lanes import LANES


@dataclass(frozen=True, eq=False)
class Group:
    """Arrays that depend on each other, and the blocks whose events they get.

    Rows of events are the addresses of the blocks outside, one after the other, and then the
    neurons of the arrays, each array filled up to whole blocks of lanes.

    Parameters
    ----------
    outside : dict of str to int
        First row of each block outside.
    first_lane : dict of str to int
        First neuron of each array, counted from the first of the group.
    first_row : int
        Row of that first neuron.
    lanes : int
        Neurons of all arrays, filled up.
    recurrent : bool
        Whether any event of the group comes back to it.
    """

    outside: dict[str, int]
    first_lane: dict[str, int]
    first_row: int
    lanes: int
    recurrent: bool

    @property
    def rows(self) -> int:
        """How many rows events can have."""
        return self.first_row + self.lanes

    def row_of(self, block: str) -> int:
        """Return the first row of a block."""
        if block in self.outside:
            return self.outside[block]
        return self.first_row + self.first_lane[block]


def groups(chip: Chip) -> list[Group]:
    """Return the groups of a chip of linear neurons, each after those that it depends on."""
    names = list(chip.blocks)
    place = {name: k for k, name in enumerate(names)}
    leads = np.eye(len(names), dtype=bool)
    for item in chip.projections:
        leads[place[item.source], place[item.target]] = True
    for k in range(len(names)):
        leads |= np.outer(leads[:, k], leads[k])
    found = []
    for k in np.argsort(leads.sum(axis=0), kind="stable"):
        members = np.flatnonzero(leads[k] & leads[:, k])
        if members[0] == k and isinstance(chip.blocks[names[k]], Array):
            found.append(_group(chip, [names[j] for j in members]))
    return found


def _group(chip: Chip, arrays: list[str]) -> Group:
    outside: dict[str, int] = {}
    rows = 0
    recurrent = False
    for item in chip.projections:
        if item.target not in arrays:
            continue
        recurrent |= item.source in arrays
        if item.source not in arrays and item.source not in outside:
            outside[item.source] = rows
            rows += chip.blocks[item.source].n
    first_lane: dict[str, int] = {}
    lanes = 0
    for name in arrays:
        first_lane[name] = lanes
        lanes += -(-chip.blocks[name].n // LANES) * LANES
    return Group(outside, first_lane, rows, lanes, recurrent)
