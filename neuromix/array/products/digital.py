"""The digital form: exact, at the published energies of its operations."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from neuromix.array.products.operands import Operands
from neuromix.array.products.product import Product
from neuromix.errors import BadValue
from neuromix.units import number


@dataclass(frozen=True)
class DigitalCosts:
    """What one multiply-accumulate takes, and how fast it is clocked.

    Energies are those of M. Horowitz, "Computing's energy problem (and what we can do about it)",
    ISSCC 2014, figure 1.1.9, for a 45 nm process at 0.9 V. They are **not scaled** to another
    process: C V² alone would make them (180/45) (1.8/0.9)² = 16 times as large at 180 nm and 1.8 V.

    Parameters
    ----------
    multiply : float, J
        Of 8 × 8 bit integers.
    add : float, J
        Into an accumulator of 32 bit.
    read : float, J
        Of an 8-bit weight: one eighth of a 64-bit access to a cache of 8 KB. Larger matrices are
        taken as banks of that size beside their multipliers; wires between them are not counted.
    clock : float, Hz
        A choice, not a published figure; a multiplier for each row takes one column a period.
    """

    multiply: float = 0.2e-12
    add: float = 0.1e-12
    read: float = 10e-12 / 8.0
    clock: float = 200e6

    def __post_init__(self) -> None:
        for name in ("multiply", "add", "read"):
            if not 0.0 <= number(getattr(self, name), f"digital costs: {name}") < np.inf:
                raise BadValue(f"digital costs: {name} is negative or not finite")
        if not 0.0 < number(self.clock, "digital costs: clock") < np.inf:
            raise BadValue("digital costs: the clock is not positive")


HOROWITZ = DigitalCosts()
"""As published."""


def digital_product(operands: Operands, costs: DigitalCosts = HOROWITZ) -> Product:
    """Multiply in whole numbers; the reference of the other forms."""
    start = time.perf_counter()
    found = operands.times(operands.vector)
    macs = operands.size**2
    return Product(
        "digital",
        "none needed",
        found.astype(np.float64),
        operands.exact,
        {
            "multipliers": macs * costs.multiply,
            "accumulators": macs * costs.add,
            "weight memory": macs * costs.read,
        },
        operands.size / costs.clock,
        time.perf_counter() - start,
        {"8-bit multiplier": operands.size},
    )
