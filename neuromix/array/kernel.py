"""The compiled kernel that advances a population: converters, synapses, noise, membranes.

One kernel is compiled for each pair of families. It knows a family by the functions that
:meth:`neuromix.models.family.Family.kernels` returns, and by nothing else.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numba.np.unsafe.ndarray import to_fixed_tuple

from neuromix.array.noise import noise_current, strayed
from neuromix.models.family import KERNELS

Functions = tuple[Callable[..., Any], ...]

ENERGY_REFERENCE = 1e-9
"""A: the energy of an event grows with ln(1 + I / this), as ``Energy.growth`` says."""

CHORD = 8
"""Steps for which a synapse's decay is taken as a straight line in its state."""


@njit
def _none(*_: float) -> float:
    """Stand for a function of a synapse that is not there."""
    return 0.0


ABSENT: Functions = (_none,) * len(KERNELS["synapse"])
"""The synapse of an array without inputs."""


@functools.lru_cache
def population_kernel(
    neuron: Functions, of_neuron: int, synapse: Functions = ABSENT, of_synapse: int = 1
) -> Callable[..., Any]:
    """Compile the kernel of a neuron family that is driven through a synapse family.

    Parameters
    ----------
    neuron, synapse : tuple of compiled functions
        What :meth:`neuromix.models.family.Family.kernels` returns.
    of_neuron, of_synapse : int
        Number of parameters of each. Kernels hand them over as tuples, from which the compiler can
        move what does not change out of the loops.

    Notes
    -----
    A synapse is advanced at its own events, at their own times, and else along a chord: its state
    (the logarithm of a current, for a differential pair) falls nearly linearly, so that one decay
    serves ``CHORD`` steps. The membrane sees the mean of the synapses' current over each step, at
    the voltage that it had at its start. Spikes are therefore not bound to the grid of steps.

    The compiled function takes, for ``n`` neurons and ``m`` pulses:

    first, steps, dt
        Number of the first step, how many of them, and their width, s.
    pulse_time, pulse_row : (m,) arrays
        When pulses begin (s, sorted, before the end of the last step) and the row of their weights.
    codes : (rows, n) array of int8
        Signed weights.
    width
        Of a pulse, s.
    tables : (2, n, codes) array
        Weight current of each code, A; excitatory first.
    neurons : (n, parameters) array; synapses : (2, n, parameters) array
        Parameters of each instance.
    constant : (n,) array
        Current into each membrane beside that of its synapses, A.
    membrane, hold : (n,) arrays; chords : (2, 3, n) array; reached : (n,) array
        State of membranes; state, slope and time of the last point of each synapse's chord; time up
        to which the synapses' charge has been counted. Changed in place.
    white, deviation, kept, stream, octaves
        See :func:`neuromix.array.noise.noise_current`.
    shot, wander
        Noise of the synapses: white density per output current, A²/Hz/A, and growth of the
        variance of the state, 1/s; see :class:`neuromix.models.model.NoiseDensity`.
    v_trace, i_trace : (steps, n) arrays, or (0, 0) arrays for no trace
        Filled with the membrane at the end of each step and the mean current during it.

    It returns times (s) and addresses of spikes, neuron after neuron; the sum of
    ln(1 + I / 1 nA) over the spikes of each neuron; and the charge that the synapses of both signs
    have moved, C, shape (2, n).
    """
    (advance,) = neuron
    _, decay, inject, source, sink, source_compliance, sink_compliance = synapse

    @njit(nogil=True)
    def advance_population(  # type: ignore[no-untyped-def]
        first, steps, dt, pulse_time, pulse_row, codes, width, tables, neurons, synapses,
        constant, membrane, hold, chords, reached, white, deviation, kept, shot, wander, stream,
        octaves, v_trace, i_trace,
    ):  # fmt: skip
        n = len(membrane)
        tracing = len(v_trace) > 0
        span = CHORD * dt
        spike_time = np.empty(64 + n)
        spike_address = np.empty(64 + n, np.uint32)
        spikes = 0
        spike_drive = np.zeros(n)
        moved = np.zeros((2, n))
        for k in range(n):
            p = to_fixed_tuple(neurons[k], of_neuron)
            p_exc = to_fixed_tuple(synapses[0, k], of_synapse)
            p_inh = to_fixed_tuple(synapses[1, k], of_synapse)
            exc, exc_slope, exc_at = chords[0, 0, k], chords[0, 1, k], chords[0, 2, k]
            inh, inh_slope, inh_at = chords[1, 0, k], chords[1, 1, k], chords[1, 2, k]
            v, held, at = membrane[k], hold[k], reached[k]
            coming = 0
            for step in range(first, first + steps):
                start = step * dt
                stop = (step + 1) * dt
                if start - exc_at >= span:
                    exc += exc_slope * (start - exc_at)
                    exc += strayed(start - exc_at, k, wander, stream)
                    exc_slope = (decay(exc, span, p_exc) - exc) / span
                    exc_at = start
                if start - inh_at >= span:
                    inh += inh_slope * (start - inh_at)
                    inh += strayed(start - inh_at, k, wander, stream)
                    inh_slope = (decay(inh, span, p_inh) - inh) / span
                    inh_at = start
                charge_exc = 0.0
                charge_inh = 0.0
                while True:
                    while coming < len(pulse_time) and codes[pulse_row[coming], k] == 0:
                        coming += 1
                    pulsed = coming < len(pulse_time) and pulse_time[coming] < stop
                    until = pulse_time[coming] if pulsed else stop
                    if until > at:
                        middle = 0.5 * (at + until)
                        charge_exc += (until - at) * source(
                            exc + exc_slope * (middle - exc_at), p_exc
                        )
                        charge_inh += (until - at) * sink(
                            inh + inh_slope * (middle - inh_at), p_inh
                        )
                        at = until
                    if not pulsed:
                        break
                    code = codes[pulse_row[coming], k]
                    coming += 1
                    exc_before = exc + exc_slope * (at - exc_at)
                    inh_before = inh + inh_slope * (at - inh_at)
                    exc_middle = exc_before + 0.5 * width * exc_slope
                    inh_middle = inh_before + 0.5 * width * inh_slope
                    at += width
                    if code > 0:
                        exc_before += strayed(at - width - exc_at, k, wander, stream)
                        exc = inject(exc_before, tables[0, k, code], width, p_exc)
                        exc_middle = 0.5 * (exc_before + exc)
                        exc_slope = (decay(exc, span, p_exc) - exc) / span
                        exc_at = at
                    else:
                        inh_before += strayed(at - width - inh_at, k, wander, stream)
                        inh = inject(inh_before, tables[1, k, -code], width, p_inh)
                        inh_middle = 0.5 * (inh_before + inh)
                        inh_slope = (decay(inh, span, p_inh) - inh) / span
                        inh_at = at
                    charge_exc += width * source(exc_middle, p_exc)
                    charge_inh += width * sink(inh_middle, p_inh)
                moved[0, k] += charge_exc
                moved[1, k] += charge_inh
                i_in = constant[k] + charge_exc / dt * source_compliance(v, p_exc)
                i_in -= charge_inh / dt * sink_compliance(v, p_inh)
                total_white = white
                if shot > 0.0:
                    flowing = max(0.0, charge_exc + charge_inh) / dt
                    total_white = math.sqrt(white * white + shot * flowing / (2.0 * dt))
                i_in += noise_current(step, k, total_white, deviation, kept, stream, octaves)
                v, held, offset = advance(v, held, i_in, dt, p)
                if offset >= 0.0:
                    if spikes == len(spike_time):
                        spike_time = np.append(spike_time, np.empty(spikes))
                        spike_address = np.append(spike_address, np.empty(spikes, np.uint32))
                    spike_time[spikes] = start + offset
                    spike_address[spikes] = k
                    spikes += 1
                    spike_drive[k] += np.log1p(max(i_in, 0.0) / ENERGY_REFERENCE)
                if tracing:
                    v_trace[step - first, k] = v
                    i_trace[step - first, k] = i_in
            chords[0, 0, k], chords[0, 1, k], chords[0, 2, k] = exc, exc_slope, exc_at
            chords[1, 0, k], chords[1, 1, k], chords[1, 2, k] = inh, inh_slope, inh_at
            membrane[k], hold[k], reached[k] = v, held, at
        return spike_time[:spikes], spike_address[:spikes], spike_drive, moved

    compiled: Callable[..., Any] = advance_population
    return compiled
