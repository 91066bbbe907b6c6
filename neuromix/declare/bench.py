"""How a cell is driven and what is measured on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neuromix.declare.analysis import Analysis, Settings
from neuromix.declare.drive import Drive, Number
from neuromix.declare.parameter import Parameter
from neuromix.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Measure:
    """A number, or a list of spikes, taken from the raw waveforms of one run.

    Parameters
    ----------
    name : str
        What the result is called.
    kind : str
        The function of :mod:`neuromix.measure` that takes it.
    unit : str
        Symbol of its unit.
    arguments : tuple of (str, object) pairs
        What that function is given beside the waveforms.
    meaning : str
        One sentence.
    """

    name: str
    kind: str
    unit: str
    arguments: tuple[tuple[str, float | str], ...] = ()
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """Drives, analysis, measures and tolerances.

    Parameters
    ----------
    name, summary : str
        As it is listed.
    drives : tuple of Drive
        What is connected; ports without a drive and without a bias are left open.
    analysis : Analysis
        What is simulated.
    parameters : tuple of Parameter
        What ``-p name=value`` may change.
    measures : tuple of Measure
        What is taken from the raw waveforms.
    keep : tuple of str
        Ports and ``i(port)`` whose waveforms are kept.
    initial : tuple of (str, float or str) pairs
        Node voltages at the start, V; inner nodes as the netlist names them.
    settings : Settings
        Tolerances.
    """

    name: str
    summary: str
    drives: tuple[Drive, ...]
    analysis: Analysis
    parameters: tuple[Parameter, ...] = ()
    measures: tuple[Measure, ...] = ()
    keep: tuple[str, ...] = ()
    initial: tuple[tuple[str, Number], ...] = ()
    settings: Settings = Settings()

    def measure(self, name: str) -> Measure:
        """Return the measure of that name."""
        for item in self.measures:
            if item.name == name:
                return item
        raise UnknownName(f"measure of bench {self.name!r}", name, (m.name for m in self.measures))

    def values(self, overrides: Mapping[str, float]) -> dict[str, float]:
        """Return all parameter values, with the overrides checked and applied."""
        known = {item.name: item for item in self.parameters}
        for name in overrides:
            if name not in known:
                raise UnknownName(f"parameter of bench {self.name!r}", name, known)
        return {
            name: item.check(float(overrides.get(name, item.value))) for name, item in known.items()
        }
