"""NIR in: a graph on characterized cells, or exactly on linear neurons."""

from __future__ import annotations

import os
from typing import Any

from neuromix.array.fabric import Fabric
from neuromix.array.path import check_role
from neuromix.errors import BadValue, UnknownName
from neuromix.interop.nir.cells import on_cells
from neuromix.interop.nir.composing import network
from neuromix.interop.nir.files import library, load
from neuromix.interop.nir.graph import flattened, step_of
from neuromix.interop.nir.ideal import on_linear_neurons
from neuromix.interop.nir.mapped import Mapped
from neuromix.interop.nir.wording import Choice
from neuromix.models.catalogue import model
from neuromix.models.model import Model
from neuromix.units import number

TARGETS = ("characterized", "ideal")

LARGEST = {"rate": 1e6, "gain": 1e3, "slowdown": 1e6}
"""Of what scales a network, and the least is one over it; more is a mistake of units."""


def read(
    graph: Any,
    *,
    technology: str = "gf180mcu",
    cells: str = "characterized",
    dt: float | None = None,
    rate: float = 200.0,
    gain: float = 1.0,
    slowdown: float = 1.0,
    bias_rate: float = 0.0,
    neuron: Model | None = None,
    converter: Model | None = None,
    synapse: Model | None = None,
    seed: int = 0,
    fabric: Fabric | None = None,
    mismatch: bool = True,
    noise: bool = True,
    weight_error: float = 0.0,
) -> Mapped:
    """Map a network that was trained elsewhere on a chip.

    Nodes LIF and CubaLIF become arrays, Linear, Affine, Scale, Conv2d, SumPool2d, AvgPool2d and
    Flatten the weights between them, LI and CubaLI read-outs (:meth:`Mapped.outputs`). What the
    mapping loses is in :meth:`Mapped.report`.

    Parameters
    ----------
    graph : path or nir.NIRGraph
    technology : str
        Of the cells ``lif_neuron``, ``dac_synapse`` and ``dpi_synapse``.
    cells : {"characterized", "ideal"}
        Circuits with codes as weights, or linear neurons, which obey the graph's own equations.
    dt : float, s
        For how long a spike of the graph is 1: the time step of the tool that trained it, 1.0 for
        impulses of unit area. NIR does not store it; ``"dt"`` in the graph's metadata is taken.
    rate : float, Hz
        At which a cell needs as many input events for a spike as the graph's neuron does.
    gain : float
        Of all weights into cells: above 1, more of the codes are used, and neurons spike for fewer
        events than in the graph.
    slowdown : float
        How much slower than the graph says the chip runs: time constants and ``dt`` are so many
        times as long. Training in steps knows no seconds, and cells have their own.
    bias_rate : float, Hz
        At which one more source, ``"bias"``, spikes and brings biases as weights of its own; 0
        takes constant currents, which no cell makes.
    neuron, converter, synapse : Model, optional
        In the place of those of the technology.
    seed, fabric
        Of the chip.
    mismatch, noise : bool
        Of its arrays of cells.
    weight_error : float
        Relative standard deviation of weights into ideal neurons, drawn for each die; weights of a
        convolution are off alike wherever they are used. Those of cells have their mismatch.

    Returns
    -------
    Mapped

    Raises
    ------
    NotMappable
        Where nodes cannot be mapped: all of them, and why.
    ModelFileError
        Where the file is not HDF5, hostile or damaged.
    MissingExtra
        Where ``nir`` is not installed.
    BadValue, UnknownName
        Where a parameter makes no sense.
    """
    if cells not in TARGETS:
        raise UnknownName("kind of cells", cells, TARGETS)
    for name, value in (("rate", rate), ("gain", gain), ("slowdown", slowdown)):
        if not 1.0 / LARGEST[name] <= number(value, f"nir.read: {name}") <= LARGEST[name]:
            raise BadValue(
                f"nir.read: {name} is {value!r}",
                cure=f"{1.0 / LARGEST[name]:g} … {LARGEST[name]:g}",
            )
    for name, flag in (("mismatch", mismatch), ("noise", noise)):
        if not isinstance(flag, bool):
            raise BadValue(f"nir.read: {name} is {flag!r}", cure="True or False")
    for name, role, given in (
        ("neuron", "neuron", neuron),
        ("converter", "converter", converter),
        ("synapse", "synapse", synapse),
    ):
        if given is not None:
            check_role(given, (role,), f"nir.read({name}=…)")
    if not 0.0 <= number(bias_rate, "nir.read: bias_rate") <= LARGEST["rate"]:
        raise BadValue(f"nir.read: a bias_rate of {bias_rate!r} Hz", cure="500.0, or 0")
    held = load(graph) if isinstance(graph, (str, os.PathLike)) else graph
    if not isinstance(held, library().NIRGraph):
        raise BadValue(
            f"nir.read: {type(graph).__name__} is not a graph", cure="a path, or a nir.NIRGraph"
        )
    step = step_of(held, dt) * slowdown
    try:
        found = network(flattened(held))
    except RecursionError as error:
        raise BadValue(
            "nir.read: too many nodes without memory follow one another",
            cure="multiply their matrices before they are exported",
        ) from error
    if slowdown != 1.0:
        found = found.slower(slowdown)
    if cells == "ideal":
        return on_linear_neurons(found, step, seed, weight_error)
    if weight_error:
        raise BadValue(
            f"nir.read: a weight_error of {weight_error!r} for characterized cells",
            ["errors of their weights are the mismatch of converters and synapses"],
            "mismatch=True, or cells='ideal'",
        )
    choice = Choice(
        neuron or model("lif_neuron", technology),
        converter or model("dac_synapse", technology),
        synapse or model("dpi_synapse", technology),
        float(rate),
        float(gain),
        float(bias_rate),
        mismatch,
        noise,
    )
    return on_cells(found, step, choice, seed, fabric)
