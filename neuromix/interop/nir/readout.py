"""Values behind the last spikes: no cell makes them; they are computed from recorded events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    constants = np.column_stack([item.tau, item.tau_syn])
    for tau, tau_syn in np.unique(constants, axis=0):
        mine = np.flatnonzero(np.all(constants == (tau, tau_syn), axis=1))
        slow = _responses(times, tau, tau_syn) if tau_syn > 0.0 else 0.0
        settled = -np.expm1(-times / tau) - slow
        found[:, mine] += np.outer(settled, item.gain[mine] * view.bias[mine])
        jump = item.jump(dt)[mine, None]
        for source, matrix in view.parts.items():
            found[:, mine] += _driven(matrix[mine] * jump, spikes[source], times, tau, tau_syn)
    return found


def _driven(rows: Any, events: Events, times: Floats, tau: float, tau_syn: float) -> Floats:
    """Return what events have left on membranes, (times, n): each event is taken once.

    Parameters
    ----------
    rows : (n, addresses) sparse array
        What an event of an address adds.
    """
    found = np.zeros((len(times), rows.shape[0]))
    membrane, current = np.zeros(rows.shape[0]), np.zeros(rows.shape[0])
    before, first = 0.0, 0
    for k in np.argsort(times, kind="stable"):
        gap = times[k] - before
        last = int(np.searchsorted(events.time, times[k], side="right"))
        after, address = times[k] - events.time[first:last], events.address[first:last]

        def brought(left: Floats, senders: Any = address) -> Floats:
            return np.asarray(rows @ np.bincount(senders, left, minlength=rows.shape[1]))

        membrane = membrane * np.exp(-gap / tau) + brought(_responses(after, tau, tau_syn))
        if tau_syn > 0.0:
            membrane += current * response(gap, tau, tau_syn)
            current = current * np.exp(-gap / tau_syn) + brought(np.exp(-after / tau_syn))
        found[k] = membrane
        before, first = times[k], last
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
