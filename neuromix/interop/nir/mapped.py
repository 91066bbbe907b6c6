"""A graph that has been mapped: the chip, where its nodes are, and what the mapping has lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Chip
from neuromix.array.recording import Recording
from neuromix.data.arrays import floats
from neuromix.data.events import Events, as_events
from neuromix.display import Sheet, Table
from neuromix.errors import BadValue, UnknownName
from neuromix.interop.nir.network import Network
from neuromix.interop.nir.readout import membranes, sums
from neuromix.units import number

BIAS = "bias"
"""Source of the lines that spike all the time, where there are such."""


@dataclass(frozen=True)
class Row:
    """What one node, or one matrix of weights, has become.

    Parameters
    ----------
    node : str
        Name in the graph, or ``source -> target``.
    kind : str
        Type of the node; ``"weights"`` for a matrix.
    mapped_to : str
    scale : str
        How a number of the graph and of the chip belong together.
    weight_error : float
        Root mean square of what is wrong with the weights, over that of the weights; NaN where
        there are none.
    lost : tuple of str
        What the chip does otherwise than the graph.
    """

    node: str
    kind: str
    mapped_to: str
    scale: str = ""
    weight_error: float = float("nan")
    lost: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.node} ({self.kind}): {self.mapped_to}"]
        if self.scale:
            lines.append(f"  scale: {self.scale}")
        if not np.isnan(self.weight_error):
            lines.append(f"  error of the weights: {100.0 * self.weight_error:.3g} %")
        return "\n".join([*lines, *(f"  lost: {text}" for text in self.lost)])


@dataclass(frozen=True, eq=False)
class Mapped:
    """A network of a NIR graph on a chip.

    Parameters
    ----------
    chip : Chip
        Open to changes until it is run.
    rows : tuple of Row
        See :meth:`report`.
    blocks : mapping of str to str
        Blocks of the chip by the names of inputs and spiking nodes.
    network : Network
        What has been mapped.
    dt : float, s
        For how long a spike of the graph lasts.
    bias_rate : float, Hz
        Of the lines that stand for constant inputs; 0 where there are none.
    """

    chip: Chip
    rows: tuple[Row, ...] = field(repr=False)
    blocks: Mapping[str, str]
    network: Network = field(repr=False)
    dt: float
    bias_rate: float = 0.0

    def __str__(self) -> str:
        return self.report()

    def _repr_html_(self) -> str:
        title = f"{len(self.network.spiking())} populations of a NIR graph"
        return Sheet("Mapped", title, (_nodes(self.rows), _losses(self.rows))).html()

    def report(self) -> str:
        """Return what each node is mapped on, how numbers are scaled, and what is lost."""
        return "\n".join(map(str, self.rows))

    def inputs(self, events: Mapping[str, Events], *, duration: float) -> dict[str, Events]:
        """Return inputs of ``run``, by block, and the spikes of bias lines.

        Parameters
        ----------
        events : mapping of str to Events
            By the name of the graph's input; addresses count its elements in C order.
        duration : float, s
            Of the run.

        Raises
        ------
        UnknownName
            Where the graph has no such input.
        """
        if not isinstance(events, Mapping):
            raise BadValue(
                f"inputs: a {type(events).__name__} is not events by input of the graph",
                cure=f"{{{next(iter(self.network.inputs), 'input')!r}: events}}",
            )
        length = number(duration, "inputs: duration")
        if not 0.0 < length < np.inf:
            raise BadValue(f"inputs: a duration of {duration!r} s is not positive")
        for name in events:
            if name not in self.network.inputs:
                raise UnknownName("input of the graph", name, self.network.inputs)
        found = {
            self.blocks[name]: as_events(item, f"inputs: {name}") for name, item in events.items()
        }
        if self.bias_rate:
            time = np.arange(0.5 / self.bias_rate, length, 1 / self.bias_rate)
            found[BIAS] = Events(time, np.zeros(len(time), np.uint32))
        return found

    def outputs(
        self, recording: Recording, times: Sequence[float] | NDArray[np.float64] | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Return the values of the graph's outputs, computed from recorded events.

        Behind neurons that spike, a value is the sum of the output over all steps of the graph so
        far: a count of spikes, times what weights lie between, plus biases times steps. Behind a
        leaky integrator it is its membrane, the exact solution of its equation.

        Parameters
        ----------
        recording : Recording
            Of a run of the chip.
        times : (t,) array, s, optional
            Of values; the end of the recording by default.

        Returns
        -------
        dict of str to (t, …) ndarray
            By output, in the shape of what arrives there.
        """
        wanted = {block: self.chip.blocks[block].n for block in self.blocks.values()}
        if not isinstance(recording, Recording) or any(
            recording.sizes.get(block) != n for block, n in wanted.items()
        ):
            raise BadValue(
                f"outputs: {recording!r:.60} is not a recording of this chip",
                cure="nmx.run(mapped.chip, mapped.inputs(…), duration=…)",
            )
        given = recording.duration if times is None else times
        moments = np.atleast_1d(floats(given, "outputs: times"))
        if moments.ndim != 1 or not np.all((moments >= 0.0) & (moments <= recording.duration)):
            raise BadValue(
                f"outputs: times are 0 … {recording.duration:.6g} s, the duration of the recording"
            )
        spikes = {name: recording.events[block] for name, block in self.blocks.items()}
        net = self.network
        silent = {
            name: membranes(item, net.views[name], spikes, moments, self.dt)
            for name, item in net.populations.items()
            if not item.spiking
        }
        return {
            name: sums(net.views[name], spikes, silent, moments, self.dt).reshape(
                len(moments), *net.views[name].shape
            )
            for name in net.outputs
        }


def _nodes(rows: Sequence[Row]) -> Table:
    header = ("node", "type", "mapped to", "scale", "error of weights")
    return Table(
        "Nodes",
        header,
        tuple(
            (row.node, row.kind, row.mapped_to, row.scale,
             "" if np.isnan(row.weight_error) else f"{100.0 * row.weight_error:.3g} %")
            for row in rows
        ),
    )  # fmt: skip


def _losses(rows: Sequence[Row]) -> Table:
    return Table(
        "Lost", ("node", "what"), tuple((row.node, text) for row in rows for text in row.lost)
    )
