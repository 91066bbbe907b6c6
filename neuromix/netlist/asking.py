"""What ngspice is asked: the command of an analysis, and the vectors to bring back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from neuromix.declare import (
    Bench,
    Constant,
    Current,
    Drive,
    FrequencyResponse,
    Noise,
    OperatingPoint,
    Sweep,
    Transient,
    Voltage,
)
from neuromix.declare.analysis import Analysis
from neuromix.declare.drive import resolve
from neuromix.errors import BadValue, UnknownName
from neuromix.netlist.deck import Vector

NOISE_VECTORS = (
    Vector("frequency", "frequency"),
    Vector("input_noise", "inoise_spectrum"),
    Vector("output_noise", "onoise_spectrum"),
)


def command_of(
    analysis: Analysis, drives: tuple[Drive, ...], values: Mapping[str, float]
) -> tuple[str, str, float]:
    """Return ngspice's command, the axis of its results and where that must end."""
    if isinstance(analysis, OperatingPoint):
        return "op", "", 0.0
    if isinstance(analysis, Sweep):
        step = 1.0 / (round(resolve(analysis.points, values)) - 1)
        return f"dc vsweep_part 0 1 {step!r}", "sweep", resolve(analysis.stop, values)
    if isinstance(analysis, Transient):
        stop, step = resolve(analysis.stop, values), resolve(analysis.max_step, values)
        return f"tran {step!r} {stop!r} 0 {step!r}", "time", stop
    grid = f"dec {analysis.points} {analysis.start!r} {analysis.stop!r}"
    if isinstance(analysis, FrequencyResponse):
        return f"ac {grid}", "frequency", analysis.stop
    by_current = any(d.port == analysis.input and isinstance(d, Current) for d in drives)
    source = f"{'i' if by_current else 'v'}{analysis.input}" if drives else analysis.input.lower()
    return f"noise v({analysis.output.lower()}) {source} {grid}", "frequency", analysis.stop


def check_signal(bench: Bench, signal: str | None) -> None:
    """Refuse a small signal at a port that no constant source drives: ngspice would answer 0."""
    constant = [
        drive.port
        for drive in bench.drives
        if isinstance(drive, (Current, Voltage)) and isinstance(drive.waveform, Constant)
    ]
    if signal is not None and signal not in constant:
        raise UnknownName(f"constant drive of bench {bench.name!r}", signal, constant)


def parts_of(analysis: Analysis, vectors: Iterable[Vector]) -> tuple[Vector, ...]:
    """Return magnitude and phase of each vector of a frequency response; others as they are."""
    if not isinstance(analysis, FrequencyResponse):
        return tuple(vectors)
    return tuple(
        part
        for item in vectors
        for part in (
            Vector(item.name, item.source, item.sign, "magnitude"),
            Vector(f"phase({item.name})", item.source, item.sign, "phase"),
        )
    )


def axis_vector(axis: str) -> tuple[Vector, ...]:
    """Return the axis itself as a vector to bring back, where there is one."""
    return (Vector(axis, axis),) if axis else ()


def vectors_of(
    bench: Bench, nodes: Mapping[str, str], sources: set[str], axis: str
) -> tuple[Vector, ...]:
    """Return what a bench keeps: ports, inner nodes, and currents that sources deliver."""
    if isinstance(bench.analysis, Noise):
        return NOISE_VECTORS
    sources = sources | {drive.port for drive in bench.drives if isinstance(drive, Voltage)}
    found = []
    for name in bench.keep:
        if name.startswith("i("):
            port = name[2:-1]
            if port not in sources:
                raise BadValue(
                    f"bench {bench.name!r} keeps {name}, but no voltage source drives {port!r}",
                    cure=" or ".join(f"i({item})" for item in sorted(sources)),
                )
            found.append(Vector(name, f"v{port}#branch", -1.0))
        else:
            found.append(Vector(name, nodes.get(name, f"xcell.{name}")))
    return (*axis_vector(axis), *parts_of(bench.analysis, found))
