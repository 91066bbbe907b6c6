"""Graphs on characterized cells: codes as weights, scaled so that spikes are worth the same."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.fabric import Fabric
from neuromix.array.memory import words
from neuromix.array.receptive_fields import Convolution
from neuromix.interop.nir.charges import nominal_charges, width_for
from neuromix.interop.nir.mapped import BIAS, Mapped, Row
from neuromix.interop.nir.naming import block_names, common_rows
from neuromix.interop.nir.network import Network, View, refuse
from neuromix.interop.nir.neurons import Neurons
from neuromix.interop.nir.operating import OperatingPoint
from neuromix.interop.nir.quantising import Table, relative_error
from neuromix.interop.nir.sharing import plain, weights_between
from neuromix.interop.nir.wording import Choice, neurons_row, span
from neuromix.units import render

SPARSE_BELOW = 0.25
"""Share of synapses that are there, below which a memory is sparse."""


def on_cells(
    net: Network, dt: float, choice: Choice, seed: int, fabric: Fabric | None = None
) -> Mapped:
    """Map a network on characterized cells.

    Raises
    ------
    NotMappable
        Where neurons spike without input, or never at the operating rate.
    """
    spiking = net.spiking()
    problems = {name: why for name, item in spiking.items() if (why := _unfit(item, choice.rate))}
    refuse(problems)
    blocks = block_names([*net.inputs, *spiking])
    point = OperatingPoint.of(choice.neuron, choice.rate)
    lines = bool(choice.bias_rate) and any(np.any(net.views[name].bias) for name in spiking)
    chip = Chip(seed, fabric)
    for name, shape in net.inputs.items():
        chip.add(blocks[name], SpikeSource(math.prod(shape)))
    if lines:
        chip.add(BIAS, SpikeSource(1))
    for name, item in spiking.items():
        current = 0.0 if lines else net.views[name].bias * item.gain * _scale(item, choice, point)
        chip.add(blocks[name], Array(choice.neuron, item.n, choice.noise, choice.mismatch, current))
    rows: list[Row] = []
    for name, item in spiking.items():
        rows += _array(chip, name, item, net.views[name], blocks, choice, point, dt, lines)
    return Mapped(
        chip,
        (*common_rows(net, blocks, dt), *rows),
        blocks,
        net,
        dt,
        choice.bias_rate if lines else 0.0,
    )


def _unfit(item: Neurons, rate: float) -> str | None:
    if np.any(item.threshold <= item.leak):
        return "it spikes without input: its v_leak is not below its v_threshold"
    if np.any(item.drive_at(rate) <= 0.0):
        return f"it spikes at {render(rate, 'Hz')} without input, from its v_reset"
    return None


def _scale(item: Neurons, choice: Choice, point: OperatingPoint) -> NDArray[np.float64]:
    """Return the current that stands for R I = 1, A: (n,)."""
    return np.asarray(choice.gain * point.current / item.drive_at(choice.rate))


def _array(
    chip: Chip,
    name: str,
    item: Neurons,
    view: View,
    blocks: dict[str, str],
    choice: Choice,
    point: OperatingPoint,
    dt: float,
    lines: bool,
) -> list[Row]:
    """Connect one array, and return its rows."""
    scale = _scale(item, choice, point)
    each = item.gain * dt * scale
    found = {source: weights_between(view, source, each) for source in view.parts}
    wanted: dict[str, Any] = {source: weights for source, (weights, _) in found.items()}
    names = {source: blocks[source] for source in wanted}
    if lines and np.any(view.bias):
        from scipy.sparse import csr_array

        wanted[BIAS] = csr_array((view.bias * item.gain * scale / choice.bias_rate)[None])
        names[BIAS] = BIAS
    largest = max((float(np.abs(plain(m)).max(initial=0.0)) for m in wanted.values()), default=0.0)
    width = width_for(choice.converter, choice.synapse, point.current, largest)
    brought = nominal_charges(choice.converter, choice.synapse, width, point.current)
    table = Table(brought.excitatory[0], brought.inhibitory[0])
    weaker = min(1.0, table.largest / largest) if largest else 1.0
    rows = [neurons_row(name, blocks[name], item, view, choice, point, lines, scale)]
    for source, charge in wanted.items():
        charges = plain(charge) * weaker
        codes = table.nearest(charges)
        weights = _memory(charge, codes)
        chip.connect(
            names[source],
            blocks[name],
            weights=weights,
            through=(choice.converter, choice.synapse),
            pulse_width=width,
        )
        unrolled = found[source][1] if source in found else None
        lost = [unrolled] if unrolled else []
        if weaker < 1.0:
            lost.append(
                f"all weights are {1.0 / weaker:.3g} times too small, for the largest code and the "
                "longest pulse bring no more: a spike takes that many more events"
            )
        given, kept = np.count_nonzero(charges), np.count_nonzero(codes)
        shares = isinstance(charge, Convolution)
        if kept < given:
            what = "shared weights" if shares else "synapses"
            lost.append(f"{given - kept} of {given} {what} are smaller than half the first code")
        most = int(np.abs(codes).max(initial=0))
        synapses = len(words(chip.connections[-1].codes))
        sharing = f", which {synapses} synapses share," if shares else ""
        kind = "dense" if isinstance(weights, np.ndarray) else "sparse"
        rows.append(
            Row(
                f"{source} -> {name}",
                "weights",
                f"{kept} codes up to {most} of 63{sharing} in a {kind} memory, "
                f"pulses of {render(width, 's')}",
                scale=f"a spike of weight 1 brings {span(each * weaker, 'C')}",
                weight_error=relative_error(table.charge(codes), charges),
                lost=tuple(lost),
            )
        )
    return rows


def _memory(charge: Any, codes: NDArray[np.int8]) -> Any:
    """Return codes as what they are the codes of: a convolution, or rows, sparse where few."""
    if isinstance(charge, Convolution):
        return replace(charge, kernel=codes.reshape(charge.kernel.shape))
    rows = charge.copy()
    rows.data = codes.copy()  # zeros are removed in place
    rows.eliminate_zeros()
    return rows if rows.nnz < SPARSE_BELOW * math.prod(rows.shape) else rows.toarray()
