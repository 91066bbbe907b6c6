"""The other sides of ``benchmarks/engine.py``, each in a process of its own.

``alter``: a bare ctypes loop on libngspice, without a check of anything: load once, alter, op, read
one number. ``pyspice``: a new PySpice Circuit for each draw. A task comes on standard input, as
JSON; numbers and seconds go to standard output.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
import time
from collections.abc import Callable, Sequence

Draw = Sequence[tuple[str, str, float]]
LIBRARY = "libngspice.so.0"


def alter(lines: list[str]) -> Callable[[list[Draw]], list[float]]:
    """Return what simulates draws."""
    library = ctypes.CDLL(LIBRARY)
    say = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p)
    end = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.c_int, ctypes.c_bool, ctypes.c_bool, ctypes.c_int, ctypes.c_void_p
    )
    quiet = (say(lambda *_: 0), say(lambda *_: 0), end(lambda *_: 0))

    class Vector(ctypes.Structure):
        _fields_ = (
            ("name", ctypes.c_char_p),
            ("type", ctypes.c_int),
            ("flags", ctypes.c_short),
            ("real", ctypes.POINTER(ctypes.c_double)),
            ("complex", ctypes.c_void_p),
            ("length", ctypes.c_int),
        )

    library.ngGet_Vec_Info.restype = ctypes.POINTER(Vector)
    library.ngSpice_Init(*quiet, None, None, None, None)
    library.ngSpice_Command(b"set num_threads=1")
    encoded = [line.encode() for line in lines]
    library.ngSpice_Circ((ctypes.c_char_p * (len(encoded) + 1))(*encoded, None))

    def loop(some: list[Draw]) -> list[float]:
        numbers = []
        for draw in some:
            for device, parameter, value in draw:
                library.ngSpice_Command(f"alter @{device}[{parameter}] = {value!r}".encode())
            library.ngSpice_Command(b"op")
            numbers.append(library.ngGet_Vec_Info(b"v_out").contents.real[0])
            # Plots that stay make every later command slower.
            library.ngSpice_Command(b"destroy all")
        return numbers

    loop.called_back = quiet  # or they would be freed
    return loop


def pyspice(lines: list[str]) -> Callable[[list[Draw]], list[float]]:
    """Return what simulates draws."""
    from PySpice.Spice.Netlist import Circuit
    from PySpice.Spice.NgSpice.Shared import NgSpiceShared

    NgSpiceShared.LIBRARY_PATH = LIBRARY
    shared = NgSpiceShared.new_instance()
    shared.exec_command("set num_threads=1")
    body = "\n".join(line for line in lines[1:] if line.strip() != ".end")

    def one(draw: Draw) -> float:
        circuit = Circuit("amplifier")
        circuit.raw_spice = own_wrappers(body, draw)
        simulator = circuit.simulator(simulator="ngspice-shared", ngspice_shared=shared)
        return float(simulator.operating_point()["v_out"][0])

    return lambda draws: [one(draw) for draw in draws]


def own_wrappers(body: str, draw: Draw) -> str:
    """Return the circuit with a wrapper for each transistor, which has the drawn values."""
    wrappers = {
        found.group(1): found.group(0)
        for found in re.finditer(r"^\.subckt (nfet|pfet)\b.*?^\.ends.*?$", body, re.M | re.S)
    }
    drawn: dict[str, dict[str, float]] = {}
    for device, parameter, value in draw:
        drawn.setdefault(device.split(".")[-2], {})[parameter] = value
    extra = []
    for name, values in drawn.items():
        kind = re.search(rf"^{name} .*?\b(nfet|pfet)\b", body, re.M).group(1)
        body = re.sub(rf"^({name} .*?\b){kind}\b", rf"\g<1>{kind}_{name}", body, flags=re.M)
        text = re.sub(rf"(?<=[ ]){kind}\b(?=\s|$)", f"{kind}_{name}", wrappers[kind])
        for parameter, value in values.items():
            text = re.sub(rf"\b{parameter}=\S+", f"{parameter}={value!r}", text)
        extra.append(text)
    return "\n".join([body, *extra])


def main(kind: str) -> None:
    """Run a task."""
    task = json.load(sys.stdin)
    simulate = {"alter": alter, "pyspice": pyspice}[kind](task["lines"])
    simulate(task["draws"][:2])
    start, busy = time.perf_counter(), time.process_time()
    numbers = simulate(task["draws"])
    print(
        json.dumps(
            {
                "numbers": numbers,
                "seconds": time.perf_counter() - start,
                "processor_seconds": time.process_time() - busy,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
