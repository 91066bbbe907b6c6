"""A deck: everything that ngspice is told for one run, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from neuromix.data.provenance import digest


@dataclass(frozen=True, slots=True)
class Transistor:
    """One transistor of the flattened circuit, as mismatch addresses it.

    ``path`` is ngspice's name of the device; ``width`` and ``length`` are in m.
    """

    path: str
    neutral: str
    width: float
    length: float


@dataclass(frozen=True, slots=True)
class Vector:
    """A waveform to bring back: our name, ngspice's vector, its sign, its part if it is complex.

    ``part`` is ``"magnitude"`` or ``"phase"`` (degrees, unwrapped); empty for a real vector.
    """

    name: str
    source: str
    sign: float = 1.0
    part: str = ""


@dataclass(frozen=True, slots=True)
class Deck:
    """Text, analysis and what to bring back.

    Parameters
    ----------
    title : str
        Cell and bench.
    circuit : str
        All statements but the model cards and the analysis.
    cards : str
        Model cards and device wrappers of the technology.
    models : str
        Identity of the model set: technology, corner and SHA-256.
    command : str
        The analysis, as ngspice's command.
    vectors : tuple of Vector
        What to bring back.
    axis : str
        ``"time"``, ``"sweep"``, ``"frequency"`` or empty.
    stop : float
        Where the axis must end for the run to count; 0 for no axis.
    transistors : tuple of Transistor
        Devices that mismatch can act on.
    """

    title: str
    circuit: str
    cards: str
    models: str
    command: str
    vectors: tuple[Vector, ...]
    axis: str
    stop: float
    transistors: tuple[Transistor, ...] = ()

    @property
    def is_noise(self) -> bool:
        """Whether the analysis is one of noise, whose results are spectral densities."""
        return self.command.startswith("noise ")

    @property
    def key(self) -> str:
        """Content hash: the same deck on the same model set has the same key."""
        vectors = "\n".join(
            f"{item.name} {item.source} {item.sign} {item.part}".rstrip() for item in self.vectors
        )
        return digest(self.circuit, self.models, self.command, vectors)

    def lines(self) -> str:
        """Return what ngspice loads."""
        # A noise analysis refuses to run once anything is saved by name.
        saved = "" if self.is_noise else " ".join(v.source for v in self.vectors)
        save = f".save {saved}\n" if saved else ""
        return f"* {self.title}\n{self.cards}{self.circuit}{save}.end\n"

    def text(self) -> str:
        """Return a deck that a person can run with ``ngspice -n -b``."""
        wanted = " ".join(item.source for item in self.vectors)
        control = f".control\nset num_threads=1\n{self.command}\nprint {wanted}\nquit 0\n.endc\n"
        return f"* {self.title}\n{self.cards}{self.circuit}{control}.end\n"
