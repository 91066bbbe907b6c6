"""What a row of a dense memory does to all neurons, worked out once a die.

An event reads a row, and every neuron looks up what a pulse of its code is. For memories of a
moderate size all these look-ups are made beforehand and laid out in lanes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from neuromix.array.kernel import FETCHED
from neuromix.array.lanes import LANES, block_count

LARGEST = 2**26
"""Bytes; of a larger memory codes are looked up pulse by pulse."""

AT_ONCE = 32
"""Rows that are looked up together."""


@dataclass(frozen=True, eq=False)
class Fetching:
    """The pulses of each row.

    Parameters
    ----------
    lanes : (rows, blocks, FETCHED, LANES) ndarray
        Sign of each lane's pulse (0 for none), and what ``prepare`` gave; see the kernel.
    pulses : (2, rows, n) ndarray
        How many pulses a row makes; excitatory first.
    drive : (rows,) ndarray
        Sum of ln(1 + I_w / 1 nA) over them.
    weight : (rows,) ndarray, A
        Sum of their weight currents.
    """

    lanes: NDArray[np.float64]
    pulses: NDArray[np.float64]
    drive: NDArray[np.float64]
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, codes: NDArray[np.int8], prepared: NDArray[np.float64]) -> Self | None:
        """Look all codes up, or return None where that would take too much memory.

        Parameters
        ----------
        codes : (rows, n) ndarray of int8
        prepared : (n, 2 codes, PREPARED) ndarray
            See :func:`neuromix.array.kernel.prepared_pulses`.
        """
        rows, n = codes.shape
        blocks = block_count(n)
        if not fetched_bytes(rows, n):
            return None
        laid = np.empty((rows, blocks, FETCHED, LANES))
        pulses = np.empty((2, rows, n))
        drive, weight = np.empty(rows), np.empty(rows)
        # A few rows at a time: what is looked up takes three times as much as what is kept of it.
        for first in range(0, rows, AT_ONCE):
            some = slice(first, first + AT_ONCE)
            signed = codes[some].astype(np.int64)
            place = np.where(signed > 0, signed, prepared.shape[1] // 2 - signed)
            found = prepared[np.arange(n), place]
            pulses[:, some] = signed > 0, signed < 0
            lanes = np.zeros((len(signed), blocks * LANES, FETCHED))
            lanes[:, :n, 0] = np.sign(signed)
            lanes[:, :n, 1:] = found[:, :, : FETCHED - 1] * (signed != 0)[:, :, None]
            shaped = lanes.reshape(len(signed), blocks, LANES, FETCHED)
            laid[some] = shaped.transpose(0, 1, 3, 2)
            drive[some] = np.einsum("srn,rn->r", pulses[:, some], found[:, :, 4])
            weight[some] = np.einsum("srn,rn->r", pulses[:, some], found[:, :, 3])
        return cls(laid, pulses, drive, weight)


def fetched_bytes(rows: int, n: int) -> float:
    """Return what a die keeps of a dense memory beside its codes, bytes; 0 where it is too large.

    Parameters
    ----------
    rows, n : int
        Shape of the memory.
    """
    lanes = 8.0 * rows * block_count(n) * FETCHED * LANES
    return 0.0 if lanes > LARGEST else lanes + 16.0 * rows * n
