"""The compiled kernel that advances a population: converters, synapses, noise, membranes.

One kernel is compiled for each pair of families. It knows a family by the functions that
:meth:`neuromix.models.family.Family.kernels` returns, and by nothing else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numba.np.unsafe.ndarray import to_fixed_tuple

from neuromix.array.noise import noise_current
from neuromix.models.family import KERNELS

Functions = tuple[Callable[..., Any], ...]

LOG_REFERENCE = 1e-9
"""A: the energy of an event grows with ln(1 + I / this), as ``Energy.growth`` says."""


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
    Within a step the two synapses of a neuron follow their events at the events' own times; the
    charge that they bring is integrated by the trapezoid rule between events and ends of pulses,
    and the membrane sees its mean. Spikes are therefore not bound to the grid of steps.

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
    membrane, hold : (n,) arrays; state, reached : (2, n) and (n,) arrays
        State of membranes and synapses, and the time up to which the synapses have advanced;
        changed in place.
    white, deviation, kept, stream, octaves
        See :func:`neuromix.array.noise.noise_current`.
    v_trace, i_trace : (steps, n) arrays, or (0, 0) arrays for no trace
        Filled with the membrane at the end of each step and the mean current during it.

    It returns times (s) and addresses of spikes, neuron after neuron; the sum of
    ln(1 + I / 1 nA) over the spikes of each neuron; and the same over the pulses of each synapse.
    """
    (advance,) = neuron
    _, decay, inject, source, sink = synapse

    @njit(nogil=True)
    def advance_population(  # type: ignore[no-untyped-def]
        first, steps, dt, pulse_time, pulse_row, codes, width, tables, neurons, synapses,
        constant, membrane, hold, state, reached, white, deviation, kept, stream, octaves,
        v_trace, i_trace,
    ):  # fmt: skip
        n = len(membrane)
        tracing = len(v_trace) > 0
        spike_time = np.empty(64 + n)
        spike_address = np.empty(64 + n, np.uint32)
        spikes = 0
        spike_drive = np.zeros(n)
        pulse_drive = np.zeros((2, n))
        for k in range(n):
            p = to_fixed_tuple(neurons[k], of_neuron)
            p_exc = to_fixed_tuple(synapses[0, k], of_synapse)
            p_inh = to_fixed_tuple(synapses[1, k], of_synapse)
            v, held, exc, inh, at = membrane[k], hold[k], state[0, k], state[1, k], reached[k]
            current = source(exc, p_exc) - sink(inh, p_inh)
            coming = 0
            for step in range(first, first + steps):
                start = step * dt
                stop = (step + 1) * dt
                charge = 0.0
                while coming < len(pulse_time) and pulse_time[coming] < stop:
                    code = codes[pulse_row[coming], k]
                    if code != 0:
                        begin = max(pulse_time[coming], at)
                        before = current
                        exc = decay(exc, begin - at, p_exc)
                        inh = decay(inh, begin - at, p_inh)
                        current = source(exc, p_exc) - sink(inh, p_inh)
                        charge += 0.5 * (before + current) * (begin - at)
                        before = current
                        if code > 0:
                            weight = tables[0, k, code]
                            exc = inject(exc, weight, width, p_exc)
                            inh = decay(inh, width, p_inh)
                            pulse_drive[0, k] += np.log1p(weight / LOG_REFERENCE)
                        else:
                            weight = tables[1, k, -code]
                            exc = decay(exc, width, p_exc)
                            inh = inject(inh, weight, width, p_inh)
                            pulse_drive[1, k] += np.log1p(weight / LOG_REFERENCE)
                        current = source(exc, p_exc) - sink(inh, p_inh)
                        charge += 0.5 * (before + current) * width
                        at = begin + width
                    coming += 1
                if at < stop:
                    before = current
                    exc = decay(exc, stop - at, p_exc)
                    inh = decay(inh, stop - at, p_inh)
                    current = source(exc, p_exc) - sink(inh, p_inh)
                    charge += 0.5 * (before + current) * (stop - at)
                    at = stop
                i_in = constant[k] + charge / dt
                i_in += noise_current(step, k, white, deviation, kept, stream, octaves)
                v, held, offset = advance(v, held, i_in, dt, p)
                if offset >= 0.0:
                    if spikes == len(spike_time):
                        spike_time = np.append(spike_time, np.empty(spikes))
                        spike_address = np.append(spike_address, np.empty(spikes, np.uint32))
                    spike_time[spikes] = start + offset
                    spike_address[spikes] = k
                    spikes += 1
                    spike_drive[k] += np.log1p(max(i_in, 0.0) / LOG_REFERENCE)
                if tracing:
                    v_trace[step - first, k] = v
                    i_trace[step - first, k] = i_in
            membrane[k], hold[k], state[0, k], state[1, k], reached[k] = v, held, exc, inh, at
        return spike_time[:spikes], spike_address[:spikes], spike_drive, pulse_drive

    return advance_population  # type: ignore[no-any-return]
