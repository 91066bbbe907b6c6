"""What the bits of an address mean: a chip, a row, a column, the sign of a spike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.data.arrays import numeric
from neuromix.errors import BadValue, UnknownName

WORD = 32
"""Bits of an address."""


@dataclass(frozen=True)
class Field:
    """Some bits of an address word.

    Parameters
    ----------
    name : str
    low : int
        Its lowest bit; 0 is the lowest of the word.
    width : int
        How many bits it has.
    """

    name: str
    low: int
    width: int

    def __post_init__(self) -> None:
        if self.low < 0 or self.width < 1 or self.low + self.width > WORD:
            raise BadValue(
                f"address: {self.name!r} takes the bits {self.low} … {self.low + self.width - 1}",
                cure=f"bits 0 … {WORD - 1}",
            )

    @property
    def size(self) -> int:
        """How many values it has."""
        return 1 << self.width


@dataclass(frozen=True)
class AddressFormat:
    """How values are packed into an address word, and taken out of it.

    Parameters
    ----------
    fields : tuple of Field
        That do not overlap; bits of none are 0.
    """

    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        taken: dict[int, str] = {}
        for field in self.fields:
            for bit in range(field.low, field.low + field.width):
                if bit in taken:
                    raise BadValue(f"address: {field.name!r} and {taken[bit]!r} share bit {bit}")
                taken[bit] = field.name

    @classmethod
    def of(cls, **widths: int) -> AddressFormat:
        """Return fields of such widths side by side, the first in the lowest bits."""
        fields, low = [], 0
        for name, width in widths.items():
            fields.append(Field(name, low, width))
            low += width
        return cls(tuple(fields))

    def pack(self, **values: ArrayLike) -> NDArray[np.uint32]:
        """Return address words of values by field, broadcast against each other.

        Raises
        ------
        UnknownName, BadValue
            Where a field is unknown, or a value does not fit into it.
        """
        names = {field.name for field in self.fields}
        for name in values:
            if name not in names:
                raise UnknownName("field", name, names)
        word = np.zeros(np.broadcast_shapes(*(np.shape(v) for v in values.values())), np.uint32)
        for field in self.fields:
            given = numeric(values.get(field.name, 0), f"address: {field.name}")
            if given.size and (given.dtype.kind not in "biu" or not _within(given, field.size)):
                raise BadValue(
                    f"address: a value of {field.name!r} does not fit",
                    [f"it has {field.width} bits: 0 … {field.size - 1}"],
                    "whole numbers in that range",
                )
            word |= (given.astype(np.uint64) << np.uint64(field.low)).astype(np.uint32)
        return word

    def unpack(self, address: ArrayLike) -> Mapping[str, NDArray[np.uint32]]:
        """Return the values of all fields of address words, by name."""
        word = np.asarray(address, dtype=np.uint32)
        return {
            field.name: (word >> np.uint32(field.low)) & np.uint32(field.size - 1)
            for field in self.fields
        }


def _within(values: NDArray[np.generic], size: int) -> bool:
    return int(values.min()) >= 0 and int(values.max()) < size
