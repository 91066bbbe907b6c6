"""How several chips are joined: which links an event takes from one to another.

A link leads one way. An event makes its way over a sequence of them, and never waits for one that
waits for it: paths of a tree go up and then down, those of a mesh go along the row and then along
the column (dimension order: Dally and Seitz 1987, "Deadlock-free message routing in multiprocessor
interconnection networks"; from memory).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from neuromix.errors import BadValue
from neuromix.units import whole

MOST_CHIPS = 2**20
"""On a board; a mesh of them has as many routers."""

NOWHERE: tuple[int, ...] = ()
"""The path from a chip to itself: an event that stays does not enter the network."""

EAST, WEST, NORTH, SOUTH, OUT = range(5)
"""Links that leave a router of a mesh; the last one leads into its chip."""

DIRECTIONS = ("east", "west", "north", "south", "out")


class Topology(Protocol):
    """What a network needs to know of how its chips are joined."""

    @property
    def chips(self) -> int:
        """How many chips there are, 0 … ``chips`` − 1."""
        ...

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Return the numbers of the links from one chip to another, in order."""
        ...

    def name(self, link: int) -> str:
        """Return what a link is called in a record."""
        ...


@dataclass(frozen=True)
class Tree:
    """Chips as the leaves of a tree of routers.

    Parameters
    ----------
    chips : int
    branches : int
        How many nodes of a level meet in one of the next.
    """

    chips: int
    branches: int = 2

    def __post_init__(self) -> None:
        whole(self.chips, "tree: chips", 1, MOST_CHIPS)
        whole(self.branches, "tree: branches", 2, MOST_CHIPS)

    @property
    def levels(self) -> int:
        """How many levels of links there are between a chip and the root."""
        return max(0, math.ceil(math.log(self.chips, self.branches) - 1e-9))

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Return the links up from the source, to where both meet, and down to the target."""
        _check_ends(self, source, target)
        up, down, level = [], [], 0
        while source != target:
            up.append(self._link(level, source, 0))
            down.append(self._link(level, target, 1))
            source, target, level = source // self.branches, target // self.branches, level + 1
        return (*up, *reversed(down))

    def name(self, link: int) -> str:
        """Return the direction, the level of the lower node, and its number."""
        node, down = divmod(link, 2)
        level, index = divmod(node, self.chips)
        return f"{'down to' if down else 'up from'} {level}.{index}"

    def _link(self, level: int, index: int, down: int) -> int:
        return 2 * (level * self.chips + index) + down


@dataclass(frozen=True)
class Mesh:
    """Chips on a rectangle, each with a router that is joined to its neighbours.

    Chip k is in row k // columns, column k % columns; rows count to the south.

    Parameters
    ----------
    columns, rows : int
    """

    columns: int
    rows: int

    def __post_init__(self) -> None:
        columns = whole(self.columns, "mesh: columns", 1, MOST_CHIPS)
        rows = whole(self.rows, "mesh: rows", 1, MOST_CHIPS)
        if columns * rows > MOST_CHIPS:
            raise BadValue(
                f"mesh: {columns} x {rows} are too many chips", cure=f"{MOST_CHIPS} at most"
            )

    @property
    def chips(self) -> int:
        """How many there are."""
        return self.columns * self.rows

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Return the links along the row, then along the column, then into the chip."""
        _check_ends(self, source, target)
        if source == target:
            return NOWHERE
        links, at = [], source
        while at % self.columns != target % self.columns:
            east = at % self.columns < target % self.columns
            links.append(len(DIRECTIONS) * at + (EAST if east else WEST))
            at += 1 if east else -1
        while at != target:
            south = at < target
            links.append(len(DIRECTIONS) * at + (SOUTH if south else NORTH))
            at += self.columns if south else -self.columns
        return (*links, len(DIRECTIONS) * target + OUT)

    def name(self, link: int) -> str:
        """Return the chip whose router it leaves, and where it leads."""
        chip, direction = divmod(link, len(DIRECTIONS))
        return f"{chip} {DIRECTIONS[direction]}"


def _check_ends(topology: Topology, source: int, target: int) -> None:
    """Refuse a path from or to a chip that there is not."""
    whole(source, "path: its first chip", 0, topology.chips - 1)
    whole(target, "path: its last chip", 0, topology.chips - 1)
