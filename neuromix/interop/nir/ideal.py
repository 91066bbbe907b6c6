"""Graphs on linear neurons, which obey the equations of LIF and CubaLIF as NIR defines them.

Numbers of the graph are volts of the chip, or 0.1 V or less where they are too large for it. A
weight is what a spike adds to v, or to R I, see :mod:`neuromix.interop.nir.neurons`; a constant
input b moves the rest by gain b.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.receptive_fields import Convolution
from neuromix.errors import BadValue
from neuromix.interop.nir.mapped import Mapped, Row
from neuromix.interop.nir.naming import block_names, common_rows
from neuromix.interop.nir.network import Network, View, refuse
from neuromix.interop.nir.neurons import Neurons
from neuromix.interop.nir.quantising import relative_error
from neuromix.interop.nir.sharing import plain, weights_between
from neuromix.models.model import Model
from neuromix.units import render

FAMILY = "current_based_lif"

LARGEST = 10.0
"""Voltage that the family takes, V."""


def on_linear_neurons(net: Network, dt: float, seed: int, weight_error: float = 0.0) -> Mapped:
    """Map a network on linear neurons, whose weights may be off on each die.

    Raises
    ------
    NotMappable
        Where a parameter is out of the family's range.
    """
    spiking = net.spiking()
    blocks = block_names([*net.inputs, *spiking])
    chip = Chip(seed)
    for name, shape in net.inputs.items():
        chip.add(blocks[name], SpikeSource(math.prod(shape)))
    rows: list[Row] = []
    problems: dict[str, str] = {}
    units = {name: _unit(item, net.views[name]) for name, item in spiking.items()}
    for name, item in spiking.items():
        try:
            model = _model(item, net.views[name], units[name])
        except BadValue as error:
            problems[name] = str(error).replace("\n", ";")
            continue
        chip.add(blocks[name], Array(model, item.n, initial=item.leak * units[name]))
        rows.append(_row(name, blocks[name], item, net.views[name], units[name]))
    refuse(problems)
    loops = net.loops()
    for target, item in spiking.items():
        view = net.views[target]
        for source in view.parts:
            late = (source, target) in loops
            weights, lost = weights_between(view, source, item.jump(dt) * units[target])
            shares = isinstance(weights, Convolution)
            if not shares:
                weights.eliminate_zeros()
            chip.connect(
                blocks[source],
                blocks[target],
                weights=weights,
                delay=dt if late else 0.0,
                weight_error=weight_error,
            )
            count = len(chip.projections[-1])
            numbers = plain(weights)
            said = [lost] if lost else []
            if late:
                said.append(f"a spike in a loop takes one step, {render(dt, 's')}")
            rows.append(
                Row(
                    f"{source} -> {target}",
                    "weights",
                    f"{np.count_nonzero(numbers)} weights that {count} synapses share"
                    if shares
                    else f"{count} synapses of 32-bit floats",
                    weight_error=relative_error(numbers.astype(np.float32), numbers),
                    lost=tuple(said),
                )
            )
    return Mapped(chip, (*common_rows(net, blocks, dt), *rows), blocks, net, dt)


def _unit(item: Neurons, view: View) -> float:
    """Return how many volts stand for 1 of the graph: 1, or a power of ten below."""
    largest = max(float(np.abs(values).max()) for values in _voltages(item, view).values())
    return 10.0 ** min(0, math.floor(math.log10(LARGEST / largest))) if largest else 1.0


def _voltages(item: Neurons, view: View) -> dict[str, NDArray[np.float64]]:
    rest = item.leak + item.gain * view.bias
    return {"rest": rest, "threshold": item.threshold, "reset": item.reset}


def _model(item: Neurons, view: View, unit: float) -> Model:
    voltages = _voltages(item, view)
    return Model.ideal(
        FAMILY,
        membrane_time=item.tau,
        excitatory_time=item.tau_syn,
        inhibitory_time=item.tau_syn,
        rest=unit * voltages["rest"],
        threshold=unit * voltages["threshold"],
        reset=unit * voltages["reset"],
    )


def _row(name: str, block: str, item: Neurons, view: View, unit: float) -> Row:
    slow = item.kind == "CubaLIF" and bool(np.any(view.bias))
    return Row(
        name,
        item.kind,
        f"array {block!r} of {item.n} linear neurons, exact",
        scale=f"1 of the graph is {render(unit, 'V')}",
        lost=("a bias acts from the start, not over the synaptic time constant",) if slow else (),
    )
