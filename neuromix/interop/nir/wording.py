"""What the report says about neurons on characterized cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.interop.nir.mapped import Row
from neuromix.interop.nir.network import View
from neuromix.interop.nir.neurons import Neurons
from neuromix.interop.nir.operating import OperatingPoint
from neuromix.models.model import Model
from neuromix.units import render

AROUND = 3.0
"""From the operating rate over this to this times it, f-I curves are compared."""


@dataclass(frozen=True, eq=False)
class Choice:
    """Cells, and how they are used; see :func:`neuromix.interop.nir.read`."""

    neuron: Model
    converter: Model
    synapse: Model
    rate: float
    gain: float
    bias_rate: float
    mismatch: bool
    noise: bool


def neurons_row(
    name: str,
    block: str,
    item: Neurons,
    view: View,
    choice: Choice,
    point: OperatingPoint,
    lines: bool,
    scale: NDArray[np.float64],
) -> Row:
    """Return what has become of the neurons of one node."""
    lost = [
        f"tau = {span(item.tau, 's')}: the cell's leak does not grow with its membrane; "
        f"{_departure(item, point)}",
        (
            f"tau_syn = {span(item.tau_syn, 's')}: "
            if item.kind == "CubaLIF"
            else "a spike acts at once: "
        )
        + f"the current of {choice.synapse.cell} falls with "
        f"{render(choice.synapse.nominal('time_constant'), 's')}",
    ]
    if any(part.data.min(initial=0.0) < 0.0 for part in view.parts.values()):
        lost.append("inhibition ends at 0 V, the cell's rest; the graph's goes on below v_leak")
    if np.any(item.reset != item.leak):
        lost.append("v_reset other than v_leak: it is only in the scale of the weights")
    if np.any(view.bias):
        lost.append(
            f"its bias is a weight from a line of {render(choice.bias_rate, 'Hz')}"
            if lines
            else "its bias is a constant current into each neuron, which no cell makes "
            "(bias_rate=500.0 makes it a line)"
        )
    return Row(
        name,
        item.kind,
        f"array {block!r} of {item.n} {choice.neuron.cell}",
        scale=f"R I = 1 is {span(scale, 'A')}; agrees at {render(choice.rate, 'Hz')}, "
        f"{render(point.current, 'A')}",
        lost=tuple(lost),
    )


def _departure(item: Neurons, point: OperatingPoint) -> str:
    """Return how far the f-I curves are apart around the operating rate, where both agree."""
    near = (point.rates > point.rate / AROUND) & (point.rates < point.rate * AROUND)
    ratio = np.outer(point.currents[near] / point.current, item.drive_at(point.rate))
    found = item.rates(ratio)
    apart = point.rates[near][:, None] / np.where(found > 0.0, found, np.nan) - 1.0
    least, most = (round(100.0 * float(end)) for end in (np.nanmin(apart), np.nanmax(apart)))
    return (
        f"from {render(point.rate / AROUND, 'Hz', 3)} to {render(point.rate * AROUND, 'Hz', 3)} "
        f"its rate is wrong by {least:+d} … {most:+d} %"
    )


def span(values: NDArray[np.float64], unit: str) -> str:
    """Return a value, or from where to where there are values."""
    low, high = (render(float(end), unit) for end in (values.min(), values.max()))
    return low if low == high else f"{low} … {high}"
