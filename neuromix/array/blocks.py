"""An array laid out for its kernel: parameters and resting states in lanes, prepared pulses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from neuromix.array.kernel import (
    ABSENT,
    PREPARED,
    Functions,
    population_kernel,
    prepared_pulses,
    synapses_at_rest,
)
from neuromix.array.lanes import LANES, block_count, into_lanes
from neuromix.array.rows import Rows
from neuromix.compiling import kept
from neuromix.models.family import RESTED, Family

HELD_FOR_EVER = 1e30
"""``hold`` of lanes without a neuron, s; without a hold they repeat the last one."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """What does not change from run to run on one die.

    Parameters
    ----------
    rows : Rows
    start : (blocks, rows, LANES) ndarray
        All neurons at rest.
    prepared : (n, 2 codes, PREPARED) ndarray
        See :func:`neuromix.array.kernel.prepared_pulses`.
    kernel : compiled function
    rest_current : float, A
        What all synapses push and draw without any input.
    """

    rows: Rows
    start: NDArray[np.float64]
    prepared: NDArray[np.float64]
    kernel: Callable[..., Any]
    rest_current: float

    @classmethod
    def of(
        cls,
        neurons: Family,
        n: int,
        constant: float | NDArray[np.float64],
        synapse: Functions = ABSENT,
        synapses: NDArray[np.float64] | None = None,
        weights: NDArray[np.float64] | None = None,
        width: float = 0.0,
    ) -> Self:
        """Lay out ``n`` neurons.

        Parameters
        ----------
        neurons : Family
        constant : float or (n,) ndarray, A
            Into each membrane.
        synapse : tuple of compiled functions
        synapses : (2, n, parameters) ndarray, optional
            Excitatory first.
        weights : (2, n, codes) ndarray, A, optional
            Weight current of each code.
        width : float, s
            Of a pulse.
        """
        parameters = neurons.matrix(n)
        given = np.zeros((2, n, 1)) if synapses is None else synapses
        functions = neurons.kernels()
        resting = _resting(functions, parameters)
        rows = Rows(parameters.shape[1], given.shape[2], resting.shape[1])
        start = np.zeros((block_count(n), rows.all, LANES))
        start[:, : rows.parameters] = into_lanes(np.concatenate([parameters, *given], axis=1))
        prepared = np.zeros((1, 2, PREPARED))
        rest_current = 0.0
        states = {"constant": np.broadcast_to(constant, (n,))}
        if synapses is not None and weights is not None:
            resting_synapses, currents = synapses_at_rest(synapse, synapses)
            states |= dict(zip(("excitatory", "inhibitory"), resting_synapses, strict=True))
            rest_current = float(currents.sum())
            prepared = prepared_pulses(synapse, np.ascontiguousarray(weights), width, synapses)
        for name, values in states.items():
            start[:, rows[name]] = into_lanes(np.asarray(values, np.float64)[:, None])[:, 0]
        for number in range(resting.shape[1]):
            start[:, rows.state(number)] = into_lanes(resting[:, number : number + 1])[:, 0]
        if neurons.role == "neuron":
            start[-1, rows["hold"], n - (len(start) - 1) * LANES :] = HELD_FOR_EVER
        kernel = population_kernel(
            functions,
            neurons.easy_step(),
            rows.of_neuron,
            synapse,
            rows.of_synapse,
            rows.states,
        )
        return cls(rows, start, prepared, kernel, rest_current)


def _resting(functions: Functions, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the states of all neurons before any input, shape (n, states)."""
    if len(functions) == 1:
        return np.tile([0.0, RESTED], (len(parameters), 1))
    _, rest = functions
    return np.asarray(_rests(rest)(parameters))


@functools.lru_cache
def _rests(rest: Callable[..., Any]) -> Callable[..., NDArray[np.float64]]:
    @kept()
    def each(parameters):  # type: ignore[no-untyped-def]
        states = np.empty((len(parameters), len(rest(parameters[0]))))
        for k in range(len(parameters)):
            for number, value in enumerate(rest(parameters[k])):
                states[k, number] = value
        return states

    compiled: Callable[..., NDArray[np.float64]] = each
    return compiled
