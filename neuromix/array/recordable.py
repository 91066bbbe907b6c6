"""Which traces a chip has, and what a user wants of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.array.board import Board
from neuromix.array.chip import Array, Chip
from neuromix.array.probes import LINEAR_QUANTITIES, QUANTITIES, Probe, Record, Watched
from neuromix.errors import BadValue, UnknownName
from neuromix.units import number, render


def known_traces(chip: Chip | Board) -> dict[str, tuple[str, str, int]]:
    """Return all traces that there are: block, quantity and number of neurons by name."""
    found = {}
    for name, block in chip.blocks.items():
        if isinstance(block, Array):
            for quantity, item in (LINEAR_QUANTITIES if block.linear else QUANTITIES).items():
                if name in chip.paths or not item.synaptic:
                    found[f"{name}.{quantity}"] = (name, quantity, block.n)
    return found


def watched(record: Record, chip: Chip | Board, dt: float) -> dict[str, Watched]:
    """Check what a user wants to be recorded, and return it by name.

    Parameters
    ----------
    record : collection of str, or mapping of str to Probe or to addresses
    chip : Chip or Board
    dt : float, s

    Raises
    ------
    UnknownName, BadValue
    """
    if isinstance(record, str) or not isinstance(record, Collection):
        raise BadValue(
            f"run: record={record!r} is not a list of traces",
            cure='record=["hidden.v_mem"], or record={"hidden.v_mem": [3, 17]}',
        )
    known, found = known_traces(chip), {}
    for name in record:
        if not isinstance(name, str):
            raise BadValue(f"run: record holds {name!r}, which is no name of a trace")
        if name not in known:
            raise UnknownName("trace", name, known)
        wanted = record[name] if isinstance(record, Mapping) else None
        probe = wanted if isinstance(wanted, Probe) else Probe(wanted)
        block, quantity, n = known[name]
        found[name] = Watched(
            name, block, quantity, _neurons(name, probe.neurons, n), _every(name, probe, dt)
        )
    return found


def _neurons(name: str, wanted: object, n: int) -> NDArray[np.int64]:
    if wanted is None or isinstance(wanted, slice):
        return np.arange(n)[wanted if isinstance(wanted, slice) else slice(None)]
    chosen = np.atleast_1d(np.asarray(wanted))
    if chosen.ndim != 1 or (chosen.size and chosen.dtype.kind not in "iu"):
        raise BadValue(
            f"run: the neurons of {name} are {wanted!r}", cure=f"whole numbers from 0 to {n - 1}"
        )
    chosen = chosen.astype(np.int64)
    outside = chosen[(chosen < 0) | (chosen >= n)]
    if outside.size or len(np.unique(chosen)) < len(chosen):
        said = f"there is no neuron {outside[0]}" if outside.size else "a neuron is named twice"
        raise BadValue(f"run: {name}: {said}", cure=f"each once, from 0 to {n - 1}")
    return chosen


def _every(name: str, probe: Probe, dt: float) -> int:
    if probe.interval is None:
        return 1
    ratio = number(probe.interval, f"run: interval of {name}") / dt
    if not math.isfinite(ratio) or round(ratio) < 1 or abs(ratio - round(ratio)) > 1e-6 * ratio:
        raise BadValue(
            f"run: {name} cannot be sampled each {render(probe.interval, 's')}",
            cure=f"a multiple of dt, {render(dt, 's')}",
        )
    return round(ratio)
