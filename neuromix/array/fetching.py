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

AT_ONCE = 4.5
"""What is held while pulses are looked up, over what is kept: codes and places as whole numbers,
the entries found, counts of both signs, and lanes in two orders. Measured, see
tests/unit/array/test_memory_need.py."""


def bytes_of_lanes(rows: int, n: int) -> int:
    """Return what the pulses of all rows take in lanes."""
    return 8 * rows * block_count(n) * FETCHED * LANES


def bytes_of_pulses(rows: int, n: int) -> float:
    """Return what :meth:`Fetching.of` takes at its peak."""
    lanes = bytes_of_lanes(rows, n)
    return AT_ONCE * float(lanes) if lanes <= LARGEST else 0.0


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
        if bytes_of_lanes(rows, n) > LARGEST:
            return None
        signed = codes.astype(np.int64)
        place = np.where(signed > 0, signed, prepared.shape[1] // 2 - signed)
        found = prepared[np.arange(n), place]
        pulses = np.stack([signed > 0, signed < 0]).astype(np.float64)
        lanes = np.zeros((rows, blocks * LANES, FETCHED))
        lanes[:, :n, 0] = np.sign(signed)
        lanes[:, :n, 1:] = found[:, :, : FETCHED - 1] * (signed != 0)[:, :, None]
        shaped = lanes.reshape(rows, blocks, LANES, FETCHED).transpose(0, 1, 3, 2)
        return cls(
            np.ascontiguousarray(shaped),
            pulses,
            np.einsum("srn,rn->r", pulses, found[:, :, 4]),
            np.einsum("srn,rn->r", pulses, found[:, :, 3]),
        )
