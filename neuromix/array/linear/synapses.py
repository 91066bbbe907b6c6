"""The synapses of a die, sorted into the parts that stores hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Chip
from neuromix.array.linear.groups import Group
from neuromix.array.linear.neurons import Neurons
from neuromix.array.linear.wiring import TILE, Part, Stores, Wires
from neuromix.array.projection import Projection
from neuromix.data.randomness import generator
from neuromix.errors import BadValue
from neuromix.units import render


def drawn_weights(chip: Chip, item: Projection) -> NDArray[np.float32]:
    """Return the weights of a projection with the errors of this die, V."""
    if not item.error:
        return item.weights
    count = len(item) if item.word is None else 1 + int(item.word.max(initial=-1))
    normal = generator(chip.seed, item.target, item.source, "weights").standard_normal(
        count, dtype=np.float32
    )
    each = normal if item.word is None else normal[item.word]
    return item.weights * (np.float32(1.0) + np.float32(item.error) * each)


def wired(
    chip: Chip,
    neurons: dict[str, Neurons],
    group: Group,
    low: int,
    high: int,
    dt: float,
    store: int | None = None,
) -> Wires:
    """Return the wires to the neurons ``low`` … ``high - 1`` of a group (lanes)."""
    parts = list(_parts(chip, neurons, group, low, high, dt))
    shifts = np.unique(np.array([part.shift for part in parts], dtype=np.int64))
    stores = Stores(group.rows, shifts, store)
    for part in parts:
        stores.add(part)
    return stores.wires()


def _parts(
    chip: Chip, neurons: dict[str, Neurons], group: Group, low: int, high: int, dt: float
) -> Iterator[Part]:
    for item in chip.projections:
        if item.target not in group.first_lane:
            continue
        known = neurons[item.target].propagators
        first = group.first_lane[item.target]
        weights = drawn_weights(chip, item)
        negative = np.zeros(1, bool) if known.signs_alike else weights < 0.0
        steps = np.rint(np.asarray(item.delays) / dt).astype(np.int64)
        begin, end = max(low, first), min(high, first + neurons[item.target].array.n)
        for tile in range(begin, end, TILE):
            width = min(TILE, end - tile)
            near = np.ones(1, bool)
            if (tile, width) != (first, neurons[item.target].array.n):
                near = (item.targets >= tile - first) & (item.targets < tile - first + width)
            for sign in np.unique(negative):
                jump = known.jumps[int(sign)]
                for delay in np.unique(steps):
                    if jump and delay < 1 and item.source not in group.outside:
                        raise BadValue(
                            f"{item.source} -> {item.target}: events move the membrane at once",
                            [f"a delay below dt, {render(dt, 's')}, inside of a loop"],
                            f"delay={dt:.3g} or more, or a synaptic time constant",
                        )
                    yield _part(
                        item,
                        weights,
                        near & (negative == sign) & (steps == delay),
                        int(delay) + (not jump),
                        group.row_of(item.source),
                        tile - low + int(sign) * (high - low),
                        tile - first,
                        width,
                    )


def _part(
    item: Projection,
    weights: NDArray[np.float32],
    chosen: NDArray[np.bool_],
    shift: int,
    row: int,
    base: int,
    first_target: int,
    width: int,
) -> Part:
    if chosen.size == 1 and chosen.all():
        indptr, targets = item.indptr, item.targets
    else:
        kept = np.flatnonzero(np.broadcast_to(chosen, weights.shape))
        indptr, targets = np.searchsorted(kept, item.indptr), item.targets[kept]
        weights = weights[kept]
    return Part(
        shift, row, base, width, indptr, (targets - first_target).astype(np.uint16), weights
    )
