"""Which convolutions of a chip NIR can state as such, and the images that blocks are for them.

A ``Conv2d`` has one kernel for all places and a bias for each channel, and NIR gives a population
one shape, in which all its inputs have to come. The other convolutions are written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neuromix.array.chip import Array, Chip, Connection
from neuromix.array.projection import Projection
from neuromix.array.receptive_fields import Convolution
from neuromix.interop.nir.sharing import by_channel
from neuromix.interop.nir.transforms import Shape

Convolutions = Mapping[str, Convolution]


@dataclass(frozen=True, eq=False)
class Layout:
    """What of a chip is stated as convolutions between images.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        Of blocks that are images.
    kept : mapping of str to mapping of str to Convolution
        By target, and by source.
    unrolled : mapping of str to str
        Convolutions that become matrices, ``source -> target``, and why.
    """

    shapes: Mapping[str, Shape]
    kept: Mapping[str, Convolutions]
    unrolled: Mapping[str, str]


def layout(chip: Chip) -> Layout:
    """Return what of a chip is stated as convolutions, as much of it as there can be."""
    into: dict[str, dict[str, Convolution | None]] = {}
    wires: list[Connection | Projection] = [*chip.connections, *chip.projections]
    for item in wires:
        into.setdefault(item.target, {})[item.source] = item.convolution
    kept: dict[str, Convolutions] = {}
    reasons: dict[str, str] = {}
    for target, given in into.items():
        mine = {source: found for source, found in given.items() if found is not None}
        array = chip.blocks[target]
        if not mine or not isinstance(array, Array):
            continue
        why = (
            "weights from elsewhere are none, and what adds up has one shape in NIR"
            if len(mine) < len(given)
            else _differing(array, next(iter(mine.values())))
        )
        if why is None:
            kept[target] = mine
        else:
            reasons[target] = why
    while True:
        shapes, clash = _shapes(kept, into)
        if clash is None:
            break
        target, reasons[target] = clash
        del kept[target]
    unrolled = {
        f"{source} -> {target}": reasons[target]
        for target, given in into.items()
        if target in reasons
        for source, found in given.items()
        if found is not None
    }
    return Layout(shapes, kept, unrolled)


def _differing(array: Array, shared: Convolution) -> str | None:
    """Return what makes weights or biases differ between the neurons of a channel."""
    if not array.linear:
        currents = np.broadcast_to(array.current, (array.n,))
        if array.mismatch or array.trims is not None:
            return "with mismatch or trims each neuron has weights of its own"
    else:
        values = {
            key: np.broadcast_to(value, (array.n,))
            for key, value in array.model.dynamics.values().items()
        }
        for key in ("membrane_time", "excitatory_time"):
            if by_channel(shared, values[key]) is None:
                return f"{key} differs between neurons of a channel"
        currents = values["rest"] - (values["rest"] if array.initial is None else array.initial)
    if by_channel(shared, currents) is None:
        return "constant inputs differ between neurons of a channel"
    return None


def _shapes(
    kept: Mapping[str, Convolutions], into: Mapping[str, Mapping[str, Convolution | None]]
) -> tuple[dict[str, Shape], tuple[str, str] | None]:
    """Return the shapes of blocks, and the first target that does not go with them, and why."""
    shapes: dict[str, Shape] = {}
    for target, mine in kept.items():
        for source, shared in mine.items():
            if source in into and source not in kept:
                return shapes, (target, f"{source} is no image: its own weights are a matrix")
            for name, shape in ((source, shared.image), (target, shared.shape)):
                if shapes.setdefault(name, shape) != shape:
                    return shapes, (target, f"{name} is an image of {shapes[name]} and {shape}")
    return shapes, None
