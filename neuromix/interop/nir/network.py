"""A NIR graph as populations and the weights between them.

Whatever lies between two populations has no memory and is linear: matrices are multiplied along
paths and added over them, so that one matrix joins two populations.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.errors import NotMappable
from neuromix.interop.nir.graph import FlatGraph
from neuromix.interop.nir.linear_nodes import (
    TRANSFORMS,
    Shape,
    Unfit,
    matrix_shape,
    transform,
)
from neuromix.interop.nir.neurons import SILENT, SPIKING, Neurons, neurons

MAPPED = ("Input", "Output", *SPIKING, *SILENT, *TRANSFORMS)


@dataclass(frozen=True, eq=False)
class View:
    """What arrives at a place: sum over sources of matrix × their output, + bias.

    Parameters
    ----------
    parts : mapping of str to sparse array, (n, n of source)
    bias : (n,) ndarray
    shape : tuple of int
    """

    parts: Mapping[str, Any]
    bias: NDArray[np.float64]
    shape: Shape


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


def network(graph: FlatGraph) -> Network:
    """Return the network of a graph.

    Raises
    ------
    NotMappable
        With each node that cannot be mapped, and why.
    """
    reading = _Reading(graph)
    for name in graph.nodes:
        if reading.kind(name) not in MAPPED:
            known = ", ".join(sorted(MAPPED))
            reading.problems[name] = f"no {reading.kind(name)} can be mapped; known: {known}"
    for name in _onwards(graph, (n for n in graph.nodes if reading.kind(n) == "Input")):
        reading.shape(name)
    ends = [n for n in graph.nodes if reading.kind(n) in {"Output", *SPIKING, *SILENT}]
    views = {name: view for name in ends if (view := reading.combined(name)) is not None}
    for name in graph.nodes:
        if reading.kind(name) in TRANSFORMS:
            reading.sent(name)  # what leads nowhere may have problems too
    _check_silent(reading, views)
    refuse(reading.problems)
    folded = {n: (reading.kind(n), s) for n, s in reading.shapes.items() if s}
    return Network(
        {n: s for n, s in reading.shapes.items() if reading.kind(n) == "Input" and s},
        reading.populations,
        views,
        tuple(n for n in ends if reading.kind(n) == "Output"),
        {n: item for n, item in folded.items() if item[0] in TRANSFORMS},
    )


def refuse(problems: Mapping[str, str]) -> None:
    """Raise one error for all nodes that cannot be mapped."""
    if problems:
        raise NotMappable(
            f"NIR: {len(problems)} node{'s' * (len(problems) > 1)} cannot be mapped",
            [f"{name}: {why}" for name, why in problems.items()],
            "exchange them in what is exported; docs/nir.md says what is mapped on what",
        )


def _check_silent(reading: _Reading, views: Mapping[str, View]) -> None:
    """Note membranes that other neurons should see."""
    for name, view in views.items():
        for source in view.parts:
            kind = reading.kind(source)
            if kind in SILENT and reading.kind(name) != "Output":
                reading.problems[source] = (
                    f"its membrane is an input of {name}, and no cell sends a voltage; a {kind} "
                    "is a read-out in front of an Output"
                )


def _onwards(graph: FlatGraph, starts: Iterable[str]) -> list[str]:
    """Return all nodes, nearer to the inputs first; those that no input reaches at the end."""
    targets: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for target, sources in graph.sources.items():
        for source in sources:
            targets[source].append(target)
    found = dict.fromkeys(starts)
    left = deque(found)
    while left:
        for target in targets[left.popleft()]:
            if target not in found:
                found[target] = None
                left.append(target)
    return [*found, *(name for name in graph.nodes if name not in found)]


def _reached(start: str, after: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    left = [start]
    while left:
        fresh = after[left.pop()] - found
        found |= fresh
        left += fresh
    return found


@dataclass(eq=False)
class _Reading:
    """The walk through a graph, from each node back to what arrives at it.

    ``None`` stands for what cannot be said; why is noted under the name of the node that is to
    blame.
    """

    graph: FlatGraph
    problems: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Shape | None] = field(default_factory=dict)
    populations: dict[str, Neurons] = field(default_factory=dict)
    _sent: dict[str, View | None] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def kind(self, name: str) -> str:
        """Return the type of a node."""
        return type(self.graph.nodes[name]).__name__

    def shape(self, name: str) -> Shape | None:
        """Return the shape of what a node sends."""
        if name in self.shapes or name in self._open or name in self.problems:
            return self.shapes.get(name)
        self._open.add(name)
        try:
            found = self._shape(name, self.graph.nodes[name])
        except Unfit as error:
            self.problems[name] = str(error)
            found = None
        self._open.discard(name)
        # In a loop a node may be asked before its input is known: it is asked again.
        if found is not None or not self._open:
            self.shapes[name] = found
        return found

    def _shape(self, name: str, node: Any) -> Shape | None:
        kind = self.kind(name)
        if kind == "Input":
            return _input_shape(node)
        if (alone := matrix_shape(node)) is not None:
            return alone
        given = next((s for n in self.graph.sources[name] if (s := self.shape(n))), None)
        if kind in {*SPIKING, *SILENT}:
            found = neurons(node, given)
            if given is None and found.n == 1 and self._waiting(name):
                return None
            self.populations[name] = found
            return found.shape
        if kind == "Output" or (given is None and self._waiting(name)):
            return given
        return transform(node, given).shape

    def _waiting(self, name: str) -> bool:
        """Tell whether a shape is unknown only because another node has not got one."""
        sources = self.graph.sources[name]
        return any(source in self._open or source in self.problems for source in sources)

    def sent(self, name: str) -> View | None:
        """Return what a node sends, in terms of events and membranes."""
        if name in self._sent or name in self.problems:
            return self._sent.get(name)
        if name in self._open:
            self.problems[name] = "it lies in a loop without a neuron"
            return None
        self._open.add(name)
        found = self._compute(name)
        self._open.discard(name)
        self._sent[name] = found
        return found

    def _compute(self, name: str) -> View | None:
        from scipy.sparse import eye_array

        shape = self.shapes.get(name)
        if self.kind(name) in {"Input", *SPIKING, *SILENT}:
            if shape is None:
                return None
            n = math.prod(shape)
            return View({name: eye_array(n, format="csr")}, np.zeros(n), shape)
        given = self.combined(name)
        if given is None or self.kind(name) not in TRANSFORMS:
            return None
        try:
            step = transform(self.graph.nodes[name], given.shape)
        except Unfit as error:
            self.problems[name] = str(error)
            return None
        return View(
            {source: (step.matrix @ part).tocsr() for source, part in given.parts.items()},
            step.matrix @ given.bias + step.bias,
            step.shape,
        )

    def combined(self, name: str) -> View | None:
        """Return what arrives at a node: the sum over all that send to it."""
        sources = self.graph.sources[name]
        population = self.populations.get(name)
        if not sources and population is not None:
            return View({}, np.zeros(population.n), population.shape)
        if not sources:
            self.problems.setdefault(name, f"nothing arrives at this {self.kind(name)}")
        views = [view for source in sources if (view := self.sent(source)) is not None]
        if not views or len(views) < len(sources):
            return None
        n = population.n if population else len(views[0].bias)
        if any(len(view.bias) != n for view in views):
            sizes = " and ".join(
                f"{len(v.bias)} of {s}" for v, s in zip(views, sources, strict=True)
            )
            self.problems.setdefault(name, f"it has {n} inputs, and gets {sizes}")
            return None
        parts: dict[str, Any] = {}
        for view in views:
            for source, part in view.parts.items():
                parts[source] = parts[source] + part if source in parts else part
        return View(parts, np.sum([view.bias for view in views], axis=0), views[0].shape)


def _input_shape(node: Any) -> Shape:
    given = node.input_type.get("input") if isinstance(node.input_type, dict) else None
    size = np.ravel(given) if given is not None else np.zeros(0)
    if not size.size or size.dtype.kind not in "iu" or size.min() < 1:
        raise Unfit(f"its shape is {given!r}")
    return tuple(int(k) for k in size)
