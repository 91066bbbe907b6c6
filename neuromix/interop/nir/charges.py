"""What pulses bring a membrane, from the dynamics of a characterized synapse.

It is looked at where its mean output, less what flows without any input, is the operating current
I*. There a pulse raises the output by s, and the output falls by D in a second, so that pulses hold
it there at the rate D/s, and each has brought s I*/D.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.errors import FitFailed
from neuromix.models.model import Model
from neuromix.units import render

Floats = NDArray[np.float64]

WIDTHS = (1e-6, 10e-6)
"""Pulses where the model of a synapse does not say what it was fitted to, s."""

MOST_PULSES = 10_000
"""That may bring a synapse to its operating output."""

HALVINGS = 50


@dataclass(frozen=True, eq=False)
class Charges:
    """What a pulse of each code brings a membrane, at an operating point.

    Parameters
    ----------
    excitatory, inhibitory : (…, codes) ndarrays, C
        None at code 0, which makes no pulse.
    time_constant : (…) ndarray, s
        Of the excitatory output there: what it is above its rest, over how fast it falls.
    """

    excitatory: Floats
    inhibitory: Floats
    time_constant: Floats


def charges(
    synapse: Model,
    weights: Floats,
    width: float,
    current: float,
    instances: tuple[Floats, Floats] | None = None,
) -> Charges:
    """Return what pulses bring at the operating current I*.

    Parameters
    ----------
    synapse : Model
    weights : (2, n, codes) ndarray, A
        Weight current of each code, of the excitatory and the inhibitory converter of n neurons.
    width : float, s
    current : float, A
    instances : two (n, parameters) ndarrays, optional
        Of the excitatory and inhibitory synapses; nominal by default.
    """
    rows = instances or (synapse.dynamics.matrix(weights.shape[1]),) * 2
    kernels = synapse.dynamics.kernels()
    found = [
        [
            _of_pulses(kernels, kernels[output], tuple(row), table, width, current, synapse.cell)
            for row, table in zip(rows[sign], weights[sign], strict=True)
        ]
        for sign, output in enumerate((3, 4))
    ]
    excitatory, inhibitory = (np.array([item[0] for item in half]) for half in found)
    return Charges(excitatory, inhibitory, np.array([item[1] for item in found[0]]))


def _of_pulses(
    kernels: tuple[Any, ...],
    output: Any,
    p: tuple[float, ...],
    weights: Floats,
    width: float,
    current: float,
    cell: str,
) -> tuple[Floats, float]:
    """Return the charge of each code, C, and the time constant, s, of one output of a synapse."""
    rest, decay, inject, *_ = kernels
    level = current + output(rest(p), p)
    state, strongest = rest(p), float(weights.max())
    for _ in range(MOST_PULSES):
        if output(state, p) >= level:
            break
        raised = inject(state, strongest, width, p)
        if raised <= state:
            break
        state = raised
    if output(state, p) < level:
        raise FitFailed(
            f"{cell}: pulses of {render(width, 's')} do not bring its output to "
            f"{render(level, 'A')}",
            cure="a smaller rate=",
        )
    state = _fallen_to(level, output, decay, state, p)
    before = output(decay(state, width, p), p)
    steps = np.array([output(inject(state, weight, width, p), p) for weight in weights]) - before
    steps[0] = 0.0
    falls = (output(state, p) - before) / width
    return np.maximum(steps, 0.0) * current / falls, current / falls


def _fallen_to(level: float, output: Any, decay: Any, state: Any, p: tuple[float, ...]) -> Any:
    """Return the state of a synapse whose output has fallen to a level."""
    late = 1e-6
    while output(decay(state, late, p), p) > level:
        late *= 2.0
    early = 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (early + late)
        if output(decay(state, middle, p), p) > level:
            early = middle
        else:
            late = middle
    return decay(state, late, p)


def nominal_charges(converter: Model, synapse: Model, width: float, current: float) -> Charges:
    """Return the charges of nominal circuits, each of shape ``(1, codes)``."""
    table = converter.dynamics.table("source")  # type: ignore[attr-defined]
    return charges(synapse, np.stack([table, table]), width, current)


def width_for(converter: Model, synapse: Model, current: float, largest: float) -> float:
    """Return the width of pulses whose largest code brings ``largest``, C, or the nearest allowed.

    Parameters
    ----------
    converter, synapse : Model
        The widths that they were fitted to are the allowed ones.
    current : float, A
        Operating current of the neuron.
    largest : float, C
    """
    ranges = [m.validity["width"] for m in (converter, synapse) if "width" in m.validity]
    low = max((r.low for r in ranges), default=WIDTHS[0])
    high = min((r.high for r in ranges), default=WIDTHS[1])

    def brought(width: float) -> float:
        found = nominal_charges(converter, synapse, width, current)
        return min(float(found.excitatory[0, -1]), float(found.inhibitory[0, -1]))

    if brought(low) >= largest:
        return low
    if brought(high) <= largest:
        return high
    for _ in range(20):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if brought(middle) < largest else (low, middle)
    return high
