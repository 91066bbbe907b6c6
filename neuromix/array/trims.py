"""Trim converters: per neuron and sign a few bits that scale the weight current."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.data.arrays import numeric
from neuromix.errors import BadValue
from neuromix.units import number, whole

MOST_BITS = 16
"""Of a trim converter."""


@dataclass(frozen=True, eq=False)
class Trims:
    """Trim codes of one array.

    A code scales the unit current of the weight converter of its neuron and sign, in equal steps of
    its logarithm, from ``exp(-span)`` at code 0 to ``exp(span)`` at the largest.

    Parameters
    ----------
    codes : (2, n) ndarray of int64
        Excitatory first.
    bits : int
        Width of a code.
    span : float
        ln of the largest gain.
    """

    codes: NDArray[np.int64]
    bits: int
    span: float

    def __post_init__(self) -> None:
        codes = np.array(numeric(self.codes, "trims: codes"))
        if codes.ndim != 2 or len(codes) != 2 or codes.dtype.kind not in "iu":
            raise BadValue(
                f"trims: codes of shape {codes.shape} and type {codes.dtype}",
                cure="whole numbers of shape (2, n): excitatory, inhibitory",
            )
        whole(self.bits, "trims: bits", 1, MOST_BITS)
        if not 0.0 < number(self.span, "trims: span") <= 5.0:
            raise BadValue(
                f"trims: a span of ± {self.span!r} cannot be built", cure="above 0 and up to 5"
            )
        if codes.size and not 0 <= codes.min() <= codes.max() < 2**self.bits:
            raise BadValue(f"trims: a code is not in 0 … {2**self.bits - 1}")
        codes.setflags(write=False)
        object.__setattr__(self, "codes", codes)

    @classmethod
    def middle(cls, n: int, bits: int, span: float) -> Trims:
        """Return the codes before a calibration: gains next to 1."""
        n, bits = whole(n, "trims: neurons", 1), whole(bits, "trims: bits", 1, MOST_BITS)
        return cls(np.full((2, n), 2 ** (bits - 1), np.int64), bits, span)

    @property
    def gains(self) -> NDArray[np.float64]:
        """Factors of the weight currents, shape ``(2, n)``."""
        position = 2.0 * self.codes / (2.0**self.bits - 1.0) - 1.0
        return np.asarray(np.exp(self.span * position))
