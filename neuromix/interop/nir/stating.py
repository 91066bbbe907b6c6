"""Arrays in the terms of NIR.

Linear neurons are written as they are. A characterized neuron is written as the leaky integrator
between its own reset and threshold that spikes as often as it does at two constant currents: I*, at
which the nominal neuron spikes at ``rate``, and I*/2. R and C are effective: C holds what feedback
and refractory time do to the charge of a spike, R the leak. A pulse of a code is written as the
charge q that it brings at I* (:mod:`neuromix.interop.nir.operating`): a weight of q/dt, A, for
``dt``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip
from neuromix.array.die import array_die
from neuromix.array.memory import Codes, SparseCodes
from neuromix.array.projection import Projection
from neuromix.array.receptive_fields import Convolution
from neuromix.errors import FitFailed
from neuromix.interop.nir.charges import charges
from neuromix.interop.nir.imaging import Convolutions
from neuromix.interop.nir.operating import INTERVALS, OperatingPoint, rates_at
from neuromix.interop.nir.quantising import Table
from neuromix.interop.nir.sharing import scaled
from neuromix.interop.nir.transforms import Shape
from neuromix.units import render

Floats = NDArray[np.float64]

LARGEST_RESISTANCE = 1e15
"""Of a membrane that does not leak, ohm: its time constant is minutes."""

SPREAD = 2.0
"""Of the two currents at which a characterized neuron and its statement agree."""

HALVINGS = 100


@dataclass(frozen=True, eq=False)
class Stated:
    """An array in the terms of NIR: ``tau_syn`` is None for LIF; membranes start at ``leak``."""

    tau: Floats
    tau_syn: Floats | None
    resistance: Floats
    leak: Floats
    threshold: Floats
    reset: Floats
    current: Floats
    weights: Mapping[str, Floats | Convolution]

    def node(self, nir: Any, alone: bool, shape: Shape) -> Any:
        """Return the node; without a connection, a constant current moves its ``v_leak``."""
        given = {
            "r": self.resistance,
            "v_leak": self.leak + self.resistance * self.current * alone,
            "v_threshold": self.threshold,
            "v_reset": self.reset,
        }
        common = {key: value.reshape(shape) for key, value in given.items()}
        tau = self.tau.reshape(shape)
        if self.tau_syn is None:
            return nir.LIF(tau=tau, **common)
        return nir.CubaLIF(tau_mem=tau, tau_syn=self.tau_syn.reshape(shape), **common)


def linear(chip: Chip, name: str, array: Array, dt: float, kept: Convolutions) -> Stated:
    """State an array of linear neurons; ``kept`` are the convolutions that stay some, by source."""
    values = {
        key: np.array(np.broadcast_to(value, (array.n,)), dtype=np.float64)
        for key, value in array.model.dynamics.values().items()
    }
    tau, tau_syn = values["membrane_time"], values["excitatory_time"]
    initial = values["rest"] if array.initial is None else array.initial
    leak = np.array(np.broadcast_to(initial, (array.n,)), dtype=np.float64)
    jumping = bool(np.all(tau_syn == 0.0))
    slow = tau if jumping else tau_syn
    weights: dict[str, Floats | Convolution] = {}
    for item in chip.projections:
        if item.target == name and item.source in kept:
            # Chips hold weights in 32 bit.
            kernel = kept[item.source].kernel.astype(np.float32).astype(np.float64)
            factors = slow.reshape(len(kernel), -1)[:, 0] / dt
            weights[item.source] = scaled(replace(kept[item.source], kernel=kernel), factors)
        elif item.target == name:
            matrix = _matrix(item, (chip.blocks[item.source].n, array.n))
            weights[item.source] = matrix * slow[:, None] / dt
    return Stated(
        tau,
        None if jumping else tau_syn,
        np.ones(array.n),
        leak,
        values["threshold"],
        values["reset"],
        values["rest"] - leak,
        weights,
    )


def cells(chip: Chip, name: str, dt: float, rate: float, kept: Convolutions) -> Stated:
    """State an array of characterized neurons, as they are on this die; ``kept`` as above."""
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
    tau_syn: Floats | None = None
    weights: dict[str, Floats | Convolution] = {}
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
            if item.target == name and item.source in kept:
                # Such neurons are all alike.
                nominal = Table(brought.excitatory[0], brought.inhibitory[0])
                kernel = nominal.charge(kept[item.source].kernel) / dt
                weights[item.source] = replace(kept[item.source], kernel=kernel)
            elif item.target == name:
                code = _dense(item.codes, n).T.astype(np.int64)
                row = np.arange(n)[:, None]
                charge = np.where(
                    code < 0,
                    -brought.inhibitory[row, np.abs(code)],
                    brought.excitatory[row, np.abs(code)],
                )
                weights[item.source] = charge / dt
    return Stated(
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
