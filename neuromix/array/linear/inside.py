"""The compiled clock-driven kernel whose events and spikes lie inside of steps.

All neurons make each step at once, as if nothing came; what an event adds by the end of the step is
a polynomial in the time that is left, and is added after. Only a neuron that may have reached its
threshold on the way, or was held, makes the step again, from event to event: it costs as much as in
:mod:`neuromix.array.linear.events`, and is rare.

Noise moves the place where a membrane would rest, for a step at a time and by as much as leaves the
deviate of :mod:`neuromix.array.linear.deviates` on it at the end of the step: the membrane goes
there on the curves that it has without noise, so that the time of a crossing is exact. A run with
noise has the deviates of one by the clock.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numba.np.unsafe.ndarray import to_fixed_tuple
from numpy.typing import NDArray

from neuromix.array.linear.deviates import step_words, two_deviates
from neuromix.array.linear.events import neuron_mover
from neuromix.array.linear.propagators import UNITS, prober
from neuromix.array.taps import sample
from neuromix.compiling import kept
from neuromix.models.family import Family

Floats = NDArray[np.float64]

DEGREE = 5
"""Of the polynomials: the next power of a tenth of a time constant is below 1e-8."""


class Strides(NamedTuple):
    """The exact step of each neuron, of shape ``(n,)``, and of what comes inside of one.

    Parameters
    ----------
    width : float, s
    offset, kept, from_e, from_i, e_kept, i_kept : (n,) arrays
        Membrane after = offset + kept v + from_e e + from_i i; inputs after = kept times before.
    added : (n, 4, DEGREE + 1) array
        Coefficients, of powers of the part of the step that is left: what a unit of excitatory
        input adds to the membrane and to the input, and the same of an inhibitory one.
    """

    width: float
    offset: Floats
    kept: Floats
    from_e: Floats
    from_i: Floats
    e_kept: Floats
    i_kept: Floats
    added: Floats


def strides(dynamics: Family, n: int, dt: float) -> Strides:
    """Return the steps of ``n`` neurons, dt in s."""
    (flow,) = dynamics.kernels()
    rows = dynamics.matrix(n)
    probe = prober(flow, rows.shape[1])
    after = probe(rows, UNITS, dt)
    nodes = 0.5 * (1.0 - np.cos(np.pi * np.arange(DEGREE + 1) / DEGREE))
    values = np.empty((DEGREE + 1, n, 4))
    for k, part in enumerate(nodes):
        found = probe(rows, UNITS, part * dt)
        away = found - found[:, :1]
        values[k] = np.stack([away[:, 2, 0], away[:, 2, 1], away[:, 3, 0], away[:, 3, 2]], axis=1)
    powers = np.vander(nodes, increasing=True)
    added = np.linalg.solve(powers, values.reshape(DEGREE + 1, -1)).reshape(DEGREE + 1, n, 4)
    offset = after[:, 0, 0]
    return Strides(
        dt,
        offset,
        after[:, 1, 0] - offset,
        after[:, 2, 0] - offset,
        after[:, 3, 0] - offset,
        after[:, 2, 1],
        after[:, 3, 2],
        np.ascontiguousarray(added.transpose(1, 2, 0)),
    )


class Noise(NamedTuple):
    """The noise of the arrays of a group.

    Parameters
    ----------
    end : (arrays,) array
        Number of the last cell of each, + 1.
    key : (arrays,) array of uint64
        Of this trial.
    number : (n,) array of int32
        What stands for each cell in its array.
    scale : (n,) array, V
        What a deviate of 1 leaves on the membrane after a step.
    rest : int
        Place of ``rest`` in a row of parameters.
    """

    end: NDArray[np.int64]
    key: NDArray[np.uint64]
    number: NDArray[np.int32]
    scale: Floats
    rest: int


@functools.lru_cache
def inside_kernel(flow: Callable[..., Any], width: int) -> Callable[..., Any]:
    """Compile the kernel of a family with ``width`` parameters.

    The compiled function takes the cells and cables of :mod:`neuromix.array.linear.events`, the
    strides, the noise, the taps, the first step and the one after the last, and times (s, sorted)
    and keys of all events in them; it returns times and neurons of spikes. Targets of a key must
    rise.
    """
    bring_up = neuron_mover(flow)

    @njit(error_model="numpy")
    def taken(powers, part):  # type: ignore[no-untyped-def]
        """Return a polynomial at the part of a step that is left (Horner)."""
        found = powers[-1]
        for k in range(len(powers) - 2, -1, -1):
            found = found * part + powers[k]
        return found

    @njit(error_model="numpy")
    def add(cells, n, weight, now):  # type: ignore[no-untyped-def]
        jumps = cells.excitatory_jumps[n] if weight >= 0.0 else cells.inhibitory_jumps[n]
        if jumps:
            if now >= cells.free_at[n]:
                cells.v[n] += weight
        elif weight >= 0.0:
            cells.e[n] += weight
        else:
            cells.i[n] += weight

    @kept(nogil=True, error_model="numpy")
    def advance(cells, cables, steps, noise, taps, begin_step, end_step, time, key):  # type: ignore[no-untyped-def]
        n_cells = len(cells.v)
        spikes = [(0.0, 0) for _ in range(0)]
        v0, e0, i0, lift, pushed = np.empty((5, n_cells))
        pushed[:] = 0.0
        first = 0
        for step in range(begin_step, end_step):
            start, stop = step * steps.width, (step + 1) * steps.width
            cell = 0
            for array in range(len(noise.end)):
                one, other = step_words(noise.key[array], step >> 1)
                while cell < noise.end[array]:
                    even, odd = two_deviates(noise.number[cell], one, other)
                    pushed[cell] = noise.scale[cell] * (odd if step & 1 else even)
                    cell += 1
            last = first
            while last < len(time) and time[last] < stop:
                last += 1
            for n in range(n_cells):
                v, e, i = cells.v[n], cells.e[n], cells.i[n]
                v0[n], e0[n], i0[n] = v, e, i
                drifted = steps.offset[n] + steps.kept[n] * v + pushed[n]
                lift[n] = max(v, drifted) + max(0.0, steps.from_e[n] * e)
                cells.v[n] = drifted + steps.from_e[n] * e + steps.from_i[n] * i
                cells.e[n], cells.i[n] = steps.e_kept[n] * e, steps.i_kept[n] * i
            for k in range(first, last):
                part = (stop - time[k]) / steps.width
                for j in range(cables.first[key[k]], cables.first[key[k] + 1]):
                    n, weight = cables.target[j], cables.weight[j]
                    sign = 0 if weight >= 0.0 else 2
                    cells.v[n] += weight * taken(steps.added[n, sign], part)
                    inputs = cells.e if weight >= 0.0 else cells.i
                    inputs[n] += weight * taken(steps.added[n, sign + 1], part)
                    if weight > 0.0:
                        jumps = cells.excitatory_jumps[n]
                        lift[n] += weight * (1.0 if jumps else max(0.0, steps.from_e[n]))
            for n in range(n_cells):
                free = cells.free_at[n] <= start
                if free and lift[n] < cells.threshold[n] and cells.v[n] < cells.threshold[n]:
                    continue
                rest = cells.rest[n]
                if pushed[n] != 0.0:
                    cells.rest[n] = rest + pushed[n] / (1.0 - steps.kept[n])
                    cells.rows[n, noise.rest] = cells.rest[n]
                p = to_fixed_tuple(cells.rows[n], width)
                cells.v[n], cells.e[n], cells.i[n], cells.at[n] = v0[n], e0[n], i0[n], start
                for k in range(first, last):
                    begin, end = cables.first[key[k]], cables.first[key[k] + 1]
                    found = begin + np.searchsorted(cables.target[begin:end], n)
                    if found < end and cables.target[found] == n:
                        bring_up(cells, n, time[k], p, spikes)
                        add(cells, n, cables.weight[found], time[k])
                bring_up(cells, n, stop, p, spikes)
                cells.rest[n], cells.rows[n, noise.rest] = rest, rest
            first = last
            sample(taps, 0, step, cells.v, 0)
        when, who = np.empty(len(spikes)), np.empty(len(spikes), np.int64)
        for k in range(len(spikes)):
            when[k], who[k] = spikes[k]
        return when, who

    compiled: Callable[..., Any] = advance
    return compiled
