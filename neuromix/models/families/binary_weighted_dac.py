"""Binary-weighted current digital-to-analog converter that is switched on by a spike.

A pulse of ``t`` seconds with code bits b_k delivers the charge

    Q(code, t) = t (I_leak + sum_k b_k I_k) + q_0 + sum_k b_k q_k

at each of its two outputs (a sink and a mirrored source): the bits' settled currents, and what the
switched nodes inject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from neuromix.models.family import Family, Values, quantity

BITS = 6


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Currents (A) and charges (C) of each bit, for both outputs."""

    role: ClassVar[str] = "converter"

    source_current_0: Values = quantity("A", "bit 0 of the source output", 0.0, 1e-3, positive=True)
    source_current_1: Values = quantity("A", "bit 1 of the source output", 0.0, 1e-3, positive=True)
    source_current_2: Values = quantity("A", "bit 2 of the source output", 0.0, 1e-3, positive=True)
    source_current_3: Values = quantity("A", "bit 3 of the source output", 0.0, 1e-3, positive=True)
    source_current_4: Values = quantity("A", "bit 4 of the source output", 0.0, 1e-3, positive=True)
    source_current_5: Values = quantity("A", "bit 5 of the source output", 0.0, 1e-3, positive=True)

    def table(self, output: str = "source") -> NDArray[np.float64]:
        """Return the settled current of each code, A, shape ``(n, 64)``."""
        columns = [
            np.atleast_1d(np.asarray(getattr(self, f"{output}_current_{k}"))) for k in range(BITS)
        ]
        bits = (np.arange(2**BITS)[:, None] >> np.arange(BITS)) & 1
        return np.asarray(np.stack(np.broadcast_arrays(*columns), axis=-1) @ bits.T)
