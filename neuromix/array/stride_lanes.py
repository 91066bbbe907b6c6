"""Neurons of many states in a block of lanes: each makes strides of its own length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

from neuromix.array.lanes import BORROWING, LANES, column, load, store, store_column
from neuromix.array.rows import Rows
from neuromix.array.synapse_lanes import VECTORIZED
from neuromix.models.elementary import chosen

TOGETHER = 8
"""Lanes that make strides together until all of them are at the end of a step: one vector of the
widest registers, as lanes that have arrived wait for the others."""


def stride_lanes(
    rows: Rows, stride: Callable[..., Any]
) -> tuple[Callable[..., None], Callable[..., bool], Callable[..., int]]:
    """Compile the course of a block of lanes through one step.

    Parameters
    ----------
    rows : Rows
    stride : compiled function
        Of the neuron family.

    Returns
    -------
    begin(blocks, o, dt)
        Let the whole step be left to all lanes.
    under_way(blocks, o)
        Tell whether something of it is left to any.
    travel(blocks, at)
        Advance :data:`TOGETHER` lanes from ``at`` on until spikes leave or nothing is left; return
        how many spikes. Where one left, ``done`` is 1, and what is left to the lane begins at it.
    """
    of_neuron, of_two, of_more = column(rows.of_neuron), column(2), column(rows.states - 2)
    membrane, into, done, remaining = (
        rows[n] * LANES for n in ("membrane", "input", "done", "left")
    )
    more = rows.state(2) * LANES

    @njit(**BORROWING)
    def begin(blocks, o, dt):  # type: ignore[no-untyped-def]
        for lane in range(LANES):
            store(blocks, o + lane + remaining, dt)

    @njit(**BORROWING)
    def under_way(blocks, o):  # type: ignore[no-untyped-def]
        longest = 0.0
        for lane in range(LANES):
            longest = max(longest, load(blocks, o + lane + remaining))
        return longest > 0.0

    @njit(**VECTORIZED)
    def together(blocks, at):  # type: ignore[no-untyped-def]
        going, spiked = 0, 0
        for lane in range(TOGETHER):
            k = at + lane
            state = of_two(blocks, k + membrane) + of_more(blocks, k + more)
            left, current = load(blocks, k + remaining), load(blocks, k + into)
            state, passed, spike = stride(state, current, left, of_neuron(blocks, k))
            store_column(blocks, k + membrane, state[:2])
            store_column(blocks, k + more, state[2:])
            store(blocks, k + remaining, left - passed)
            store(blocks, k + done, chosen(spike, 1.0, 0.0))
            going += left > passed
            spiked += spike
        return going, spiked

    @njit(**BORROWING)
    def travel(blocks, at):  # type: ignore[no-untyped-def]
        going, spiked = 1, 0
        while going > 0 and spiked == 0:
            going, spiked = together(blocks, at)
        return spiked

    return begin, under_way, travel
