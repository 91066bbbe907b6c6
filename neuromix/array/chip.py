"""A chip: named blocks, the weights between them, the fabric that joins them, one seed a die.

Each neuron of an :class:`Array` has, per sign, one time-multiplexed converter and one synapse
circuit, and a digital memory with a signed word per source (docs/decisions/0003-synapse-path.md).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.fabric import Fabric
from neuromix.data.arrays import floats, numeric
from neuromix.errors import BadValue, UnknownName
from neuromix.models.model import Model
from neuromix.units import number

SETTLING = 5e-6
"""s: the 6-bit converter settles to 1 % within 4 µs at its smallest code, measured in SPICE
(docs/decisions/0004-synapse-cells.md)."""

LARGEST_CODE = 63
"""Of a signed 6-bit word: sign and magnitude."""


@dataclass(frozen=True)
class SpikeSource:
    """Addresses whose events the user gives to ``run``.

    Parameters
    ----------
    n : int
        How many addresses.
    """

    n: int

    def __post_init__(self) -> None:
        _check_size("a spike source", self.n)


@dataclass(frozen=True, eq=False, repr=False)
class Array:
    """A population of one modelled neuron cell.

    Parameters
    ----------
    model : Model
        Of a neuron.
    n : int
        How many instances.
    noise, mismatch : bool
        Whether neurons are noisy, and whether neurons and their synapse paths differ.
    current : float or (n,) array, A
        Constant current into the membrane of each.
    """

    model: Model
    n: int
    noise: bool = True
    mismatch: bool = True
    current: float | NDArray[np.float64] = 0.0

    def __post_init__(self) -> None:
        _check_role(self.model, "neuron", "Array(model, n)")
        _check_size("an array", self.n)
        shape = floats(self.current, "Array: current").shape
        if shape not in {(), (self.n,)}:
            raise BadValue(
                f"an array of {self.n} neurons: current has shape {shape}",
                cure="one current in A, or one for each neuron",
            )

    def __repr__(self) -> str:
        without = [f"no {name}" for name in ("mismatch", "noise") if not getattr(self, name)]
        return f"Array({', '.join([f'{self.n} of {self.model.cell}', *without])})"

    def _repr_html_(self) -> str:
        from neuromix.array.sheets import array_sheet

        return array_sheet(self).html()


@dataclass(frozen=True)
class Path:
    """The circuits between the weight memory and a membrane, and how they are clocked.

    Parameters
    ----------
    converter, synapse : Model
        What makes the weight current, and what integrates it.
    setup : float, s
        From the arrival of an event to its pulse: reading the memory, settling the converter.
    pulse_width : float, s
        For how long the weight current flows into the synapse.
    """

    converter: Model
    synapse: Model
    setup: float = SETTLING
    pulse_width: float = 2e-6

    @property
    def busy(self) -> float:
        """For how long one event occupies it, s."""
        return self.setup + self.pulse_width


@dataclass(frozen=True, eq=False)
class Connection:
    """The weight memory from one block to an array; codes have shape ``(sources, targets)``."""

    source: str
    target: str
    codes: NDArray[np.int8] = field(repr=False)


class Chip:
    """A chip under construction; the first ``run`` freezes it.

    Parameters
    ----------
    seed : int
        Of the die: all mismatch and noise come from it.
    fabric : Fabric
        Common to all links.
    """

    def __init__(self, seed: int = 0, fabric: Fabric | None = None) -> None:
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise BadValue(f"chip: a seed is a whole number from 0 on, not {seed!r}")
        if fabric is not None and not isinstance(fabric, Fabric):
            raise BadValue(
                f"chip: {fabric!r} is not a fabric", cure="fabric=nmx.Fabric(latency=20e-9)"
            )
        self.seed = int(seed)
        self.fabric = fabric if fabric is not None else Fabric()
        self._blocks: dict[str, SpikeSource | Array] = {}
        self._paths: dict[str, Path] = {}
        self._connections: list[Connection] = []
        self._frozen = False

    @property
    def blocks(self) -> Mapping[str, SpikeSource | Array]:
        """Blocks by name, in the order in which they were added."""
        return MappingProxyType(self._blocks)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """All weight memories, in the order in which they were connected."""
        return tuple(self._connections)

    @property
    def paths(self) -> Mapping[str, Path]:
        """The synapse path of each array that receives events."""
        return MappingProxyType(self._paths)

    def __repr__(self) -> str:
        parts = [f"{name}: {type(b).__name__}({b.n})" for name, b in self._blocks.items()]
        wires = [f"{c.source} -> {c.target}" for c in self._connections]
        return f"Chip(seed {self.seed}; {', '.join([*parts, *wires]) or 'empty'})"

    def _repr_html_(self) -> str:
        from neuromix.array.sheets import chip_sheet

        return chip_sheet(self).html()

    def add(self, name: str, block: SpikeSource | Array) -> str:
        """Add a block and return its name, by which it is connected and recorded."""
        self._check_open()
        if not isinstance(name, str):
            raise BadValue(
                f"chip: {name!r} is not a name", cure='the name comes first: add("pixels", block)'
            )
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise BadValue(f"chip: {name!r} is not a name", cure="letters, digits and underscores")
        if name in self._blocks:
            raise BadValue(f"chip: there is a block {name!r} already", cure="another name")
        if not isinstance(block, (SpikeSource, Array)):
            raise BadValue(
                f"chip: {type(block).__name__} is not a block", cure="SpikeSource(n) or Array(…)"
            )
        self._blocks[name] = block
        return name

    def connect(
        self,
        source: str,
        target: str,
        *,
        weights: ArrayLike,
        through: tuple[Model, Model],
        pulse_width: float = 2e-6,
        setup: float = SETTLING,
    ) -> None:
        """Connect two blocks through the converters and synapses of the target.

        Parameters
        ----------
        source, target : str
            Names of blocks; the target is an array.
        weights : (sources, targets) array of int
            Codes −63 … 63: the sign selects the excitatory or inhibitory circuit.
        through : (Model, Model)
            Converter and synapse of the target. An array has one path per sign, so that all
            connections to it must name the same.
        pulse_width, setup : float, s
            See :class:`Path`.
        """
        self._check_open()
        sender, receiver = self._block(source), self._block(target)
        if not isinstance(receiver, Array):
            raise BadValue(f"chip: {target!r} is a source of spikes and cannot receive any")
        if not isinstance(through, tuple) or len(through) != 2:
            raise BadValue(
                f"chip: through={type(through).__name__} is not two models",
                cure='through=(nmx.model("dac_synapse"), nmx.model("dpi_synapse"))',
            )
        converter, synapse = through
        _check_role(converter, "converter", "through=(converter, synapse)")
        _check_role(synapse, "synapse", "through=(converter, synapse)")
        pulse_width = number(pulse_width, "chip: pulse_width")
        setup = number(setup, "chip: setup")
        if not (0.0 < pulse_width < np.inf and 0.0 <= setup < np.inf):
            raise BadValue(
                f"chip: pulse_width {pulse_width!r} s and setup {setup!r} s cannot be clocked",
                cure="a positive pulse_width and a setup of 0 or more",
            )
        path = Path(converter, synapse, setup, pulse_width)
        if self._paths.setdefault(target, path) != path:
            raise BadValue(
                f"chip: {target!r} has another synapse path already",
                ["an array has one converter and one synapse per sign, shared by all its sources"],
                "connect with the same models, pulse_width and setup",
            )
        codes = _codes(weights, (sender.n, receiver.n), f"{source} -> {target}")
        if any((c.source, c.target) == (source, target) for c in self._connections):
            raise BadValue(f"chip: {source!r} and {target!r} are connected already")
        self._connections.append(Connection(source, target, codes))

    def with_seed(self, seed: int) -> Chip:
        """Return another die of the same design, open to changes."""
        die = Chip(seed, self.fabric)
        die._blocks = copy.copy(self._blocks)
        die._paths = copy.copy(self._paths)
        die._connections = copy.copy(self._connections)
        return die

    def freeze(self) -> None:
        """Refuse all later changes; ``run`` calls it."""
        self._frozen = True

    def _block(self, name: str) -> SpikeSource | Array:
        if not isinstance(name, str) or name not in self._blocks:
            raise UnknownName("block", name, self._blocks)
        return self._blocks[name]

    def _check_open(self) -> None:
        if self._frozen:
            raise BadValue(
                "chip: it has been run and is frozen", cure="chip.with_seed(seed) is open again"
            )


def _check_size(what: str, n: int) -> None:
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise BadValue(f"{what} has {n!r} addresses", cure="a whole number from 1 on")


def _check_role(model: Model, role: str, where: str) -> None:
    if not isinstance(model, Model):
        raise BadValue(
            f"{where}: {type(model).__name__} is not a model", cure="neuromix.model(name)"
        )
    if model.dynamics.role != role:
        raise BadValue(
            f"{where}: {model.cell} is a {model.dynamics.role or 'cell without a role'}",
            cure=f"the model of a {role}",
        )


def _codes(weights: ArrayLike, shape: tuple[int, int], wire: str) -> NDArray[np.int8]:
    given = numeric(weights, wire)
    if given.shape != shape:
        raise BadValue(
            f"{wire}: weights have shape {given.shape}",
            [f"sources x targets are {shape}"],
            "weights.T" if given.shape == shape[::-1] else f"an array of shape {shape}",
        )
    if not np.issubdtype(given.dtype, np.integer):
        raise BadValue(
            f"{wire}: weights are {given.dtype}, and the memory holds whole codes",
            cure="np.rint(weights).astype(int)",
        )
    if np.abs(given.astype(np.int64)).max() > LARGEST_CODE:
        raise BadValue(
            f"{wire}: codes are {given.min()} … {given.max()}",
            [f"a word is a sign and 6 bits: -{LARGEST_CODE} … {LARGEST_CODE}"],
            "scale the weights, and the gain by pulse_width",
        )
    codes = np.ascontiguousarray(given, dtype=np.int8)
    codes.setflags(write=False)
    return codes
