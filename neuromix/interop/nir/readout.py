"""Values behind the last spikes: no cell makes them; they are computed from recorded events."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.data.events import Events
from neuromix.interop.nir.network import View
from neuromix.interop.nir.neurons import Neurons
from neuromix.models.families.current_based_lif import response

Floats = NDArray[np.float64]


def membranes(
    item: Neurons, view: View, spikes: Mapping[str, Events], times: Floats, dt: float
) -> Floats:
    """Return the membranes of leaky integrators, (times, n), from ``v_leak`` at time 0.

    Both kinds are linear: each event adds the response of
    :func:`~neuromix.models.families.current_based_lif.response`, and a constant input b what a
    constant current does, gain b (1 − exp(−t/tau) − response(t)).
    """
    found = np.tile(item.leak, (len(times), 1))
    jump = item.jump(dt)
    constants = np.column_stack([item.tau, item.tau_syn])
    for tau, tau_syn in np.unique(constants, axis=0):
        mine = np.flatnonzero(np.all(constants == (tau, tau_syn), axis=1))
        if np.any(view.bias[mine]):
            slow = _responses(times, tau, tau_syn) if tau_syn > 0.0 else 0.0
            settled = -np.expm1(-times / tau) - slow
            found[:, mine] += np.outer(settled, item.gain[mine] * view.bias[mine])
        for source, matrix in view.parts.items():
            events = spikes[source]
            rows = matrix[mine] * jump[mine, None]
            for k, now in enumerate(times):
                count = int(np.searchsorted(events.time, now, side="right"))
                left = _responses(now - events.time[:count], tau, tau_syn)
                found[k, mine] += rows @ np.bincount(
                    events.address[:count], weights=left, minlength=matrix.shape[1]
                )
    return found


def sums(
    view: View,
    spikes: Mapping[str, Events],
    silent: Mapping[str, Floats],
    times: Floats,
    dt: float,
) -> Floats:
    """Return what has arrived at an output: spikes and biases summed up, membranes as they are."""
    summed = any(source in spikes for source in view.parts)
    steps = times / dt if summed else np.ones(len(times))
    found = np.outer(steps, view.bias)
    for source, matrix in view.parts.items():
        if source in silent:
            found += silent[source] @ matrix.T
            continue
        events = spikes[source]
        for k, now in enumerate(times):
            count = int(np.searchsorted(events.time, now, side="right"))
            found[k] += matrix @ np.bincount(events.address[:count], minlength=matrix.shape[1])
    return found


def _responses(after: Floats, tau: float, tau_syn: float) -> Floats:
    return np.array([response(t, tau, tau_syn) for t in after], dtype=np.float64)
