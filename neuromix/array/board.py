"""A board: chips, the links between them, and which block's events another chip is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.fabric import Fabric
from neuromix.array.network import Network
from neuromix.array.path import Path
from neuromix.array.routing import RoutingTable
from neuromix.array.topology import Topology
from neuromix.errors import BadValue, UnknownName


@dataclass(frozen=True)
class Bridge:
    """What one block sends to one other chip.

    Parameters
    ----------
    sender : str
        Such as ``"retina.cells"``.
    chip, target : int
        Numbers of its chip, and of the other.
    first, count : int
        Its addresses among all that its chip sends to others.
    ports : tuple of str
        Sources of the other chip that are given its events.
    """

    sender: str
    chip: int
    target: int
    first: int
    count: int
    ports: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Board:
    """Chips that send each other their spikes, run as one: ``nmx.run(board, …)``.

    A chip receives at a :class:`~neuromix.array.chip.SpikeSource`: alone it is given events there,
    on a board it gets those of another chip's block when they arrive. Blocks are named after their
    chip, such as ``"cortex.hidden"``, in inputs, records and recordings. Chips may answer each
    other.

    Parameters
    ----------
    topology : Topology
        :class:`~neuromix.array.topology.Tree`, :class:`~neuromix.array.topology.Mesh`, or any
        object with their methods.
    chips : mapping of str to Chip
        Chip 0, 1, … of the topology; places may stay empty. Each is a die of its own.
    wires : mapping of str to str
        By receiving source, such as ``{"cortex.input": "retina.cells"}``: the block whose events
        come there, address by address.
    fabric : Fabric
        Of the links between chips. There is no default, since pads and traces are no cells of a
        library: their cycle time, latency and energy are the designer's to know.

    Raises
    ------
    BadValue, UnknownName
        Where chips or blocks are missing, of unequal sizes, or taken twice.
    """

    topology: Topology
    chips: Mapping[str, Chip]
    wires: Mapping[str, str]
    fabric: Fabric

    def __post_init__(self) -> None:
        lacking = [n for n in ("chips", "path", "name") if not hasattr(self.topology, n)]
        if lacking:
            raise BadValue(
                f"board: {self.topology!r} is no topology, it has no {', no '.join(lacking)}",
                cure="nmx.Tree(chips), nmx.Mesh(columns, rows)",
            )
        if not isinstance(self.fabric, Fabric):
            raise BadValue(f"board: {self.fabric!r} is not a fabric", cure="nmx.Fabric(…)")
        if self.fabric.timestamp_bits:
            raise BadValue(
                "board: its links carry no stamps that wrap",
                cure="timestamp_bits on the fabrics of chips, whose receivers unwrap them",
            )
        given = (self.fabric.cycle_time, self.fabric.latency, self.fabric.energy_per_event)
        if None in given:
            raise BadValue(
                "board: the links between chips have no default: pads and traces are no cells",
                ["cycle_time, latency and energy_per_event of its fabric have to be given"],
                "nmx.Fabric(cycle_time=80e-9, latency=200e-9, energy_per_event=50e-12)",
            )
        if not isinstance(self.chips, Mapping) or not isinstance(self.wires, Mapping):
            raise BadValue('board: chips and wires are dicts: {"retina": chip}, {to: from}')
        object.__setattr__(self, "chips", MappingProxyType(dict(self.chips)))
        object.__setattr__(self, "wires", MappingProxyType(dict(self.wires)))
        for name, chip in self.chips.items():
            if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                raise BadValue(f"board: {name!r} is not a name", cure="letters, digits, _")
            if not isinstance(chip, Chip):
                raise BadValue(f"board: {name!r} is a {type(chip).__name__}, not a chip")
        if len({id(chip) for chip in self.chips.values()}) < len(self.chips):
            raise BadValue(
                "board: one die is on it twice", cure="chip.with_seed(…), another of its design"
            )
        if len(self.chips) > self.topology.chips:
            raise BadValue(
                f"board: {len(self.chips)} chips on {self.topology!r}",
                cure=f"a topology of {len(self.chips)} chips or more",
            )
        for port, sender in self.wires.items():
            self._check_wire(port, sender)

    def __repr__(self) -> str:
        wires = [f"{sender} -> {port}" for port, sender in self.wires.items()]
        return (
            f"Board({self.topology!r}; {', '.join(self.chips)}; {', '.join(wires) or 'no wires'})"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return Board, (self.topology, dict(self.chips), dict(self.wires), self.fabric)

    def _repr_html_(self) -> str:
        from neuromix.array.sheets import board_sheet

        return board_sheet(self).html()

    @property
    def blocks(self) -> Mapping[str, SpikeSource | Array]:
        """Blocks of all chips, by names such as ``"cortex.hidden"``."""
        return {
            f"{name}.{block}": item
            for name, chip in self.chips.items()
            for block, item in chip.blocks.items()
        }

    @property
    def paths(self) -> Mapping[str, Path]:
        """The synapse path of each array that receives events, by such names."""
        return {
            f"{name}.{target}": path
            for name, chip in self.chips.items()
            for target, path in chip.paths.items()
        }

    @property
    def bridges(self) -> tuple[Bridge, ...]:
        """What each sending block sends to each other chip."""
        number = {name: k for k, name in enumerate(self.chips)}
        blocks, first = self.blocks, dict.fromkeys(self.chips, 0)
        found: dict[tuple[str, int], Bridge] = {}
        starts: dict[str, int] = {}
        for port, sender in self.wires.items():
            chip, target = sender.partition(".")[0], number[port.partition(".")[0]]
            if sender not in starts:
                starts[sender] = first[chip]
                first[chip] += blocks[sender].n
            before = found[sender, target].ports if (sender, target) in found else ()
            found[sender, target] = Bridge(
                sender, number[chip], target, starts[sender], blocks[sender].n, (*before, port)
            )
        return tuple(found.values())

    def network(self) -> Network:
        """Return the links between chips with the routes of all wires."""
        table = RoutingTable(np.empty((0, 4), np.int64))
        bridges = self.bridges
        for item in bridges:
            addresses = np.arange(item.first, item.first + item.count)
            table += RoutingTable.between(item.chip, item.target, addresses)
        neurons = max((item.first + item.count for item in bridges), default=1)
        return Network(self.topology, neurons, table, self.fabric)

    def _check_wire(self, port: str, sender: str) -> None:
        blocks = self.blocks
        for name in (port, sender):
            if not isinstance(name, str) or name not in blocks:
                raise UnknownName("block", name, blocks)
        if not isinstance(blocks[port], SpikeSource):
            raise BadValue(
                f"board: {port!r} is an array, and events come to sources of spikes",
                cure="chip.add(name, nmx.SpikeSource(n)), connected to the array on its chip",
            )
        if port.partition(".")[0] == sender.partition(".")[0]:
            raise BadValue(
                f"board: {sender!r} and {port!r} are on one chip", cure="chip.connect(…)"
            )
        if port in self.wires and sender in self.wires:
            raise BadValue(
                f"board: {sender!r} only repeats what comes to it",
                cure=f"a wire from {self.wires[sender]!r}",
            )
        if blocks[port].n != blocks[sender].n:
            raise BadValue(
                f"board: {sender!r} has {blocks[sender].n} addresses, {port!r} {blocks[port].n}",
                cure=f"SpikeSource({blocks[sender].n})",
            )
