"""What a run will take of this machine's memory, before it is started.

Counted is what grows with the design, the duration and what is recorded: weight memories, blocks
of lanes, prepared pulses, noise, traces. Spikes are not: how many there will be is what a run is
for. Neither is what Python and its libraries take by themselves, about 0.3 GB.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import fields

import numpy as np

from neuromix.array.board import Board
from neuromix.array.chip import Array, Chip, Path
from neuromix.array.kernel import PREPARED
from neuromix.array.lanes import LANES, block_count
from neuromix.array.memory_limit import MemoryNeed
from neuromix.array.noise import SILENT, noise_law
from neuromix.array.population import TRACES
from neuromix.array.rows import Rows

FLOAT = 8
"""Bytes of a number in double precision."""

SIGNS = 2
"""Excitatory and inhibitory."""

COPIES = 2
"""A die keeps what a run starts from, and the run changes a copy."""

LINEAR_STATES = 8
"""Numbers beside the parameters of a linear neuron: its state, inputs of both signs, spikes."""


def bytes_needed(
    chip: Chip | Board, duration: float, dt: float = 10e-6, record: Collection[str] = ()
) -> MemoryNeed:
    """Return what ``nmx.run`` of a chip will take at its peak.

    Parameters
    ----------
    chip : Chip or Board
        It is not changed, and nothing of it is drawn.
    duration, dt : float, s
    record : collection of str
        As for :func:`neuromix.array.simulation.run`.
    """
    if isinstance(chip, Board):
        found = MemoryNeed()
        for name, item in chip.chips.items():
            mine = [trace.removeprefix(f"{name}.") for trace in record]
            found += bytes_needed(item, duration, dt, mine)
        return found
    stored = (getattr(item, f.name) for item in chip.projections for f in fields(item))
    numbers = float(sum(value.nbytes for value in stored if isinstance(value, np.ndarray)))
    # A die stacks the memories of all its sources into one.
    codes = COPIES * float(sum(item.codes.nbytes for item in chip.connections))
    found = MemoryNeed({"weights": codes + COPIES * numbers})
    for name, block in chip.blocks.items():
        if isinstance(block, Array):
            traced = [trace for trace in TRACES if f"{name}.{trace}" in record]
            found += array_need(block, chip.paths.get(name), duration, dt, traced)
    return found


def array_need(
    array: Array, path: Path | None, duration: float, dt: float, traced: Collection[str] = ()
) -> MemoryNeed:
    """Return what one array takes beside its weights.

    Parameters
    ----------
    array : Array
    path : Path or None
        None for an array without circuits before it.
    duration, dt : float, s
    traced : collection of str
        Which of :data:`~neuromix.array.population.TRACES` are recorded.
    """
    n, steps = array.n, math.ceil(duration / dt)
    # Both traces of an array are kept where one is recorded, and what is recorded is joined.
    traces = FLOAT * steps * n * ((len(TRACES) if traced else 0) + len(traced))
    if array.linear:
        state = FLOAT * n * (len(array.model.dynamics.values()) + LINEAR_STATES)
        return MemoryNeed({"neurons": float(COPIES * state), "traces": float(traces)})
    synapse = len(path.synapse.dynamics.values()) if path else 0
    rows = Rows(len(array.model.dynamics.values()), synapse)
    blocks = FLOAT * block_count(n) * rows.all * LANES
    law = noise_law(array.model.noise, dt, duration) if array.noise else SILENT
    found = {
        "neurons and synapses": float(COPIES * blocks),
        "noise": float(COPIES * FLOAT * n * len(law.deviation)),
        "traces": float(traces),
    }
    if path is not None:
        codes = len(path.converter.dynamics.table("source")[0])  # type: ignore[attr-defined]
        # Two tables of weight currents are put together, and joined, before they are prepared.
        found["prepared pulses"] = float(FLOAT * SIGNS * codes * n * (PREPARED + COPIES))
    return MemoryNeed(found)
