"""A NIR graph as populations and the weights between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.receptive_fields import Convolution
from neuromix.errors import NotMappable
from neuromix.interop.nir.neurons import Neurons
from neuromix.interop.nir.transforms import Shape


@dataclass(frozen=True, eq=False)
class View:
    """What arrives at a place: sum over sources of matrix × their output, + bias.

    Parameters
    ----------
    parts : mapping of str to sparse array, (n, n of source)
    bias : (n,) ndarray
    shape : tuple of int
    shared : mapping of str to Convolution
        By source, parts that are convolutions.
    convolved : mapping of str to tuple of str
        By source, the convolutions and pools that have gone into its part.
    """

    parts: Mapping[str, Any]
    bias: NDArray[np.float64]
    shape: Shape
    shared: Mapping[str, Convolution] = field(default_factory=dict)
    convolved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Network:
    """Populations, and what arrives at them.

    Parameters
    ----------
    inputs : mapping of str to tuple of int
        Shapes of the graph's inputs.
    populations : mapping of str to Neurons
        Spiking and silent ones.
    views : mapping of str to View
        By population and output.
    outputs : tuple of str
        The graph's outputs.
    folded : mapping of str to tuple
        Type of each node without memory, and the shape that it sends.
    """

    inputs: Mapping[str, Shape]
    populations: Mapping[str, Neurons]
    views: Mapping[str, View]
    outputs: tuple[str, ...]
    folded: Mapping[str, tuple[str, Shape]]

    def spiking(self) -> dict[str, Neurons]:
        """Return the populations that spike."""
        return {name: item for name, item in self.populations.items() if item.spiking}

    def slower(self, times: float) -> Network:
        """Return the same network with time constants so many times as long."""
        populations = {name: item.slower(times) for name, item in self.populations.items()}
        return replace(self, populations=populations)

    def loops(self) -> frozenset[tuple[str, str]]:
        """Return the connections between populations that lie in a loop."""
        return in_loops(
            {
                name: {target for target in self.populations if name in self.views[target].parts}
                for name in self.populations
            }
        )


def in_loops(after: Mapping[str, set[str]]) -> frozenset[tuple[str, str]]:
    """Return the connections that lie in a loop, from the targets of each source."""
    reached = {name: _reached(name, after) for name in after}
    return frozenset(
        (source, target)
        for source, targets in after.items()
        for target in targets
        if source in reached[target]
    )


def refuse(problems: Mapping[str, str]) -> None:
    """Raise one error for all nodes that cannot be mapped."""
    if problems:
        raise NotMappable(
            f"NIR: {len(problems)} node{'s' * (len(problems) > 1)} cannot be mapped",
            [f"{name}: {why}" for name, why in problems.items()],
            "exchange them in what is exported; docs/nir.md says what is mapped on what",
        )


def _reached(start: str, after: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    left = [start]
    while left:
        fresh = after[left.pop()] - found
        found |= fresh
        left += fresh
    return found
