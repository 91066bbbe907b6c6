"""NIR out: a chip as a graph of LIF and CubaLIF neurons with effective parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.receptive_fields import Convolution
from neuromix.data.provenance import version
from neuromix.errors import BadValue
from neuromix.interop.nir.files import MOST_BYTES, library, store
from neuromix.interop.nir.imaging import layout
from neuromix.interop.nir.naming import block_names
from neuromix.interop.nir.network import in_loops, refuse
from neuromix.interop.nir.sharing import by_channel, ungrouped
from neuromix.interop.nir.stating import Floats, cells, linear
from neuromix.units import number, render


def write(chip: Chip, path: str | Path, *, dt: float = 1e-4, rate: float = 200.0) -> Path:
    """Write a chip as a NIR graph, and return the path.

    Sources become Input, arrays LIF or CubaLIF with a value for each neuron, weights Linear, or
    Affine where an array has a constant current; arrays that send to no other one get an Output.
    Convolutions become Conv2d where the neurons of a channel are alike, which without mismatch they
    are; others are written out, and the graph's metadata say under ``"unrolled"`` which, and why.
    Numbers are SI: V, Ω, s, weights from characterized circuits in A. Mismatch of the die is in
    the parameters of each neuron and weight; noise, energy, the fabric and the queues of its links
    have no place in NIR and are left out.

    Parameters
    ----------
    chip : Chip
    path : path
    dt : float, s
        For how long a spike of the graph is 1, noted in its metadata; as :func:`read` takes it. For
        ideal chips with loops it has to be the ``dt`` they were read with, which is their delay.
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
    found = layout(chip)
    _check(chip, arrays, wires, dt)
    _check_size(chip, [(s, t) for s, t in wires if s not in found.kept.get(t, {})])
    weights: dict[tuple[str, str], Floats | Convolution] = {}
    biased: dict[str, Floats] = {}
    shapes = {name: found.shapes.get(name, (block.n,)) for name, block in chip.blocks.items()}
    nodes: dict[str, Any] = {
        name: nir.Input(np.array(shapes[name]))
        for name, block in chip.blocks.items()
        if isinstance(block, SpikeSource)
    }
    for name, array in arrays.items():
        kept = found.kept.get(name, {})
        stated = (
            linear(chip, name, array, dt, kept)
            if array.linear
            else cells(chip, name, dt, rate, kept)
        )
        alone = not any(target == name for _, target in wires)
        nodes[name] = stated.node(nir, alone, shapes[name])
        if np.any(stated.current) and not alone:
            biased[name] = stated.current
        weights |= {(source, name): weight for source, weight in stated.weights.items()}
    edges = []
    joints = block_names(
        [*chip.blocks, *(f"{s}_to_{t}" for s, t in wires), *(f"{s}_flat" for s in found.shapes)]
    )
    for source, target in wires:
        joint, weight = joints[f"{source}_to_{target}"], weights[source, target]
        nodes[joint] = _joint(nir, weight, biased.pop(target, None))
        edges += [(source, joint), (joint, target)]
        if source in found.shapes and not isinstance(weight, Convolution):
            flat = joints[f"{source}_flat"]
            nodes[flat] = nir.Flatten({"input": np.array(shapes[source])}, 0)
            edges[-2:-1] = [(source, flat), (flat, joint)]
    senders = {source for source, target in wires if source != target}
    for name in [name for name in arrays if name not in senders] or list(arrays):
        nodes[f"{name}.output"] = nir.Output(np.array(shapes[name]))
        edges.append((name, f"{name}.output"))
    metadata = {"dt": float(dt), "rate": float(rate), "written_by": f"neuromix {version()}"}
    if found.unrolled:
        metadata["unrolled"] = "; ".join(f"{wire}: {why}" for wire, why in found.unrolled.items())
    return nir.NIRGraph(nodes, list(dict.fromkeys(edges)), metadata, type_check=False)


def _joint(nir: Any, weight: Floats | Convolution, bias: Floats | None) -> Any:
    """Return the node of a connection; ``bias`` is for each neuron of its target."""
    if not isinstance(weight, Convolution):
        return nir.Linear(weight) if bias is None else nir.Affine(weight, bias)
    channels = np.zeros(weight.shape[0]) if bias is None else by_channel(weight, bias)
    padding = weight.padding
    return nir.Conv2d(
        weight.image[1:],
        ungrouped(weight),
        weight.stride,
        padding if isinstance(padding, str) else tuple(map(int, np.broadcast_to(padding, 2))),
        weight.dilation,
        1,
        channels,
    )


def _check(
    chip: Chip, arrays: Mapping[str, Array], wires: list[tuple[str, str]], dt: float
) -> None:
    """Refuse what a graph cannot say."""
    problems: dict[str, str] = {}
    loops = in_loops({name: {t for s, t in wires if s == name} for name in chip.blocks})
    for item in chip.projections:
        looped = (item.source, item.target) in loops
        late = np.unique(np.asarray(item.delays)[np.asarray(item.delays) != 0.0])
        if np.any(late != dt) or (late.size and not looped):
            problems[f"{item.source} -> {item.target}"] = (
                f"its delays are not 0, nor one step of {render(dt, 's')} in a loop"
            ) + (
                f"; dt={late[0]:g} states them: a chip that was read with another dt is written "
                "with that one"
                if looped and late.size == 1
                else ""
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


def _check_size(chip: Chip, wires: list[tuple[str, str]]) -> None:
    """Refuse matrices that are too large for a file."""
    size = sum(8 * chip.blocks[s].n * chip.blocks[t].n for s, t in wires)
    if size > MOST_BYTES:
        raise BadValue(
            f"nir.write: the matrices would take {size} bytes, and NIR has only dense ones",
            cure="write its layers apart",
        )
