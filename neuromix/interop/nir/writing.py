"""NIR out: a chip as a graph of LIF and CubaLIF neurons with effective parameters.

Linear neurons are written as they are. A characterized neuron is written as the leaky integrator
between its own reset and threshold that spikes as often as it does at two constant currents: I*, at
which the nominal neuron spikes at ``rate``, and I*/2. R and C are effective: C holds what feedback
and refractory time do to the charge of a spike, R the leak. A pulse of a code is written as the
charge q that it brings at I* (:mod:`neuromix.interop.nir.operating`): a weight of q/dt, A, for
``dt``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.die import array_die
from neuromix.array.memory import Codes, SparseCodes
from neuromix.array.projection import Projection
from neuromix.data.provenance import version
from neuromix.errors import BadValue, FitFailed
from neuromix.interop.nir.files import MOST_BYTES, library, store
from neuromix.interop.nir.naming import block_names
from neuromix.interop.nir.network import in_loops, refuse
from neuromix.interop.nir.operating import INTERVALS, OperatingPoint, charges, rates_at
from neuromix.units import number, render

Floats = NDArray[np.float64]

LARGEST_RESISTANCE = 1e15
"""Of a membrane that does not leak, ohm: its time constant is minutes."""

SPREAD = 2.0
"""Of the two currents at which a characterized neuron and its statement agree."""

HALVINGS = 100


def write(chip: Chip, path: str | Path, *, dt: float = 1e-4, rate: float = 200.0) -> Path:
    """Write a chip as a NIR graph, and return the path.

    Sources become Input, arrays LIF or CubaLIF with a value for each neuron, weights Linear, or
    Affine where an array has a constant current; arrays that send to no other one get an Output.
    Numbers are SI: V, Ω, s, weights from characterized circuits in A. Mismatch of the die is in
    the parameters of each neuron and weight; noise, energy, the fabric and the queues of its links
    have no place in NIR and are left out.

    Parameters
    ----------
    chip : Chip
    path : path
    dt : float, s
        For how long a spike of the graph is 1, noted in its metadata; as :func:`read` takes it.
    rate : float, Hz
        At which characterized neurons are stated.

    Raises
    ------
    NotMappable
        Where linear neurons have what NIR's do not: refractory times, delays, two synaptic time
        constants. All are named.
    BadValue, FitFailed
        Where the cells have no such operating point, or the matrices are too large for a file.
    MissingExtra, DiskFull
    """
    return store(path, graph_of(chip, dt=dt, rate=rate))


def graph_of(chip: Chip, *, dt: float = 1e-4, rate: float = 200.0) -> Any:
    """Return a chip as a ``nir.NIRGraph``; see :func:`write`."""
    if not isinstance(chip, Chip):
        raise BadValue(f"nir.write: {chip!r} is not a chip", cure="mapped.chip")
    for name, value in (("dt", dt), ("rate", rate)):
        if not 0.0 < number(value, f"nir.write: {name}") < float("inf"):
            raise BadValue(f"nir.write: {name} is {value!r}", cure=f"a positive {name}")
    nir = library()
    arrays = {name: block for name, block in chip.blocks.items() if isinstance(block, Array)}
    wires = [
        *((item.source, item.target) for item in chip.connections),
        *((item.source, item.target) for item in chip.projections),
    ]
    _check(chip, arrays, wires, dt)
    matrices: dict[tuple[str, str], Floats] = {}
    biased: dict[str, Floats] = {}
    nodes: dict[str, Any] = {
        name: nir.Input(np.array([block.n]))
        for name, block in chip.blocks.items()
        if isinstance(block, SpikeSource)
    }
    for name, array in arrays.items():
        stated = _linear(chip, name, array, dt) if array.linear else _cells(chip, name, dt, rate)
        alone = not any(target == name for _, target in wires)
        nodes[name] = stated.node(nir, alone)
        if np.any(stated.current) and not alone:
            biased[name] = stated.current
        matrices |= {(source, name): weight for source, weight in stated.weights.items()}
    edges = []
    joints = block_names([*chip.blocks, *(f"{s}_to_{t}" for s, t in wires)])
    for source, target in wires:
        joint, weight = joints[f"{source}_to_{target}"], matrices[source, target]
        bias = biased.pop(target, None)
        nodes[joint] = nir.Linear(weight) if bias is None else nir.Affine(weight, bias)
        edges += [(source, joint), (joint, target)]
    senders = {source for source, target in wires if source != target}
    for name in [name for name in arrays if name not in senders] or list(arrays):
        nodes[f"{name}.output"] = nir.Output(np.array([arrays[name].n]))
        edges.append((name, f"{name}.output"))
    metadata = {"dt": float(dt), "rate": float(rate), "written_by": f"neuromix {version()}"}
    return nir.NIRGraph(nodes, edges, metadata, type_check=False)


@dataclass(frozen=True, eq=False)
class _Stated:
    """An array in the terms of NIR: ``tau_syn`` is None for LIF; membranes start at ``leak``."""

    tau: Floats
    tau_syn: Floats | None
    resistance: Floats
    leak: Floats
    threshold: Floats
    reset: Floats
    current: Floats
    weights: Mapping[str, Floats]

    def node(self, nir: Any, alone: bool) -> Any:
        """Return the node; without a connection, a constant current moves its ``v_leak``."""
        common = {
            "r": self.resistance,
            "v_leak": self.leak + self.resistance * self.current * alone,
            "v_threshold": self.threshold,
            "v_reset": self.reset,
        }
        if self.tau_syn is None:
            return nir.LIF(tau=self.tau, **common)
        return nir.CubaLIF(tau_mem=self.tau, tau_syn=self.tau_syn, **common)


def _linear(chip: Chip, name: str, array: Array, dt: float) -> _Stated:
    values = {
        key: np.array(np.broadcast_to(value, (array.n,)), dtype=np.float64)
        for key, value in array.model.dynamics.values().items()
    }
    tau, tau_syn = values["membrane_time"], values["excitatory_time"]
    initial = values["rest"] if array.initial is None else array.initial
    leak = np.array(np.broadcast_to(initial, (array.n,)), dtype=np.float64)
    jumping = bool(np.all(tau_syn == 0.0))
    slow = tau if jumping else tau_syn
    weights = {
        item.source: _matrix(item, (chip.blocks[item.source].n, array.n)) * slow[:, None] / dt
        for item in chip.projections
        if item.target == name
    }
    return _Stated(
        tau,
        None if jumping else tau_syn,
        np.ones(array.n),
        leak,
        values["threshold"],
        values["reset"],
        values["rest"] - leak,
        weights,
    )


def _cells(chip: Chip, name: str, dt: float, rate: float) -> _Stated:
    die = array_die(chip, name)
    array, path, n = die.array, die.path, die.array.n
    point = OperatingPoint.of(array.model, rate)
    own = name if array.mismatch else None
    duration = INTERVALS / rate
    quick, slow = (
        rates_at(array.model, np.full(n, current), duration, seed=chip.seed, name=own)
        for current in (point.current, point.current / SPREAD)
    )
    if not slow.all():
        raise FitFailed(
            f"nir.write: neuron {int(np.argmin(slow))} of {name!r} does not spike at "
            f"{render(point.current / SPREAD, 'A')}",
            [f"the nominal one spikes at {render(rate, 'Hz')} at {SPREAD:g} times as much"],
            cure="a larger rate=",
        )
    values = die.neurons.dynamics.values()
    threshold, reset = (
        np.array(np.broadcast_to(values[key], (n,)), dtype=np.float64)
        for key in ("threshold", "reset")
    )
    resistance = _resistances(threshold, reset, point.current, quick / slow)
    lasting = _lasting(threshold, reset, resistance * point.current)
    capacitance = 1.0 / (quick * resistance * lasting)
    tau_syn, weights = np.full(n, dt), {}
    if path is not None:
        excitatory, inhibitory = (item.dynamics.matrix(n) for item in die.synapses)
        brought = charges(
            path.synapse,
            die.weights,
            path.pulse_width,
            point.current,
            (excitatory, inhibitory),
        )
        tau_syn = brought.time_constant
        for item in chip.connections:
            if item.target == name:
                code = _dense(item.codes, n).T.astype(np.int64)
                row = np.arange(n)[:, None]
                charge = np.where(
                    code < 0,
                    -brought.inhibitory[row, np.abs(code)],
                    brought.excitatory[row, np.abs(code)],
                )
                weights[item.source] = charge / dt
    return _Stated(
        resistance * capacitance,
        tau_syn,
        resistance,
        np.zeros(n),
        threshold,
        reset,
        np.array(np.broadcast_to(array.current, (n,)), dtype=np.float64),
        weights,
    )


def _lasting(threshold: Floats, reset: Floats, drive: Floats) -> Floats:
    """Return the interval between spikes at a constant R I, in time constants."""
    return np.asarray(np.log((drive - reset) / (drive - threshold)))


def _resistances(threshold: Floats, reset: Floats, current: float, ratio: Floats) -> Floats:
    """Return the R at which a leaky integrator is ``ratio`` times quicker at I than at I/2, ohm.

    From infinitely quicker at the least R that lets it spike the ratio falls to 2 without a leak.
    """
    low = np.log(SPREAD * threshold / current)
    high = np.full(len(low), np.log(LARGEST_RESISTANCE))
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        drive = np.maximum(np.exp(middle) * current / SPREAD, np.nextafter(threshold, np.inf))
        found = _lasting(threshold, reset, drive) / _lasting(threshold, reset, SPREAD * drive)
        low, high = np.where(found > ratio, middle, low), np.where(found > ratio, high, middle)
    return np.asarray(np.exp(high))


def _dense(codes: Codes, neurons: int) -> NDArray[np.int8]:
    if not isinstance(codes, SparseCodes):
        return codes
    dense = np.zeros((len(codes), neurons), np.int8)
    dense[np.repeat(np.arange(len(codes)), np.diff(codes.start)), codes.neuron] = codes.code
    return dense


def _matrix(item: Projection, shape: tuple[int, int]) -> Floats:
    """Return what a spike adds, V, shape (targets, sources)."""
    dense = np.zeros(shape)
    np.add.at(
        dense,
        (np.repeat(np.arange(shape[0]), np.diff(item.indptr)), item.targets),
        item.weights.astype(np.float64),
    )
    return np.asarray(dense.T)


def _check(
    chip: Chip, arrays: Mapping[str, Array], wires: list[tuple[str, str]], dt: float
) -> None:
    """Refuse what a graph cannot say."""
    problems: dict[str, str] = {}
    loops = in_loops({name: {t for s, t in wires if s == name} for name in chip.blocks})
    for item in chip.projections:
        allowed = (0.0, dt) if (item.source, item.target) in loops else (0.0,)
        if not np.isin(item.delays, allowed).all():
            problems[f"{item.source} -> {item.target}"] = (
                f"its delays are not 0, nor one step of {render(dt, 's')} in a loop"
            )
    for name, array in arrays.items():
        if not array.linear:
            continue
        values = array.model.dynamics.values()
        if np.any(values["refractory_time"]):
            problems[name] = "it has a refractory time, and NIR's neurons have none"
        slow = np.asarray(values["excitatory_time"])
        if np.any(slow != values["inhibitory_time"]):
            problems[name] = "its synapses have two time constants, and a CubaLIF has one"
        elif np.any(slow > 0.0) and np.any(slow == 0.0):
            problems[name] = "some of its synapses jump, and others have a time constant"
    refuse(problems)
    size = sum(8 * chip.blocks[s].n * chip.blocks[t].n for s, t in wires)
    if size > MOST_BYTES:
        raise BadValue(
            f"nir.write: the matrices would take {size} bytes, and NIR has only dense ones",
            cure="write its layers apart",
        )
