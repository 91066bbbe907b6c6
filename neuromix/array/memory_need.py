"""What a run will take of this machine's memory, before it is started.

Counted is what grows with the design, the duration and what is recorded: weight memories, blocks
of lanes, prepared pulses, noise, traces. Spikes are not: how many there will be is what a run is
for. Neither is what Python and its libraries take by themselves, about 0.3 GB.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType

import numpy as np

from neuromix.array.board import Board
from neuromix.array.chip import Array, Chip
from neuromix.array.fetching import fetched_bytes
from neuromix.array.kernel import PREPARED
from neuromix.array.lanes import LANES, block_count
from neuromix.array.memory_limit import MemoryNeed
from neuromix.array.noise import SILENT, noise_law
from neuromix.array.path import Path
from neuromix.array.probes import Watched
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
    chip: Chip | Board,
    duration: float,
    dt: float = 10e-6,
    wanted: Mapping[str, Watched] = MappingProxyType({}),
    runs: int = 1,
) -> MemoryNeed:
    """Return what ``nmx.run`` of a chip will take at its peak.

    Parameters
    ----------
    chip : Chip or Board
        It is not changed, and nothing of it is drawn.
    duration, dt : float, s
    wanted : mapping of str to Watched
        What is recorded; see :func:`neuromix.array.recordable.watched`.
    runs : int
        How many of them are kept.
    """
    steps = math.ceil(duration / dt)
    samples = sum(item.samples(steps) * len(item.neurons) for item in wanted.values())
    traces = MemoryNeed({"traces": float(FLOAT * samples * runs)})
    chips = chip.chips.values() if isinstance(chip, Board) else [chip]
    return sum((_chip_need(item, duration, dt) for item in chips), traces)


def _chip_need(chip: Chip, duration: float, dt: float) -> MemoryNeed:
    stored = (getattr(item, f.name) for item in chip.projections for f in fields(item))
    numbers = float(sum(value.nbytes for value in stored if isinstance(value, np.ndarray)))
    # A die stacks the memories of all its sources into one.
    codes = COPIES * float(sum(item.codes.nbytes for item in chip.connections))
    found = MemoryNeed({"weights": codes + COPIES * numbers})
    for name, block in chip.blocks.items():
        if isinstance(block, Array):
            dense = [c.codes for c in chip.connections if c.target == name]
            rows = sum(len(item) for item in dense if isinstance(item, np.ndarray))
            found += array_need(block, chip.paths.get(name), duration, dt, rows)
    return found


def array_need(
    array: Array, path: Path | None, duration: float, dt: float, rows: int = 0
) -> MemoryNeed:
    """Return what one array takes beside its weights.

    Parameters
    ----------
    array : Array
    path : Path or None
        None for an array without circuits before it.
    duration, dt : float, s
    rows : int
        Of its dense weight memory.
    """
    n = array.n
    if array.linear:
        state = FLOAT * n * (len(array.model.dynamics.values()) + LINEAR_STATES)
        return MemoryNeed({"neurons": float(COPIES * state)})
    synapse = len(path.synapse.dynamics.values()) if path else 0
    lanes = Rows(len(array.model.dynamics.values()), synapse)
    blocks = FLOAT * block_count(n) * lanes.all * LANES
    law = noise_law(array.model.noise, dt, duration) if array.noise else SILENT
    found = {
        "neurons and synapses": float(COPIES * blocks),
        "noise": float(COPIES * FLOAT * n * len(law.deviation)),
    }
    if path is not None:
        codes = len(path.converter.dynamics.table("source")[0])  # type: ignore[attr-defined]
        # Two tables of weight currents are put together, and joined, before they are prepared.
        tables = float(FLOAT * SIGNS * codes * n * (PREPARED + COPIES))
        found["prepared pulses"] = tables + fetched_bytes(rows, n)
    return MemoryNeed(found)
