"""The walk through a graph, from each node back to what arrives at it.

Whatever lies between two populations has no memory and is linear: matrices are multiplied along
paths and added over them, so that one matrix joins two populations. Where a convolution is left of
all that, it is known beside its matrix (:mod:`neuromix.interop.nir.sharing`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neuromix.interop.nir.graph import FlatGraph
from neuromix.interop.nir.linear_nodes import TRANSFORMS, matrix_shape, transform
from neuromix.interop.nir.network import View
from neuromix.interop.nir.neurons import SILENT, SPIKING, Neurons, neurons
from neuromix.interop.nir.sharing import after, merged, passed_on
from neuromix.interop.nir.transforms import Shape, Unfit, product

MOST_ADDRESSES = 10_000_000
"""Of one input."""


@dataclass(eq=False)
class Walk:
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
            parts = {source: product(step.matrix, part) for source, part in given.parts.items()}
        except Unfit as error:
            self.problems[name] = str(error)
            return None
        shared = {source: found for source in parts if (found := after(step, given, source))}
        bias = step.matrix @ given.bias + step.bias
        return View(parts, bias, step.shape, shared, passed_on(given, step, name))

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
        bias = np.sum([view.bias for view in views], axis=0)
        return View(parts, bias, views[0].shape, *merged(views))


def _input_shape(node: Any) -> Shape:
    given = node.input_type.get("input") if isinstance(node.input_type, dict) else None
    size = np.ravel(given) if given is not None else np.zeros(0)
    if not size.size or size.dtype.kind not in "iu" or size.min() < 1:
        raise Unfit(f"its shape is {given!r}")
    if math.prod(size.tolist()) > MOST_ADDRESSES:
        raise Unfit(f"it has more than {MOST_ADDRESSES} addresses")
    return tuple(int(k) for k in size)
