"""Charges as signed codes, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """What each code of a path brings a membrane.

    Parameters
    ----------
    excitatory, inhibitory : (codes,) ndarrays, C
        0 at code 0.
    """

    excitatory: Floats
    inhibitory: Floats

    @property
    def largest(self) -> float:
        """The charge that both signs reach, C."""
        return float(min(self.excitatory.max(), self.inhibitory.max()))

    def nearest(self, charge: Floats) -> NDArray[np.int8]:
        """Return the nearest code of each charge."""
        below, above = _nearest(-charge, self.inhibitory), _nearest(charge, self.excitatory)
        return np.asarray(np.where(charge < 0.0, -below, above), np.int8)

    def charge(self, codes: NDArray[np.int8]) -> Floats:
        """Return the charge of each code."""
        size = np.abs(codes.astype(np.int64))
        return np.where(codes < 0, -self.inhibitory[size], self.excitatory[size])


def relative_error(found: NDArray[Any], wanted: NDArray[Any]) -> float:
    """Return the root mean square of the difference over that of what is wanted; NaN of none."""
    size = float(np.linalg.norm(wanted))
    return float(np.linalg.norm(found - wanted)) / size if size else float("nan")


def _nearest(values: Floats, table: Floats) -> NDArray[np.int64]:
    """Return the places of the nearest entries of a table, which need not be in order."""
    order = np.argsort(table, kind="stable")
    ordered = table[order]
    return np.asarray(order[np.searchsorted(0.5 * (ordered[1:] + ordered[:-1]), values)])
