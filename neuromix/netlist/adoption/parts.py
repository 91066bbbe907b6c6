"""What a subcircuit consists of once it has no inner ones."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """One element of the cell: its name, what it connects, what it is, its values as text.

    ``device`` is a model or neutral device for a transistor, else empty; ``value`` are the words of
    a source, or the value of a passive element.
    """

    name: str
    nodes: tuple[str, ...]
    device: str = ""
    value: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def line(self) -> str:
        """Return it as a statement."""
        words = [self.name, *self.nodes, self.device, self.value]
        return " ".join([*filter(None, words), *(f"{key}={text}" for key, text in self.values)])


@dataclass(frozen=True)
class Start:
    """A voltage between two nodes at the start, V, and where the netlist says it."""

    where: str
    first: str
    second: str
    voltage: float


@dataclass
class Flat:
    """A subcircuit without inner ones.

    Parameters
    ----------
    name : str
        Of the subcircuit.
    ports : tuple of str
        Its nodes, as Python and SPICE can both name them.
    spelled : dict of str to str
        What the netlist calls those that had to be renamed.
    parts : list of Part
        Its elements.
    sizes : dict of str to float
        Values of the ``{parameters}`` that parts ask for.
    starts : list of Start
        Voltages at the start.
    remarks : list of str
        What was computed, left out or understood in one of two ways.
    """

    name: str
    ports: tuple[str, ...] = ()
    spelled: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    sizes: dict[str, float] = field(default_factory=dict)
    starts: list[Start] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
