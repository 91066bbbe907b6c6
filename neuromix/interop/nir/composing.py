"""From a graph to its network, or one error for all that cannot be mapped."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from neuromix.interop.nir.graph import FlatGraph
from neuromix.interop.nir.linear_nodes import TRANSFORMS
from neuromix.interop.nir.network import Network, View, refuse
from neuromix.interop.nir.neurons import SILENT, SPIKING
from neuromix.interop.nir.walk import Walk

MAPPED = ("Input", "Output", *SPIKING, *SILENT, *TRANSFORMS)


def network(graph: FlatGraph) -> Network:
    """Return the network of a graph.

    Raises
    ------
    NotMappable
        With each node that cannot be mapped, and why.
    """
    walk = Walk(graph)
    for name in graph.nodes:
        if walk.kind(name) not in MAPPED:
            known = ", ".join(sorted(MAPPED))
            walk.problems[name] = f"no {walk.kind(name)} can be mapped; known: {known}"
    order = _onwards(graph, (n for n in graph.nodes if walk.kind(n) == "Input"))
    for name in order:
        walk.shape(name)
    for name in order:
        if walk.kind(name) in TRANSFORMS:
            walk.sent(name)  # what leads nowhere may have problems too
    ends = [n for n in graph.nodes if walk.kind(n) in {"Output", *SPIKING, *SILENT}]
    views = {name: view for name in ends if (view := walk.combined(name)) is not None}
    _check_silent(walk, views)
    if not walk.problems:
        unknown = "the shape of what arrives at it is not known"
        walk.problems.update({name: unknown for name in ends if name not in views})
    refuse(walk.problems)
    folded = {n: (walk.kind(n), s) for n, s in walk.shapes.items() if s}
    return Network(
        {n: s for n, s in walk.shapes.items() if walk.kind(n) == "Input" and s},
        walk.populations,
        views,
        tuple(n for n in ends if walk.kind(n) == "Output"),
        {n: item for n, item in folded.items() if item[0] in TRANSFORMS},
    )


def _check_silent(walk: Walk, views: Mapping[str, View]) -> None:
    """Note membranes that other neurons should see."""
    for name, view in views.items():
        for source in view.parts:
            kind = walk.kind(source)
            if kind in SILENT and walk.kind(name) != "Output":
                walk.problems[source] = (
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
