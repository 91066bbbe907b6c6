"""Membranes of a block of lanes: their noise, their input, their step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from neuromix.array.lanes import BORROWING, LANES, column, load, store
from neuromix.array.random_stream import deviate, following, scrambled
from neuromix.array.rows import Rows
from neuromix.array.synapse_lanes import VECTORIZED
from neuromix.models.elementary import bits_of, chosen, number_of

NOISE_STEPS = 8
"""Steps of the wander of synapses: the variance of so many is added at once."""


@njit
def never_easy(
    v: float,
    hold: float,
    moved: float,  # noqa: ARG001
    i_in: float,  # noqa: ARG001
    dt: float,  # noqa: ARG001
    p: tuple[float, ...],  # noqa: ARG001
) -> tuple[float, float, bool]:
    """Leave every step to ``advance``: the easy step of a family that defines none."""
    return v, hold, False


def alone(rows: Rows, advance: Callable[..., Any]) -> Callable[..., float]:
    """Compile the whole step of one lane.

    Parameters
    ----------
    rows : Rows
    advance : compiled function
        Of the neuron family.

    Returns
    -------
    advance_lane(blocks, at, dt)
        Advance the lane ``at`` under its input; return when its spike left, s from the start of the
        step, negative without one.
    """
    parameters = column(rows.of_neuron)
    membrane, hold, into = (rows[n] * LANES for n in ("membrane", "hold", "input"))

    @njit(**BORROWING)
    def advance_lane(blocks, at, dt):  # type: ignore[no-untyped-def]
        v, held = load(blocks, at + membrane), load(blocks, at + hold)
        v, held, offset = advance(v, held, load(blocks, at + into), dt, parameters(blocks, at))
        store(blocks, at + membrane, v)
        store(blocks, at + hold, held)
        return offset

    compiled: Callable[..., float] = advance_lane
    return compiled


def noise_lanes(rows: Rows) -> tuple[Callable[..., None], Callable[..., None]]:
    """Compile the slow noise of a block.

    Returns
    -------
    flicker(blocks, o, octaves, q, count, step, deviation, kept)
        Renew the octaves whose turn it is in this step; ``q`` is where those of the block begin.
        See :mod:`neuromix.array.noise`.
    wander(blocks, o, deviation)
        Let the states of both synapses stray.
    """
    stream, total = rows["stream"] * LANES, rows["flicker"] * LANES
    exc, inh = rows["excitatory"] * LANES, rows["inhibitory"] * LANES

    @njit(**VECTORIZED)
    def flicker(blocks, o, octaves, q, step, deviation, kept):  # type: ignore[no-untyped-def]
        fresh = math.sqrt(1.0 - kept * kept)
        for j in range(len(deviation)):
            if step & ((1 << j) - 1):
                break
            scale = fresh * deviation[j]
            for lane in range(LANES):
                word = following(np.uint64(bits_of(load(blocks, o + lane + stream))))
                store(blocks, o + lane + stream, number_of(np.int64(word)))
                old = load(octaves, q + j * LANES + lane)
                new = kept * old + scale * deviate(scrambled(word))
                store(octaves, q + j * LANES + lane, new)
                sum_of_all = load(blocks, o + lane + total) + (new - old)
                store(blocks, o + lane + total, sum_of_all)

    @njit(**VECTORIZED)
    def wander(blocks, o, deviation):  # type: ignore[no-untyped-def]
        for lane in range(LANES):
            k = o + lane
            once = following(np.uint64(bits_of(load(blocks, k + stream))))
            twice = following(once)
            store(blocks, k + stream, number_of(np.int64(twice)))
            store(blocks, k + exc, load(blocks, k + exc) + deviation * deviate(scrambled(once)))
            store(blocks, k + inh, load(blocks, k + inh) + deviation * deviate(scrambled(twice)))

    return flicker, wander


def membrane_lanes(
    rows: Rows, step: Callable[..., Any], synapse: tuple[Callable[..., Any], ...], driven: bool
) -> Callable[..., int]:
    """Compile one step of all membranes of a block.

    Parameters
    ----------
    rows : Rows
    step : compiled function
        The easy step of the neuron family.
    synapse : tuple of compiled functions
        Of the synapse family, in the order of its contract.
    driven : bool
        Whether there are synapses.

    Returns
    -------
    move(blocks, o, dt, white, shot, noisy)
        Take the charges of this step and the noise into the membranes; return how many lanes need
        the whole ``advance``: their state is left as it was, ``done`` is 0. ``white`` is the
        variance of a step's mean, A²; ``shot`` its growth with the current that flows, A.
    """
    source_compliance, sink_compliance = synapse[5], synapse[6]
    excitatory, inhibitory = rows.of_neuron * LANES, (rows.of_neuron + rows.of_synapse) * LANES
    moved = rows["moved"] * LANES
    of_neuron, of_synapse = column(rows.of_neuron), column(rows.of_synapse)
    constant, stream, flicker = (rows[n] * LANES for n in ("constant", "stream", "flicker"))
    source_charge, sink_charge = rows["source_charge"] * LANES, rows["sink_charge"] * LANES
    source_moved, sink_moved = rows["source_moved"] * LANES, rows["sink_moved"] * LANES
    membrane, hold, into, done = (rows[n] * LANES for n in ("membrane", "hold", "input", "done"))

    @njit(**VECTORIZED)
    def gather(blocks, o, rate):  # type: ignore[no-untyped-def]
        for lane in range(LANES):
            k = o + lane
            current = load(blocks, k + constant)
            if driven:
                v = load(blocks, k + membrane)
                p_exc = of_synapse(blocks, k + excitatory)
                p_inh = of_synapse(blocks, k + inhibitory)
                pushed, drawn = load(blocks, k + source_charge), load(blocks, k + sink_charge)
                store(blocks, k + source_moved, load(blocks, k + source_moved) + pushed)
                store(blocks, k + sink_moved, load(blocks, k + sink_moved) + drawn)
                current += pushed * rate * source_compliance(v, p_exc)
                current -= drawn * rate * sink_compliance(v, p_inh)
            store(blocks, k + into, current)

    @njit(**VECTORIZED)
    def disturb(blocks, o, rate, white, shot):  # type: ignore[no-untyped-def]
        for lane in range(LANES):
            k = o + lane
            word = following(np.uint64(bits_of(load(blocks, k + stream))))
            store(blocks, k + stream, number_of(np.int64(word)))
            flowing = 0.0
            if driven:
                charge = load(blocks, k + source_charge) + load(blocks, k + sink_charge)
                flowing = max(charge, 0.0) * rate
            noise = math.sqrt(white + shot * flowing) * deviate(scrambled(word))
            store(blocks, k + into, load(blocks, k + into) + noise + load(blocks, k + flicker))

    @njit(**VECTORIZED)
    def integrate(blocks, o, dt):  # type: ignore[no-untyped-def]
        left = 0
        for lane in range(LANES):
            k = o + lane
            p = of_neuron(blocks, k)
            v, held = load(blocks, k + membrane), load(blocks, k + hold)
            before, current = load(blocks, k + moved), load(blocks, k + into)
            next_v, next_held, easy = step(v, held, before, current, dt, p)
            store(blocks, k + moved, chosen(easy, next_v - v, 0.0))
            store(blocks, k + membrane, chosen(easy, next_v, v))
            store(blocks, k + hold, chosen(easy, next_held, held))
            store(blocks, k + done, chosen(easy, 1.0, 0.0))
            left += not easy
        return left

    @njit(**BORROWING)
    def move(blocks, o, dt, white, shot, noisy):  # type: ignore[no-untyped-def]
        rate = 1.0 / dt
        gather(blocks, o, rate)
        if noisy:
            disturb(blocks, o, rate, white, shot)
        return integrate(blocks, o, dt)

    compiled: Callable[..., int] = move
    return compiled
