"""What a run is of: the blocks and dies of a chip, or of all chips on a board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from neuromix.array.board import Board
from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.die import ArrayDie, array_die
from neuromix.array.ferry import Ferry


@dataclass(frozen=True, eq=False)
class Manufactured:
    """A design as it came out of the foundry.

    Parameters
    ----------
    blocks : mapping of str to SpikeSource or Array
        By name; on a board it begins with that of the chip.
    dies : mapping of str to ArrayDie
        Of all arrays.
    board : Board, optional
    """

    blocks: Mapping[str, SpikeSource | Array]
    dies: Mapping[str, ArrayDie]
    board: Board | None = None

    @classmethod
    def of(cls, design: Chip | Board) -> Manufactured:
        """Draw all instances; the design is frozen from now on."""
        if isinstance(design, Chip):
            return cls(design.blocks, _dies(design))
        dies = {
            f"{name}.{block}": replace(
                die,
                name=f"{name}.{block}",
                offsets={f"{name}.{source}": row for source, row in die.offsets.items()},
            )
            for name, chip in design.chips.items()
            for block, die in _dies(chip).items()
        }
        return cls(design.blocks, dies, design)

    @property
    def given(self) -> dict[str, SpikeSource]:
        """Sources of spikes that the user gives."""
        wired = self.board.wires if self.board is not None else {}
        return {
            name: block
            for name, block in self.blocks.items()
            if isinstance(block, SpikeSource) and name not in wired
        }

    def ferry(self) -> Ferry:
        """Return links between chips that nothing has used yet."""
        return Ferry(self.board)


def _dies(chip: Chip) -> dict[str, ArrayDie]:
    chip.freeze()
    return {
        name: array_die(chip, name)
        for name, block in chip.blocks.items()
        if isinstance(block, Array)
    }
