"""The network without spikes: mean rates through curves that are computed from the cells' models.

Each code's pulse raises the output of a synapse by so much, at an operating current in the middle
of its range: its step. Trains of pulses act, as long as they come faster than the synapse forgets,
like the sum of their rates times steps: the drive, in A/s. The mean output current of a synapse
over one image, G(drive), and the rate of a neuron at constant current, F(I), are tabulated from the
models' own dynamics. Training follows the slopes of these curves.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip
from neuromix.array.kernel import Functions
from neuromix.array.simulation import run
from neuromix.compiling import kept
from neuromix.demo.network import Cells, Design
from neuromix.errors import FitFailed
from neuromix.models.family import Family
from neuromix.models.model import Model

POINTS = 96
INSTANCES = 64
"""From which the spread of gains is estimated."""

STEPS = 200
"""Least number of steps of a synapse's mean output."""

OPERATING_CURRENT = 200e-12
"""Output at which the steps of codes are taken, A."""

MIDDLE = 16
"""Code whose pulses stand for all in G."""

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
        Step of the output by a pulse of each code; none at code 0, which raises no pulse.
    synapse : Curve
        G(drive), A over A/s.
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
        width = design.pulse_width
        weights = weight_currents(cells.converter.dynamics)[0]
        nominal = cells.synapse.dynamics.matrix(1)
        table = steps_of_codes(cells.synapse, nominal[0], weights, width)
        largest = min(design.max_rate * design.inputs * table[-1], 0.5 / width * table[MIDDLE])
        drive = np.concatenate([[0.0], np.geomspace(1e-4, 1.0, POINTS) * largest])
        rate = drive / table[MIDDLE]
        train = weights[MIDDLE], width, design.duration
        source, sink = mean_outputs(cells.synapse, nominal, rate, *train)
        return cls(
            table,
            Curve(drive, source[0]),
            float(sink[0, -1] / source[0, -1]),
            frequency_curve(cells.neuron, np.geomspace(5e-12, 20e-9, POINTS)),
            _gain_spread(cells, 0.1 * rate[-1:], *train),
        )


def weight_currents(converter: Family) -> Floats:
    """Return the settled current of each code of a converter, A, shape (n, 64)."""
    table: Floats = converter.table("source")  # type: ignore[attr-defined]
    return table


def steps_of_codes(synapse: Model, parameters: Floats, weights: Floats, width: float) -> Floats:
    """Return by how much a pulse of each code raises the output, A, shape (64,).

    The synapse is first brought to ``OPERATING_CURRENT`` by pulses of the middle code.
    """
    rest, decay, inject, source, *_ = synapse.dynamics.kernels()
    p = tuple(parameters)
    state = rest(p)
    while source(state, p) < OPERATING_CURRENT:
        raised = inject(state, weights[MIDDLE], width, p)
        if raised <= state:
            raise FitFailed(
                f"{synapse.cell}: pulses of {width:.3g} s do not bring its output to "
                f"{OPERATING_CURRENT:.3g} A",
                cure="a longer pulse_width",
            )
        state = raised
    before = source(decay(state, width, p), p)
    raised_to = [source(inject(state, weight, width, p), p) for weight in weights]
    steps: Floats = np.maximum(np.array(raised_to, dtype=np.float64) - before, 0.0)
    steps[0] = 0.0
    return steps


def _gain_spread(cells: Cells, rate: Floats, weight: float, width: float, duration: float) -> float:
    """Return the spread of ln of the mean output over instances of converter and synapse."""
    synapses = cells.synapse.sample(INSTANCES, 0, "surrogate").matrix(INSTANCES)
    outputs, _ = mean_outputs(cells.synapse, synapses, rate, weight, width, duration)
    weights = weight_currents(cells.converter.sample(INSTANCES, 0, "surrogate"))[:, MIDDLE]
    return float(np.hypot(np.std(np.log(outputs[:, 0])), np.std(np.log(weights))))


def mean_outputs(
    synapse: Model,
    parameters: Floats,
    rate: Floats,
    weight: float,
    width: float,
    duration: float,
) -> tuple[Floats, Floats]:
    """Return the outputs of synapses under regular pulses from rest, averaged over ``duration``.

    Parameters
    ----------
    synapse : Model
        Whose family it is.
    parameters : (n, parameters) ndarray
        Instances.
    rate : (m,) ndarray, Hz
        Of the pulses.
    weight : float, A
        Weight current of each pulse.
    width, duration : float, s

    Returns
    -------
    source, sink : (n, m) ndarrays, A
    """
    shape = (len(parameters), len(rate))
    sources, sinks = np.zeros(shape), np.zeros(shape)
    averages = _averages(synapse.dynamics.kernels())
    averages(parameters, rate, weight, width, duration, sources, sinks)
    return sources, sinks


@functools.lru_cache
def _averages(functions: Functions) -> Callable[..., None]:
    rest, decay, inject, source, sink, *_ = functions

    @kept()
    def averages(  # type: ignore[no-untyped-def]
        parameters, rate, weight, width, duration, sources, sinks
    ):
        for k in range(len(parameters)):
            p = parameters[k]
            for m in range(len(rate)):
                state = rest(p)
                now = 0.0
                coming = 0.5 / rate[m] if rate[m] > 0.0 else duration
                while now < duration:
                    until = max(now, min(coming, duration))
                    steps = int((until - now) * STEPS / duration) + 1
                    h = (until - now) / steps
                    for _ in range(steps):
                        state = decay(state, 0.5 * h, p)
                        sources[k, m] += source(state, p) * h / duration
                        sinks[k, m] += sink(state, p) * h / duration
                        state = decay(state, 0.5 * h, p)
                    now = until
                    if now < duration:
                        state = inject(state, weight, width, p)
                        sources[k, m] += source(state, p) * width / duration
                        sinks[k, m] += sink(state, p) * width / duration
                        now += width
                        coming += 1.0 / rate[m]

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
