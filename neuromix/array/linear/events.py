"""The compiled event-driven kernel: exact from event to event, in double precision, without noise.

Each neuron is known at its own last event. An event brings its targets up to its time, with the
spikes that lie on the way, and adds its weights. Time is bound to no grid. What a neuron sends
arrives after a window no longer than the shortest delay, so that nobody has to be asked when it
will spike next (Morrison et al. 2007, Neural Computation 19, 47-79, have windows of this kind).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numba.np.unsafe.ndarray import to_fixed_tuple
from numpy.typing import NDArray

from neuromix.array.linear.crossing import NEVER, crossing_finder
from neuromix.compiling import kept

Floats = NDArray[np.float64]


class Cables(NamedTuple):
    """Synapses of a group by delay and source: those of row r with delay d have key d * rows + r.

    Parameters
    ----------
    delay : (delays,) array, s
    first : (delays * rows + 1,) array
    target : (synapses,) array
        Neurons of the group.
    weight : (synapses,) array, V
    """

    delay: Floats
    first: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: Floats


class Cells(NamedTuple):
    """Neurons of a group: parameters, bounds of :class:`Reach`, and state at a time each.

    Parameters
    ----------
    rows : (n, parameters) array
    rest, threshold, reset, refractory, gain, stride : (n,) arrays
    excitatory_jumps, inhibitory_jumps : (n,) arrays of bool
    v, e, i : (n,) arrays, V
    at, free_at : (n,) arrays, s
        When the state was that, and when it is let go.
    """

    rows: Floats
    rest: Floats
    threshold: Floats
    reset: Floats
    refractory: Floats
    gain: Floats
    stride: Floats
    excitatory_jumps: NDArray[np.bool_]
    inhibitory_jumps: NDArray[np.bool_]
    v: Floats
    e: Floats
    i: Floats
    at: Floats
    free_at: Floats


@functools.lru_cache
def neuron_mover(flow: Callable[..., Any]) -> Callable[..., Any]:
    """Compile what moves one neuron between two of its events, for a family.

    The compiled function takes cells, the neuron's number, the time up to which it is brought (s),
    its row of parameters and a list, to which its spikes on the way are added as (time, number).
    """
    crossing = crossing_finder(flow)

    @njit(error_model="numpy")
    def bring_up(cells, n, time, p, spikes):  # type: ignore[no-untyped-def]
        """Bring a neuron up to a time; its spikes on the way are added to the list."""
        v, e, i, at = cells.v[n], cells.e[n], cells.i[n], cells.at[n]
        while at < time:
            if at < cells.free_at[n]:
                until = min(time, cells.free_at[n])
                _, e, i = flow(v, e, i, until - at, p)
                v, at = cells.reset[n], until
                continue
            found, v_then, e_then, i_then = crossing(
                v, e, i, time - at, cells.rest[n], cells.threshold[n],
                cells.gain[n], cells.stride[n], p,
            )  # fmt: skip
            if found == NEVER:
                v, e, i, at = v_then, e_then, i_then, time
                continue
            _, e, i = flow(v, e, i, found, p)
            v, at = cells.reset[n], at + found
            cells.free_at[n] = at + cells.refractory[n]
            spikes.append((at, n))
        cells.v[n], cells.e[n], cells.i[n], cells.at[n] = v, e, i, time

    compiled: Callable[..., Any] = bring_up
    return compiled


@functools.lru_cache
def event_kernel(flow: Callable[..., Any], width: int) -> Callable[..., Any]:
    """Compile the kernel of a family with ``width`` parameters.

    The compiled function takes cells, cables, the end of a window, s, up to which all cells are
    brought, and times (s, sorted) and keys of its events. It returns times and neurons of spikes.
    """
    bring_up = neuron_mover(flow)

    @kept(nogil=True, error_model="numpy")
    def advance(cells, cables, end, time, key):  # type: ignore[no-untyped-def]
        spikes = [(0.0, 0) for _ in range(0)]
        for k in range(len(time)):
            now = time[k]
            for j in range(cables.first[key[k]], cables.first[key[k] + 1]):
                n, weight = cables.target[j], cables.weight[j]
                bring_up(cells, n, now, to_fixed_tuple(cells.rows[n], width), spikes)
                jumps = cells.excitatory_jumps[n] if weight >= 0.0 else cells.inhibitory_jumps[n]
                if jumps:
                    if now >= cells.free_at[n]:
                        cells.v[n] += weight
                elif weight >= 0.0:
                    cells.e[n] += weight
                else:
                    cells.i[n] += weight
        for n in range(len(cells.v)):
            bring_up(cells, n, end, to_fixed_tuple(cells.rows[n], width), spikes)
        when, who = np.empty(len(spikes)), np.empty(len(spikes), np.int64)
        for k in range(len(spikes)):
            when[k], who[k] = spikes[k]
        return when, who

    compiled: Callable[..., Any] = advance
    return compiled
