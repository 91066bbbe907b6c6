"""A cell: one subcircuit, its ports, its sizes in each technology, and how it is tested."""

from __future__ import annotations

from dataclasses import dataclass

from neuromix.declare.bench import Bench
from neuromix.declare.parameter import Parameter
from neuromix.declare.published import Published
from neuromix.declare.specification import Specification
from neuromix.errors import UnknownName

ROLES = ("supply", "ground", "bias", "input", "output", "state")


@dataclass(frozen=True, slots=True)
class Port:
    """A terminal of the subcircuit, in the order of the netlist.

    ``role`` is one of ``supply``, ``ground``, ``bias`` (a current into a replica inside of the
    cell), ``input``, ``output`` and ``state`` (an analog state that may be driven and watched).
    """

    name: str
    role: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Bias:
    """A bias current into the replica device behind a port.

    A positive ``current`` flows into the cell, a negative one out of it, A. With ideal biases the
    port is held instead at the voltage that the nominal replica takes at the same condition.
    """

    port: str
    current: float
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Realisation:
    """A cell in one technology: device sizes (m, F, Ω), bias currents, supply.

    Parameters
    ----------
    technology : str
        Its name.
    sizes : tuple of (str, float) pairs
        A value for each ``{parameter}`` of the netlist.
    biases : tuple of Bias
        One for each port of the role ``bias``.
    supply : float
        Nominal supply voltage, V.
    """

    technology: str
    sizes: tuple[tuple[str, float], ...]
    biases: tuple[Bias, ...]
    supply: float


@dataclass(frozen=True, slots=True)
class ModelFamily:
    """The name of a behavioural family, and what its fit is told about this cell."""

    name: str
    arguments: tuple[tuple[str, float | str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Cell:
    """What a cell is, how it is driven and what is measured.

    Parameters
    ----------
    name : str
        Also the stem of ``circuits/NAME.py`` and ``netlists/NAME.cir``.
    summary : str
        One line.
    ports : tuple of Port
        In the order of the ``.subckt`` line.
    realisations : tuple of Realisation
        One for each technology.
    benches : tuple of Bench
        How it is tested.
    model : ModelFamily, optional
        What is fitted to it.
    parameters : tuple of Parameter
        Unit, meaning and range of the sizes that deserve an explanation.
    devices : str
        ``"neutral"`` (nfet, pfet, cap, res) or ``"native"`` (the technology's own names).
    sources : tuple of str
        Where the topology and the published figures come from.
    specifications : tuple of Specification
        Limits that the measured cell is held to.
    published : tuple of Published
        Figures of others that the measured cell is put beside.
    """

    name: str
    summary: str
    ports: tuple[Port, ...]
    realisations: tuple[Realisation, ...]
    benches: tuple[Bench, ...]
    model: ModelFamily | None = None
    parameters: tuple[Parameter, ...] = ()
    devices: str = "neutral"
    sources: tuple[str, ...] = ()
    specifications: tuple[Specification, ...] = ()
    published: tuple[Published, ...] = ()

    def __repr__(self) -> str:
        benches = ", ".join(item.name for item in self.benches)
        return (
            f"Cell({self.name}: {len(self.ports)} ports; benches {benches or 'none'}; "
            f"in {', '.join(self.technologies) or 'no technology'})"
        )

    def _repr_html_(self) -> str:
        from neuromix.declare.sheets import cell_sheet

        return cell_sheet(self).html()

    @property
    def technologies(self) -> tuple[str, ...]:
        """Names of the technologies that it is sized for."""
        return tuple(item.technology for item in self.realisations)

    def bench(self, name: str) -> Bench:
        """Return the bench of that name."""
        for item in self.benches:
            if item.name == name:
                return item
        raise UnknownName(f"bench of {self.name}", name, (item.name for item in self.benches))

    def realisation(self, technology: str) -> Realisation:
        """Return sizes and biases in that technology."""
        for item in self.realisations:
            if item.technology == technology:
                return item
        raise UnknownName(
            f"realisation of {self.name} in technology", technology, self.technologies
        )

    def ports_of(self, role: str) -> tuple[str, ...]:
        """Return the names of the ports that have that role."""
        return tuple(item.name for item in self.ports if item.role == role)
