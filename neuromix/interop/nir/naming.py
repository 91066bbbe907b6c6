"""Names of nodes as names of blocks, and the rows of what is mapped the same way everywhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from neuromix.interop.nir.mapped import BIAS, Row
from neuromix.interop.nir.network import Network
from neuromix.units import render


def block_names(nodes: Iterable[str]) -> dict[str, str]:
    """Return a name of a block for each node: letters, digits, underscores, none twice."""
    found: dict[str, str] = {}
    taken = {BIAS}
    for node in nodes:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", node)
        plain = plain if re.match(r"[A-Za-z_]", plain) else f"node_{plain}"
        name, k = plain, 1
        while name in taken:
            k += 1
            name = f"{plain}_{k}"
        taken.add(name)
        found[node] = name
    return found


def common_rows(net: Network, blocks: dict[str, str], dt: float) -> list[Row]:
    """Return rows of inputs, folded nodes, read-outs and outputs."""
    inputs = [
        Row(
            name,
            "Input",
            f"source {blocks[name]!r} of {math.prod(shape)} addresses",
            scale=f"a spike of the graph lasts {render(dt, 's')}",
        )
        for name, shape in net.inputs.items()
    ]
    folded = [
        Row(name, kind, f"part of the weights behind it, output of shape {shape}")
        for name, (kind, shape) in net.folded.items()
    ]
    silent = [
        Row(
            name,
            item.kind,
            "no cell: its equation is solved for the recorded events, in Mapped.outputs",
            lost=("energy, noise and mismatch of a read-out",),
        )
        for name, item in net.populations.items()
        if not item.spiking
    ]
    outputs = [
        Row(name, "Output", f"computed in Mapped.outputs from {', '.join(net.views[name].parts)}")
        for name in net.outputs
    ]
    return [*inputs, *folded, *silent, *outputs]
