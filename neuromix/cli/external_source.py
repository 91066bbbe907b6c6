"""A run with an external current source, the hook of co-simulation, for ``neuromix doctor``.

Run as ``python -m neuromix.cli.external_source`` in a process of its own, since a libngspice
without this hook may crash. Prints the voltage at the end, which is the one expected, V.
"""

from __future__ import annotations

import ctypes

from neuromix.engine.binding import Ngspice, library_name
from neuromix.units import render

EXPECTED = 0.999
"""V: a ramp to 1 mA in 1 ms, into 1 kΩ parallel to 1 nF, ends one time constant late."""

CIRCUIT = """\
* a ramp from outside
i1 0 out external
r1 out 0 1k
c1 out 0 1n
.end
"""

_Current = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_double),
    ctypes.c_double,
    ctypes.c_char_p,
    ctypes.c_int,
    ctypes.c_void_p,
)


def _ramp(current: ctypes._Pointer[ctypes.c_double], time: float, *_rest: object) -> int:
    current[0] = time  # 1 A/s: 1 mA at 1 ms
    return 0


def final_voltage() -> float:
    """Run the circuit and return the voltage at its end, V."""
    engine = Ngspice()
    ramp = _Current(_ramp)  # named, so that it lives as long as ngspice calls it
    ctypes.CDLL(library_name()).ngSpice_Init_Sync(None, ramp, None, None, None)
    engine.load(CIRCUIT)
    engine.command("tran 1u 1m 0 1u")
    return float(engine.vector("out")[-1])


if __name__ == "__main__":
    import sys

    found = final_voltage()
    sys.stdout.write(render(found, "V") + "\n")
    sys.exit(abs(found - EXPECTED) > 1e-4 * EXPECTED)
