"""A chip: named blocks, the weights between them, the fabric that joins them, one seed a die.

Each neuron of an :class:`Array` has, per sign, one time-multiplexed converter and one synapse
circuit, and a digital memory with a signed word per source (docs/decisions/0003-synapse-path.md).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.agreement import check_agreement
from neuromix.array.fabric import Fabric
from neuromix.array.memory import Codes, codes_of
from neuromix.array.path import SETTLING, Path, check_pulse, check_role, path_of
from neuromix.array.projection import Projection, projection
from neuromix.array.receptive_fields import Convolution
from neuromix.array.trims import Trims
from neuromix.data.arrays import floats, own_floats
from neuromix.data.events import MOST_ADDRESSES
from neuromix.errors import BadValue, UnknownName
from neuromix.models.model import Model, Range
from neuromix.units import number, render, whole

LARGEST_CURRENT = 100.0
"""Of a constant input, over the largest that a model was fitted to: what is meant is in A."""

SANE_CURRENT = Range(0.0, 1e-5, "A")
"""Where a model does not say for which currents it holds."""


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
        whole(self.n, "a spike source: the number of its addresses", 1, MOST_ADDRESSES)


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
        Constant current into the membrane of each; not for linear neurons, whose ``rest`` it moves.
    initial : float or (n,) array, V, optional
        Membranes of linear neurons at the start of a run; at ``rest`` by default.
    trims : Trims, optional
        Trim codes of its weight converters, as :func:`neuromix.array.calibration.calibrate` finds
        them.
    """

    model: Model
    n: int
    noise: bool = True
    mismatch: bool = True
    current: float | NDArray[np.float64] = 0.0
    initial: float | NDArray[np.float64] | None = None
    trims: Trims | None = None

    def __post_init__(self) -> None:
        check_role(self.model, ("neuron", "bursting_neuron", "linear_neuron"), "Array(model, n)")
        whole(self.n, "an array: the number of its neurons", 1, MOST_ADDRESSES)
        for name in ("noise", "mismatch"):
            if not isinstance(getattr(self, name), (bool, np.bool_)):
                raise BadValue(f"Array: {name} is {getattr(self, name)!r}", cure="True or False")
        current = own_floats(self.current, "Array: current")
        object.__setattr__(self, "current", current if current.ndim else float(current))
        if self.initial is not None:
            object.__setattr__(self, "initial", own_floats(self.initial, "Array: initial"))
        dynamics = self.model.dynamics
        for name, shape in (
            ("current", current.shape),
            ("initial", () if self.initial is None else np.shape(self.initial)),
            *(
                (key, np.shape(value))
                for key, value in dynamics.values().items()
                if key not in dynamics.tables()
            ),
        ):
            if shape not in {(), (self.n,)}:
                raise BadValue(
                    f"an array of {self.n} neurons: {name} has shape {shape}",
                    cure="one value, or one for each neuron",
                )
        if self.linear and np.any(current):
            raise BadValue(
                f"Array: {self.model.cell} takes no current in A",
                cure="its rest is where a constant input takes the membrane, V",
            )
        limit = LARGEST_CURRENT * self.model.validity.get("input_current", SANE_CURRENT).high
        if np.any(np.abs(current) > limit):
            raise BadValue(
                f"Array: a current of {render(float(np.abs(current).max()), 'A')} into a membrane",
                [f"{self.model.cell} was fitted up to {render(limit / LARGEST_CURRENT, 'A')}"],
                f"currents up to {render(limit, 'A')}, in A",
            )
        if self.trims is not None and not isinstance(self.trims, Trims):
            raise BadValue(
                f"Array: trims are a {type(self.trims).__name__}",
                cure="calibrate(chip).trims[name], or chip.with_trims(found.trims)",
            )
        if self.trims is not None and self.trims.codes.shape != (2, self.n):
            raise BadValue(
                f"an array of {self.n} neurons: trims are for {self.trims.codes.shape[1]}"
            )
        if not self.linear and self.initial is not None:
            raise BadValue(f"Array: {self.model.cell} starts at its own rest", cure="no initial")

    @property
    def linear(self) -> bool:
        """Whether its neurons are linear between spikes, and its weights are numbers."""
        return self.model.dynamics.role == "linear_neuron"

    def __repr__(self) -> str:
        without = [f"no {name}" for name in ("mismatch", "noise") if not getattr(self, name)]
        return f"Array({', '.join([f'{self.n} of {self.model.cell}', *without])})"

    def _repr_html_(self) -> str:
        from neuromix.array.sheets import array_sheet

        return array_sheet(self).html()


@dataclass(frozen=True, eq=False)
class Connection:
    """The weight memory from one block to an array: a row a source, see :mod:`memory`.

    Where neurons share its words, ``convolution`` is what they were given as.
    """

    source: str
    target: str
    codes: Codes = field(repr=False)
    convolution: Convolution | None = field(default=None, repr=False)


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
        self._seed = int(seed)
        self._fabric = fabric if fabric is not None else Fabric()
        self._blocks: dict[str, SpikeSource | Array] = {}
        self._paths: dict[str, Path] = {}
        self._connections: list[Connection] = []
        self._projections: list[Projection] = []
        self._frozen = False

    @property
    def seed(self) -> int:
        """That of the die; ``with_seed`` makes another one."""
        return self._seed

    @property
    def fabric(self) -> Fabric:
        """Common to all links."""
        return self._fabric

    @property
    def blocks(self) -> Mapping[str, SpikeSource | Array]:
        """Blocks by name, in the order in which they were added."""
        return MappingProxyType(self._blocks)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """All weight memories, in the order in which they were connected."""
        return tuple(self._connections)

    @property
    def projections(self) -> tuple[Projection, ...]:
        """All weights into linear neurons, in the order in which they were connected."""
        return tuple(self._projections)

    @property
    def paths(self) -> Mapping[str, Path]:
        """The synapse path of each array that receives events."""
        return MappingProxyType(self._paths)

    def __repr__(self) -> str:
        parts = [f"{name}: {type(b).__name__}({b.n})" for name, b in self._blocks.items()]
        wires = [f"{item.source} -> {item.target}" for item in self._joined]
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
        weights: ArrayLike | Convolution,
        through: tuple[Model, Model] | None = None,
        pulse_width: float = 2e-6,
        setup: float = SETTLING,
        delay: ArrayLike = 0.0,
        weight_error: float = 0.0,
    ) -> None:
        """Connect two blocks: through the circuits of the target, or by numbers to linear neurons.

        Parameters
        ----------
        source, target : str
            Names of blocks; the target is an array.
        weights : (sources, targets) array of int, or of float in V
            Codes −63 … 63: the sign selects the excitatory or inhibitory circuit; a sparse array
            of SciPy makes a sparse memory (:mod:`neuromix.array.memory`). For linear
            neurons what an event adds to their input, V: as an array, in which 0 is no synapse, as
            a sparse array of SciPy, or as compressed rows ``(indptr, indices, data)``. A
            :class:`~neuromix.array.receptive_fields.Convolution` has weights that neurons share.
        through : (Model, Model)
            Converter and synapse of the target, of its technology. An array has one path per sign,
            so that all connections to it must name the same. Not for linear neurons.
        pulse_width, setup : float, s
            See :class:`Path`.
        delay : float, or as the weights, s
            From a spike to its arrival at linear neurons.
        weight_error : float
            Relative standard deviation of the weights of linear neurons, drawn for each die;
            shared ones are off alike wherever they are used.
        """
        self._check_open()
        sender, receiver = self._block(source), self._block(target)
        if not isinstance(receiver, Array):
            raise BadValue(f"chip: {target!r} is a source of spikes and cannot receive any")
        if any((c.source, c.target) == (source, target) for c in self._joined):
            raise BadValue(f"chip: {source!r} and {target!r} are connected already")
        wire = f"{source} -> {target}"
        if receiver.linear:
            if through is not None:
                raise BadValue(
                    f"chip: {target!r} is of linear neurons, which have no circuits between",
                    cure="connect without through; weights are in V",
                )
            shape = (sender.n, receiver.n)
            self._projections.append(
                projection(source, target, shape, weights, delay, weight_error)
            )
            return
        if np.any(floats(delay, f"{wire}: delay")) or number(weight_error, f"{wire}: weight_error"):
            raise BadValue(
                f"chip: delays and weight errors of {target!r} are those of its circuits",
                cure="Fabric(latency=…), and the mismatch of the converter",
            )
        path = path_of(through, pulse_width, setup)
        if target not in self._paths:
            beside = (item.converter for item in self._paths.values())
            check_agreement(target, (path.converter, path.synapse, receiver.model), beside)
            check_pulse(target, path)
        if self._paths.get(target, path) != path:
            raise BadValue(
                f"chip: {target!r} has another synapse path already",
                ["an array has one converter and one synapse per sign, shared by all its sources"],
                "connect with the same models, pulse_width and setup",
            )
        codes = codes_of(weights, (sender.n, receiver.n), wire)
        shared = weights if isinstance(weights, Convolution) else None
        self._paths[target] = path
        self._connections.append(Connection(source, target, codes, shared))

    def with_seed(self, seed: int) -> Chip:
        """Return another die of the same design, open to changes.

        Trims belong to the die on which they were found: a die of another seed has none.
        """
        die = Chip(seed, self.fabric)
        kept = die.seed == self.seed
        die._blocks = {
            name: block if kept or isinstance(block, SpikeSource) else replace(block, trims=None)
            for name, block in self._blocks.items()
        }
        die._paths = copy.copy(self._paths)
        die._connections = copy.copy(self._connections)
        die._projections = copy.copy(self._projections)
        return die

    def with_trims(self, trims: Mapping[str, Trims]) -> Chip:
        """Return the same die with trim codes in these arrays, open to changes."""
        if not isinstance(trims, Mapping):
            raise BadValue(
                f"chip: a {type(trims).__name__} is not trims by array",
                cure='with_trims(found.trims), where found = calibrate(chip), or {"hidden": trims}',
            )
        die = self.with_seed(self.seed)
        for name, found in trims.items():
            array = self._block(name)
            if not isinstance(array, Array):
                raise BadValue(f"chip: {name!r} is a source of spikes and has no trims")
            die._blocks[name] = replace(array, trims=found)  # noqa: SLF001
        return die

    def freeze(self) -> None:
        """Refuse all later changes; ``run`` calls it."""
        self._frozen = True

    @property
    def _joined(self) -> tuple[Connection | Projection, ...]:
        return (*self._connections, *self._projections)

    def _block(self, name: str) -> SpikeSource | Array:
        if not isinstance(name, str) or name not in self._blocks:
            raise UnknownName("block", name, self._blocks)
        return self._blocks[name]

    def _check_open(self) -> None:
        if self._frozen:
            raise BadValue(
                "chip: it has been run and is frozen", cure="chip.with_seed(seed) is open again"
            )
