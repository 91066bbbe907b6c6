"""Binary-weighted current converter of a digital weight, with a source and a sink output.

At code b (bits b_k) an output settles at I_leak + Σ b_k I_k. A pulse of ``t`` seconds from code 0
brings, beyond the standing I_leak,

    Q(b, t) = t Σ b_k I_k + q_0 [b > 0] + Σ b_k q_k

the settled currents, and what the switched nodes take and the mirrors hold back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from neuromix.models.family import Family, Values, quantity

BITS = 6
OUTPUTS = ("source", "sink")


def bits_of(codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the bits of codes, the least significant first, shape ``(…, 6)``."""
    return np.asarray((codes[..., None] >> np.arange(BITS)) & 1, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Currents (A) and charges (C) of both outputs."""

    role: ClassVar[str] = "converter"

    source_current_0: Values = quantity(
        "A", "I_0, bit 0 of the source output", 0.0, 1e-3, positive=True
    )
    source_current_1: Values = quantity(
        "A", "I_1, bit 1 of the source output", 0.0, 1e-3, positive=True
    )
    source_current_2: Values = quantity(
        "A", "I_2, bit 2 of the source output", 0.0, 1e-3, positive=True
    )
    source_current_3: Values = quantity(
        "A", "I_3, bit 3 of the source output", 0.0, 1e-3, positive=True
    )
    source_current_4: Values = quantity(
        "A", "I_4, bit 4 of the source output", 0.0, 1e-3, positive=True
    )
    source_current_5: Values = quantity(
        "A", "I_5, bit 5 of the source output", 0.0, 1e-3, positive=True
    )
    sink_current_0: Values = quantity(
        "A", "I_0, bit 0 of the sink output", 0.0, 1e-3, positive=True
    )
    sink_current_1: Values = quantity(
        "A", "I_1, bit 1 of the sink output", 0.0, 1e-3, positive=True
    )
    sink_current_2: Values = quantity(
        "A", "I_2, bit 2 of the sink output", 0.0, 1e-3, positive=True
    )
    sink_current_3: Values = quantity(
        "A", "I_3, bit 3 of the sink output", 0.0, 1e-3, positive=True
    )
    sink_current_4: Values = quantity(
        "A", "I_4, bit 4 of the sink output", 0.0, 1e-3, positive=True
    )
    sink_current_5: Values = quantity(
        "A", "I_5, bit 5 of the sink output", 0.0, 1e-3, positive=True
    )
    source_leak: Values = quantity(
        "A", "I_leak, source output at code 0", 0.0, 1e-3, positive=True, default=0.0
    )
    sink_leak: Values = quantity(
        "A", "I_leak, sink output at code 0", 0.0, 1e-3, positive=True, default=0.0
    )
    source_charge_0: Values = quantity(
        "C", "q_0, charge of bit 0 at the source output", -1e-12, 1e-12, default=0.0
    )
    source_charge_1: Values = quantity(
        "C", "q_1, charge of bit 1 at the source output", -1e-12, 1e-12, default=0.0
    )
    source_charge_2: Values = quantity(
        "C", "q_2, charge of bit 2 at the source output", -1e-12, 1e-12, default=0.0
    )
    source_charge_3: Values = quantity(
        "C", "q_3, charge of bit 3 at the source output", -1e-12, 1e-12, default=0.0
    )
    source_charge_4: Values = quantity(
        "C", "q_4, charge of bit 4 at the source output", -1e-12, 1e-12, default=0.0
    )
    source_charge_5: Values = quantity(
        "C", "q_5, charge of bit 5 at the source output", -1e-12, 1e-12, default=0.0
    )
    sink_charge_0: Values = quantity(
        "C", "q_0, charge of bit 0 at the sink output", -1e-12, 1e-12, default=0.0
    )
    sink_charge_1: Values = quantity(
        "C", "q_1, charge of bit 1 at the sink output", -1e-12, 1e-12, default=0.0
    )
    sink_charge_2: Values = quantity(
        "C", "q_2, charge of bit 2 at the sink output", -1e-12, 1e-12, default=0.0
    )
    sink_charge_3: Values = quantity(
        "C", "q_3, charge of bit 3 at the sink output", -1e-12, 1e-12, default=0.0
    )
    sink_charge_4: Values = quantity(
        "C", "q_4, charge of bit 4 at the sink output", -1e-12, 1e-12, default=0.0
    )
    sink_charge_5: Values = quantity(
        "C", "q_5, charge of bit 5 at the sink output", -1e-12, 1e-12, default=0.0
    )
    source_offset_charge: Values = quantity(
        "C", "q_0, charge of any code but 0 at the source output", -1e-12, 1e-12, default=0.0
    )
    sink_offset_charge: Values = quantity(
        "C", "q_0, charge of any code but 0 at the sink output", -1e-12, 1e-12, default=0.0
    )

    def _bits(self, kind: str) -> NDArray[np.float64]:
        columns = [np.atleast_1d(np.asarray(getattr(self, f"{kind}_{k}"))) for k in range(BITS)]
        return np.stack(np.broadcast_arrays(*columns), axis=-1)

    def table(self, output: str = "source") -> NDArray[np.float64]:
        """Return the settled current of each code at an output, A, shape ``(n, 64)``."""
        leak = np.atleast_1d(np.asarray(getattr(self, f"{output}_leak")))[:, None]
        return np.asarray(leak + self._bits(f"{output}_current") @ bits_of(np.arange(2**BITS)).T)

    def charge(
        self,
        codes: NDArray[np.int64],
        widths: NDArray[np.float64],
        output: str = "source",
    ) -> NDArray[np.float64]:
        """Return what pulses bring beyond the standing current, C.

        Parameters
        ----------
        codes : (m,) ndarray of int
            0 … 63, set during the pulse; code 0 before and after.
        widths : (m,) ndarray, s
            Of the pulses.
        output : str
            ``"source"`` or ``"sink"``.

        Returns
        -------
        (n, m) ndarray
        """
        bits = bits_of(codes)
        offset = np.atleast_1d(np.asarray(getattr(self, f"{output}_offset_charge")))[:, None]
        settled = self._bits(f"{output}_current") @ bits.T * widths
        return np.asarray(settled + self._bits(f"{output}_charge") @ bits.T + offset * (codes > 0))
