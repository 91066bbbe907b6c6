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

    def codes(self, charge: Any) -> Any:
        """Return the nearest codes of a sparse array of charges, as a sparse array of int8."""
        found = charge.tocsr().copy()
        data = found.data
        nearest = np.where(
            data < 0.0, -_nearest(-data, self.inhibitory), _nearest(data, self.excitatory)
        )
        found.data = nearest.astype(np.int8)
        found.eliminate_zeros()
        return found

    def charge(self, codes: Any) -> Any:
        """Return the charges of a sparse array of codes."""
        found = codes.astype(np.float64)
        data = codes.data.astype(np.int64)
        found.data = np.where(
            data < 0, -self.inhibitory[np.abs(data)], self.excitatory[np.abs(data)]
        )
        return found


def relative_error(found: Any, wanted: Any) -> float:
    """Return the root mean square of the difference over that of what is wanted; NaN of none."""
    size = float(np.linalg.norm(wanted.data))
    return float(np.linalg.norm((found - wanted).data)) / size if size else float("nan")


def _nearest(values: Floats, table: Floats) -> NDArray[np.int64]:
    """Return the places of the nearest entries of a table, which need not be in order."""
    order = np.argsort(table, kind="stable")
    ordered = table[order]
    return np.asarray(order[np.searchsorted(0.5 * (ordered[1:] + ordered[:-1]), values)])
