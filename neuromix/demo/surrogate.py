"""The network without spikes: mean rates through curves that are computed from the cells' models.

A stream of pulses of weight currents I_w at rates r acts on a synapse like their mean, the drive
S = sum(r I_w) x pulse width, as long as pulses come faster than it forgets. The mean output current
of a synapse over one image, G(S), and the rate of a neuron at constant current, F(I), are tabulated
from the models' own dynamics. Training follows the slopes of these curves.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip
from neuromix.array.kernel import Functions
from neuromix.array.simulation import run
from neuromix.demo.network import Cells, Design
from neuromix.models.family import Family
from neuromix.models.model import Model

POINTS = 96
INSTANCES = 64
"""From which the spread of gains is estimated."""

STEPS = 200
"""Steps of a synapse's mean output."""

SLOPE_AT_REST = 0.1
"""Smallest slope of F in training, over that of its steepest ray F/I: no silent neuron is lost."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """A tabulated function and its slope.

    Parameters
    ----------
    x, y : (points,) ndarrays
        ``x`` rises.
    """

    x: Floats
    y: Floats

    def __call__(self, x: Floats) -> Floats:
        """Return the function by linear interpolation."""
        return np.interp(x, self.x, self.y)

    def slope(self, x: Floats) -> Floats:
        """Return the slope of the piece in which ``x`` lies."""
        pieces = np.diff(self.y) / np.diff(self.x)
        place = np.clip(np.searchsorted(self.x, x) - 1, 0, len(pieces) - 1)
        return np.asarray(pieces[place])


@dataclass(frozen=True, eq=False)
class Surrogate:
    """Curves of one design.

    Parameters
    ----------
    table : (64,) ndarray, A
        Weight current of each code; none at code 0, which raises no pulse.
    synapse : Curve
        G(S), A over A.
    sink : float
        Output of the sink over that of the source.
    neuron : Curve
        F(I), Hz over A.
    gain_spread : float
        Standard deviation of the logarithm of a current that the path makes, over instances.
    """

    table: Floats
    synapse: Curve
    sink: float
    neuron: Curve
    gain_spread: float

    @classmethod
    def of(cls, cells: Cells, design: Design) -> Surrogate:
        """Compute the curves of these cells."""
        table = np.array(weight_currents(cells.converter.dynamics)[0])
        table[0] = 0.0
        largest = table[-1] * design.pulse_width * design.max_rate * design.inputs
        drive = np.concatenate([[0.0], np.geomspace(1e-5, 1.0, POINTS) * largest])
        nominal = cells.synapse.dynamics.matrix(1)
        source, sink = mean_outputs(cells.synapse, nominal, drive, design.duration)
        return cls(
            table,
            Curve(drive, source[0]),
            float(sink[0, -1] / source[0, -1]),
            frequency_curve(cells.neuron, np.geomspace(5e-12, 20e-9, POINTS)),
            _gain_spread(cells, 0.1 * largest, design.duration),
        )


def weight_currents(converter: Family) -> Floats:
    """Return the settled current of each code of a converter, A, shape (n, 64)."""
    table: Floats = converter.table("source")  # type: ignore[attr-defined]
    return table


def _gain_spread(cells: Cells, drive: float, duration: float) -> float:
    """Return the spread of ln of the mean output over instances of converter and synapse."""
    synapses = cells.synapse.sample(INSTANCES, 0, "surrogate").matrix(INSTANCES)
    outputs, _ = mean_outputs(cells.synapse, synapses, np.array([drive]), duration)
    weights = weight_currents(cells.converter.sample(INSTANCES, 0, "surrogate"))
    middle = weights[:, weights.shape[1] // 4]
    return float(np.hypot(np.std(np.log(outputs[:, 0])), np.std(np.log(middle))))


def mean_outputs(
    synapse: Model, parameters: Floats, drive: Floats, duration: float
) -> tuple[Floats, Floats]:
    """Return the outputs of synapses that are driven from rest, averaged over ``duration``.

    Parameters
    ----------
    synapse : Model
        Whose family it is.
    parameters : (n, parameters) ndarray
        Instances.
    drive : (m,) ndarray, A
        Constant weight currents.
    duration : float, s

    Returns
    -------
    source, sink : (n, m) ndarrays, A
    """
    shape = (len(parameters), len(drive))
    sources, sinks = np.zeros(shape), np.zeros(shape)
    averages = _averages(synapse.dynamics.kernels())
    averages(parameters, drive, duration / STEPS, sources, sinks)
    return sources, sinks


@functools.lru_cache
def _averages(functions: Functions) -> Callable[..., None]:
    rest, _, inject, source, sink, *_ = functions

    @njit
    def averages(  # type: ignore[no-untyped-def]
        parameters, drive, step, sources, sinks
    ):
        for k in range(len(parameters)):
            p = parameters[k]
            for m in range(len(drive)):
                state = rest(p)
                for _ in range(STEPS):
                    state = inject(state, drive[m], step, p)
                    sources[k, m] += source(state, p) / STEPS
                    sinks[k, m] += sink(state, p) / STEPS

    compiled: Callable[..., None] = averages
    return compiled


def frequency_curve(neuron: Model, current: Floats) -> Curve:
    """Return the rate of the nominal neuron at constant currents, Hz over A.

    The rate is the inverse of the mean interval of ten spikes or more, 0 where there are fewer in
    half a second.
    """
    chip = Chip(0)
    chip.add("neuron", Array(neuron, len(current), noise=False, mismatch=False, current=current))
    spikes = run(chip, {}, duration=0.5, dt=20e-6).events["neuron"]
    rate = np.zeros(len(current))
    for k in range(len(current)):
        times = spikes.of(k)
        if len(times) > 10:
            rate[k] = (len(times) - 1) / (times[-1] - times[0])
    return Curve(np.concatenate([[0.0], current]), np.concatenate([[0.0], rate]))
