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
from numpy.typing import NDArray

from neuromix.array.lanes import BORROWING, LANES, copy_row, load, store
from neuromix.array.membrane_lanes import (
    NOISE_STEPS,
    alone,
    membrane_lanes,
    never_easy,
    noise_lanes,
)
from neuromix.array.rows import Rows
from neuromix.array.stride_lanes import TOGETHER, stride_lanes
from neuromix.array.synapse_lanes import synapse_lanes
from neuromix.array.taps import sample
from neuromix.compiling import kept
from neuromix.models.family import KERNELS

Functions = tuple[Callable[..., Any], ...]

ENERGY_REFERENCE = 1e-9
"""A: the energy of an event grows with ln(1 + I / this), as ``Energy.growth`` says."""

PREPARED = 5
"""What is stored of each code of each converter: the two numbers and the time of ``prepare``, its
weight current, and ln(1 + I_w / 1 nA)."""

FETCHED = 4
"""What is laid out of each pulse of a row: its sign, and the two numbers and the time."""


@njit
def _none(*_: float) -> float:
    """Stand for a function of a synapse that is not there."""
    return 0.0


ABSENT: Functions = (_none,) * len(KERNELS["synapse"])
"""The synapse of an array without inputs."""


@functools.lru_cache
def _preparing(prepare: Callable[..., Any]) -> Callable[..., None]:
    @kept()
    def fill(weights, width, synapses, prepared):  # type: ignore[no-untyped-def]
        _, n, codes = weights.shape
        for sign in range(2):
            for k in range(n):
                p = synapses[sign, k]
                for code in range(codes):
                    weight = weights[sign, k, code]
                    a, b, lasting = prepare(weight, width, p)
                    entry = prepared[k, sign * codes + code]
                    entry[0], entry[1], entry[2] = a, b, lasting
                    entry[3], entry[4] = weight, np.log1p(weight / ENERGY_REFERENCE)

    compiled: Callable[..., None] = fill
    return compiled


@functools.lru_cache
def _at_rest(
    rest: Callable[..., Any], source: Callable[..., Any], sink: Callable[..., Any]
) -> Callable[..., None]:
    @kept()
    def fill(synapses, states, currents):  # type: ignore[no-untyped-def]
        for k in range(synapses.shape[1]):
            for sign in range(2):
                states[sign, k] = rest(synapses[sign, k])
            currents[0, k] = source(states[0, k], synapses[0, k])
            currents[1, k] = sink(states[1, k], synapses[1, k])

    compiled: Callable[..., None] = fill
    return compiled


def synapses_at_rest(
    synapse: Functions, synapses: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return states, and currents pushed and drawn (A), without any input; both (2, n).

    Parameters
    ----------
    synapse : tuple of compiled functions
    synapses : (2, n, parameters) ndarray
        Excitatory first.
    """
    states, currents = np.empty((2, *synapses.shape[1:2])), np.empty((2, *synapses.shape[1:2]))
    rest, _, _, source, sink, *_ = synapse
    _at_rest(rest, source, sink)(synapses, states, currents)
    return states, currents


def prepared_pulses(
    synapse: Functions,
    weights: NDArray[np.float64],
    width: float,
    synapses: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what pulses of each code do, shape (n, 2 codes, :data:`PREPARED`); excitatory first.

    Parameters
    ----------
    synapse : tuple of compiled functions
    weights : (2, n, codes) ndarray, A
    width : float, s
    synapses : (2, n, parameters) ndarray
    """
    _, n, codes = weights.shape
    prepared = np.zeros((n, 2 * codes, PREPARED))
    _preparing(synapse[8])(weights, width, synapses, prepared)
    return prepared


@functools.lru_cache
def population_kernel(
    neuron: Functions,
    easy: Callable[..., Any] | None,
    of_neuron: int,
    synapse: Functions = ABSENT,
    of_synapse: int = 1,
    states: int = 2,
) -> Callable[..., Any]:
    """Compile the kernel of a neuron family that is driven through a synapse family.

    Parameters
    ----------
    neuron, synapse : tuple of compiled functions
        What :meth:`neuromix.models.family.Family.kernels` returns.
    easy : compiled function, optional
        The easy step of the neuron family.
    of_neuron, of_synapse : int
        Number of parameters of each.
    states : int
        Of a neuron.

    Notes
    -----
    A block of lanes is taken through all steps before the next one. A synapse is advanced at its
    own events, at their own times, and else once a step. The membrane sees the mean of the
    synapses' current over each step, at the voltage that it had at its start. Spikes are therefore
    not bound to the grid of steps. Lanes with which nothing happens make their step together;
    others call the ``advance`` of their family. Neurons with a ``stride`` make strides together.

    The compiled function takes, for ``n`` neurons:

    blocks, octaves
        :class:`~neuromix.array.rows.Rows` in lanes, and the octaves of noise; flat, changed in
        place.
    size, n, first_block, last_block
        Of a block; neurons in all; which blocks.
    first, steps, dt
        Number of the first step, how many of them, and their width, s.
    pulse_time, pulse_row : (m,) arrays
        For a dense memory: when pulses begin (s, sorted, before the end of the last step) and the
        row of their codes.
    codes : (rows, n) array of int8
        Signed codes; empty for a sparse memory.
    fetched : flat array
        The pulses of all rows in lanes (:class:`neuromix.array.fetching.Fetching`), or empty: then
        codes are looked up, and counted, pulse by pulse.
    entry_time, entry_lane, entry_code, entry_start
        For a sparse memory: when pulses begin, their lane and code; where those of each block and
        step begin (:class:`neuromix.array.delivery.Pulses`).
    entry_block
        The first block that these are of.
    width, prepared
        See :func:`prepared_pulses`.
    white, deviation, kept
        See :class:`neuromix.array.noise.NoiseLaw`.
    shot, wander
        Noise of the synapses: white density per output current, A²/Hz/A, and growth of the
        variance of the state, 1/s; see :class:`neuromix.models.model.NoiseDensity`.
    taps
        :class:`~neuromix.array.taps.Taps`, whose values are filled.

    It returns times (s) and addresses of spikes, block after block.
    """
    rows = Rows(of_neuron, of_synapse, states)
    strided = len(neuron) > 1
    advance_lane = alone(rows, never_easy if strided else neuron[0])
    begin, under_way, travel = stride_lanes(rows, neuron[0]) if strided else (_none,) * 3
    driven = synapse is not ABSENT
    pulse, elapse = synapse_lanes(rows, synapse)
    flicker, wandering = noise_lanes(rows)
    move = membrane_lanes(rows, easy or never_easy, synapse, driven)
    into, done, left = (rows[n] * LANES for n in ("input", "done", "left"))
    source_charge, sink_charge = rows["source_charge"] * LANES, rows["sink_charge"] * LANES
    spike_drive = rows["spike_drive"] * LANES
    when, sign, lasting, first_of_pulse, second_of_pulse = (
        rows[n] * LANES for n in ("when", "sign", "lasting", "first", "second")
    )
    counted = rows["source_pulses"] * LANES

    @njit(**BORROWING)
    def clear(blocks, o):  # type: ignore[no-untyped-def]
        for lane in range(LANES):
            store(blocks, o + lane + sign, 0.0)
            store(blocks, o + lane + lasting, 0.0)

    @njit(**BORROWING)
    def place(blocks, o, lane, k, code, time, prepared):  # type: ignore[no-untyped-def]
        codes = prepared.shape[1] // 2
        entry = prepared[k, code if code > 0 else codes - code]
        at = o + lane
        store(blocks, at + when, time)
        store(blocks, at + sign, 1.0 if code > 0 else -1.0)
        store(blocks, at + first_of_pulse, entry[0])
        store(blocks, at + second_of_pulse, entry[1])
        store(blocks, at + lasting, entry[2])
        # Rows of both signs alternate: pulses, their drives, their weights.
        meter = at + counted + (0 if code > 0 else LANES)
        store(blocks, meter, load(blocks, meter) + 1.0)
        meter += 2 * LANES
        store(blocks, meter, load(blocks, meter) + entry[4])
        meter += 2 * LANES
        store(blocks, meter, load(blocks, meter) + entry[3])

    @njit(**BORROWING)
    def count_drive(blocks, at):  # type: ignore[no-untyped-def]
        drive = max(load(blocks, at + into), 0.0) / ENERGY_REFERENCE
        store(blocks, at + spike_drive, load(blocks, at + spike_drive) + np.log1p(drive))

    @njit(**BORROWING)
    def finish(  # type: ignore[no-untyped-def]
        blocks, o, n, address, stop, spikes, spike_time, spike_address
    ):
        for some in range(0, LANES, TOGETHER):
            while spikes + TOGETHER <= len(spike_time) and travel(blocks, o + some) > 0:
                for lane in range(some, min(some + TOGETHER, n - address)):
                    at = o + lane
                    if load(blocks, at + done) > 0.0:
                        spike_time[spikes] = stop - load(blocks, at + left)
                        spike_address[spikes] = address + lane
                        spikes += 1
                        count_drive(blocks, at)
        return spikes

    @njit(nogil=True, **BORROWING)
    def advance_block(  # type: ignore[no-untyped-def]
        b, step, end, coming, spikes, spike_time, spike_address,
        blocks, octaves, size, n, first, steps, dt, pulse_time,
        pulse_row, codes, fetched, entry_time, entry_lane, entry_code, entry_start, entry_block,
        width, prepared, white, deviation, kept, shot, wander, taps,
    ):  # fmt: skip
        """Advance a block to ``end``, or until spikes may find no room; return where it is."""
        tapped = taps.start[b + 1] > taps.start[b]
        dense, laid_out = len(codes) > 0, len(fetched) > 0
        all_blocks = len(blocks) // size
        variance, growth = white * white, shot / (2.0 * dt)
        noisy = white > 0.0 or shot > 0.0 or len(deviation) > 0
        strays = np.sqrt(wander * NOISE_STEPS * dt)
        o = b * size
        q = b * len(deviation) * LANES
        last = len(pulse_time)
        while step < end and spikes + LANES <= len(spike_time):
            start, stop = step * dt, (step + 1) * dt
            # Spikes of a step that has begun have found no room.
            resumed = strided and under_way(blocks, o)
            if driven and not resumed:
                for lane in range(LANES):
                    store(blocks, o + lane + source_charge, 0.0)
                    store(blocks, o + lane + sink_charge, 0.0)
                while laid_out and coming < last and pulse_time[coming] < stop:
                    row = (pulse_row[coming] * all_blocks + b) * FETCHED * LANES
                    now = pulse_time[coming]
                    for lane in range(LANES):
                        store(blocks, o + lane + when, now)
                    copy_row(blocks, o + sign, fetched, row)
                    copy_row(blocks, o + first_of_pulse, fetched, row + LANES)
                    copy_row(blocks, o + second_of_pulse, fetched, row + 2 * LANES)
                    copy_row(blocks, o + lasting, fetched, row + 3 * LANES)
                    coming += 1
                    pulse(blocks, o, width)
                while dense and coming < last and pulse_time[coming] < stop:
                    clear(blocks, o)
                    active = False
                    row = pulse_row[coming]
                    for lane in range(min(LANES, n - b * LANES)):
                        code = int(codes[row, b * LANES + lane])
                        if code != 0:
                            k = b * LANES + lane
                            place(blocks, o, lane, k, code, pulse_time[coming], prepared)
                            active = True
                    coming += 1
                    if active:
                        pulse(blocks, o, width)
                if not dense:
                    bucket = (b - entry_block) * steps + step - first
                    coming, last = entry_start[bucket], entry_start[bucket + 1]
                while not dense and coming < last:
                    clear(blocks, o)
                    used = 0
                    while coming < last:
                        lane = int(entry_lane[coming])
                        if used & (1 << lane):
                            break
                        used |= 1 << lane
                        code = int(entry_code[coming])
                        k = b * LANES + lane
                        place(blocks, o, lane, k, code, entry_time[coming], prepared)
                        coming += 1
                    pulse(blocks, o, width)
                if wander > 0.0 and step % NOISE_STEPS == 0:
                    wandering(blocks, o, strays)
                elapse(blocks, o, stop, dt)
            if len(deviation) and not resumed:
                flicker(blocks, o, octaves, q, step, deviation, kept)
            others = not resumed and move(blocks, o, dt, variance, growth, noisy) > 0
            if strided:
                if not resumed:
                    begin(blocks, o, dt)
                address = b * LANES
                spikes = finish(blocks, o, n, address, stop, spikes, spike_time, spike_address)
                if under_way(blocks, o):
                    return step, coming, spikes
            elif others:
                for lane in range(min(LANES, n - b * LANES)):
                    at = o + lane
                    if load(blocks, at + done) > 0.0:
                        continue
                    offset = advance_lane(blocks, at, dt)
                    if offset >= 0.0:
                        spike_time[spikes] = start + offset
                        spike_address[spikes] = b * LANES + lane
                        spikes += 1
                        count_drive(blocks, at)
            if tapped:
                sample(taps, b, step, blocks, o)
            step += 1
        return step, coming, spikes

    @kept(nogil=True)
    def advance_population(  # type: ignore[no-untyped-def]
        blocks, octaves, size, n, first_block, last_block, first, steps, dt, pulse_time,
        pulse_row, codes, fetched, entry_time, entry_lane, entry_code, entry_start, entry_block,
        width, prepared, white, deviation, kept, shot, wander, taps,
    ):  # fmt: skip
        spike_time = np.empty(64 + n)
        spike_address = np.empty(64 + n, np.uint32)
        spikes = 0
        for b in range(first_block, last_block):
            step, coming = first, 0
            while step < first + steps:
                if spikes + LANES > len(spike_time):
                    spike_time = np.append(spike_time, np.empty_like(spike_time))
                    spike_address = np.append(spike_address, np.empty_like(spike_address))
                step, coming, spikes = advance_block(
                    b, step, first + steps, coming, spikes, spike_time, spike_address,
                    blocks, octaves, size, n, first, steps, dt, pulse_time,
                    pulse_row, codes, fetched, entry_time, entry_lane, entry_code, entry_start,
                    entry_block, width, prepared, white, deviation, kept, shot, wander, taps,
                )  # fmt: skip
        return spike_time[:spikes], spike_address[:spikes]

    compiled: Callable[..., Any] = advance_population
    return compiled
