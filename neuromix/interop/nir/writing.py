"""NIR out: a chip as a graph of LIF and CubaLIF neurons with effective parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.data.provenance import version
from neuromix.errors import BadValue
from neuromix.interop.nir.files import MOST_BYTES, library, store
from neuromix.interop.nir.naming import block_names
from neuromix.interop.nir.network import in_loops, refuse
from neuromix.interop.nir.stating import Floats, cells, linear
from neuromix.units import number, render


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
        stated = linear(chip, name, array, dt) if array.linear else cells(chip, name, dt, rate)
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
        values = array.model.dynamics.values()
        if not array.linear:
            if not {"threshold", "reset"} <= set(values):
                problems[name] = f"{array.model.cell} has no one threshold and reset of a membrane"
            continue
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
