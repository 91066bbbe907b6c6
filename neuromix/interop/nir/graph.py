"""A NIR graph without graphs in it: nodes by name, and who sends to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neuromix.errors import BadValue
from neuromix.interop.nir.files import library
from neuromix.units import number

DEEPEST = 32
"""Of graphs in graphs."""

LONGEST_SPIKE = 1e3
"""s."""


@dataclass(frozen=True, eq=False)
class FlatGraph:
    """Nodes of all graphs in the graph; those of an inner one are named ``outer.inner``.

    Parameters
    ----------
    nodes : mapping of str to nir.NIRNode
    sources : mapping of str to tuple of str
        By the name of a node, from where it gets its input; several inputs add up.
    """

    nodes: Mapping[str, Any]
    sources: Mapping[str, tuple[str, ...]]


def flattened(graph: Any) -> FlatGraph:
    """Return the nodes of a ``nir.NIRGraph`` and of all graphs in it.

    Inputs and outputs of inner graphs vanish: they are where an edge goes on.

    Raises
    ------
    BadValue
        Where an edge has no such end, or an inner graph has several inputs or outputs.
    """
    found = _Nodes({}, defaultdict(list), set())
    found.take_in(graph, "", 0)
    kept = {name: node for name, node in found.nodes.items() if name not in found.ends}
    return FlatGraph(kept, {name: tuple(found.senders(name, frozenset())) for name in kept})


@dataclass(frozen=True, eq=False)
class _Nodes:
    """What has been found: nodes, by target the sources of edges, ends of inner graphs."""

    nodes: dict[str, Any]
    sources: dict[str, list[str]]
    ends: set[str]

    def take_in(self, graph: Any, prefix: str, depth: int) -> tuple[str, str]:
        """Take in one graph, and return the names of its input and output, if it is inner."""
        if depth > DEEPEST:
            raise BadValue(f"NIR: more than {DEEPEST} graphs are in each other")
        into: dict[str, str] = {}
        out: dict[str, str] = {}
        for key, node in graph.nodes.items():
            into[key] = out[key] = name = f"{prefix}{key}"
            if isinstance(node, library().NIRGraph):
                into[key], out[key] = self.take_in(node, f"{name}.", depth + 1)
            else:
                self.nodes[name] = node
        for source, target in dict.fromkeys((str(a), str(b)) for a, b in graph.edges):
            for end in (source, target):
                if end not in into:
                    raise BadValue(f"NIR: the edge {source} -> {target} has no node {end!r}")
            self.sources[into[target]].append(out[source])
        if not depth:
            return "", ""
        return self._end(graph, prefix, "Input"), self._end(graph, prefix, "Output")

    def _end(self, graph: Any, prefix: str, kind: str) -> str:
        keys = [key for key, node in graph.nodes.items() if type(node).__name__ == kind]
        if len(keys) != 1:
            raise BadValue(
                f"NIR: the inner graph {prefix[:-1]} has {len(keys)} nodes {kind}",
                cure="one of each, or its nodes in the outer graph",
            )
        name = f"{prefix}{keys[0]}"
        self.ends.add(name)
        return name

    def senders(self, name: str, passed: frozenset[str]) -> list[str]:
        """Return from where a node gets its input, through the ends of inner graphs."""
        found = []
        for source in self.sources.get(name, ()):
            if source in passed:
                raise BadValue(f"NIR: {source} is its own input")
            through = source in self.ends
            found += self.senders(source, passed | {source}) if through else [source]
        return found


def step_of(graph: Any, dt: float | None) -> float:
    """Return how long a spike of the graph lasts, s: given, or noted in the graph's metadata.

    Raises
    ------
    BadValue
        Where neither says so, or it is not positive.
    """
    noted = graph.metadata.get("dt") if isinstance(graph.metadata, dict) else None
    found = dt if dt is not None else noted
    if found is None:
        raise BadValue(
            "nir.read: how long does a spike last?",
            [
                "a weight w acts by w times the duration of a spike, which NIR does not store",
                "most tools train in steps and take a spike as 1 during one step",
            ],
            "dt=1e-4, which snnTorch assumes; dt=1.0 for impulses of unit area",
        )
    step = number(found.item() if hasattr(found, "item") else found, "nir.read: dt")
    if not 0.0 < step <= LONGEST_SPIKE:
        raise BadValue(f"nir.read: a spike of {step!r} s", cure=f"dt=1e-4; up to {LONGEST_SPIKE:g}")
    return step
