"""The contract of a recipe: how a cell of one model family is characterized.

A recipe says with which stimuli such a cell is driven, how the family is fitted to what SPICE
answered, and how two answers are compared. The campaign, the numerical floor, mismatch and the
held-out proof are the same for all cells and know recipes by this contract alone. The recipe of the
family ``NAME`` is the class ``Recipe`` of ``neuromix/characterization/recipes/NAME.py``, or of the
entry point ``neuromix.recipes``; nothing else names it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization import recipes
from neuromix.declare import Bench, Cell, Constant, Current, Drive, Transient, Voltage
from neuromix.declare.drive import Waveform
from neuromix.errors import UnknownName
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity

PURPOSES = ("sweep", "training", "mismatch", "noise", "proof")
"""What stimuli are for.

``sweep`` gives the tables of a datasheet at every condition, ``training`` is what the family is
fitted to, ``mismatch`` is run on every drawn instance, ``noise`` gives the spectral densities, and
``proof`` is what no fit ever sees.
"""


@dataclass(frozen=True)
class Stimulus:
    """One run of one bench.

    Parameters
    ----------
    name : str
        Unique within its purpose.
    bench : str
        Of the cell.
    overrides : tuple of (str, float) pairs
        Bench parameters.
    drives : tuple of (str, Waveform) pairs
        Ports whose waveform is replaced by this one.
    duration : float
        Replaces the length of a transient, s; 0 keeps the bench's own.
    max_step : float
        Replaces the largest step of a transient, s; 0 keeps the bench's own.
    temperature : float
        Replaces that of the condition, K; 0 keeps it. For a model that takes the temperature.
    """

    name: str
    bench: str
    overrides: tuple[tuple[str, float], ...] = ()
    drives: tuple[tuple[str, Waveform], ...] = ()
    duration: float = 0.0
    max_step: float = 0.0
    temperature: float = 0.0

    def bench_of(self, cell: Cell) -> Bench:
        """Return the bench with this stimulus' waveforms and times in it."""
        bench = cell.bench(self.bench)
        waveforms = dict(self.drives)

        def driven(drive: Drive) -> Drive:
            if drive.port in waveforms and isinstance(drive, (Current, Voltage)):
                return replace(drive, waveform=waveforms[drive.port])
            return drive

        analysis = bench.analysis
        if isinstance(analysis, Transient) and self.duration:
            analysis = Transient(self.duration, self.max_step or analysis.max_step)
        return replace(bench, drives=tuple(map(driven, bench.drives)), analysis=analysis)

    def waveform(self, cell: Cell, port: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return corner times (s) and values (SI) of what drives a port."""
        bench = self.bench_of(cell)
        values = bench.values(dict(self.overrides))
        for drive in bench.drives:
            if drive.port == port and isinstance(drive, (Current, Voltage)):
                points = np.asarray(drive.waveform.points(values), dtype=np.float64)
                steady = isinstance(drive.waveform, Constant)
                return (
                    (np.array([0.0, 1.0]), np.repeat(points[:, 1], 2))
                    if steady
                    else (
                        points[:, 0],
                        points[:, 1],
                    )
                )
        raise UnknownName("driven port", port, (drive.port for drive in bench.drives))


@dataclass(frozen=True)
class Record:
    """What came out under a stimulus: measured values and arrays, by measure."""

    stimulus: Stimulus
    values: Mapping[str, float] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


@dataclass(frozen=True)
class Transfer:
    """The curve by which a cell is known: f-I of a neuron, output against input of a multiplier.

    Parameters
    ----------
    x, y : (n,) ndarray, SI
        Input, ascending, and output.
    x_name, y_name : str
        What they are.
    x_unit, y_unit : str
        Their units.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    x_name: str
    x_unit: str
    y_name: str
    y_unit: str


class Recipe(Protocol):
    """How a cell of one family is characterized; made as ``Recipe(cell, technology, supply)``."""

    refitted: tuple[str, ...]
    """Parameters of the family (or ``energy_per_event``) that differ between instances."""

    main_error: str
    """The error of :meth:`compare` by which a stimulus is the worst of a proof."""

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of one of :data:`PURPOSES`; possibly none."""
        ...

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:
        """Fit the family to the nominal training records (sweep records are among them).

        Returns the family and the standard error of each parameter.
        """
        ...

    def refit(
        self, nominal: Model, records: Sequence[Record], baseline: Sequence[Record]
    ) -> dict[str, float]:
        """Return the values of :attr:`refitted` for one instance, from its mismatch records.

        ``baseline`` holds the nominal cell's answers to the same stimuli: what the nominal model
        gets wrong there belongs to its form and not to the instance.
        """
        ...

    def noise(self, records: Sequence[Record]) -> NoiseDensity:
        """Return the input-referred noise from the noise records."""
        ...

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:
        """Return the energy model from nominal training records."""
        ...

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Return what the model says, with the same measures as SPICE's record."""
        ...

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors between references (first) and others (second), summed up over stimuli.

        Used for model against SPICE, and for SPICE at one setting against SPICE at another.
        """
        ...

    def transfer(self, records: Sequence[Record]) -> Transfer | None:
        """Return the characteristic curve of one instance from its mismatch records.

        None where the cell has none. The nominal cell's comes from its baseline records.
        """
        ...

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return low, high and unit of each input that the training covers."""
        ...


def recipe_for(cell: Cell, technology: str) -> Recipe:
    """Return the recipe of a cell's family; of one without a family, tables of its benches.

    Raises
    ------
    UnknownName
        Where the cell names a family that is not installed.
    """
    if cell.model is None:
        # It is written over this module's stimuli and records.
        from neuromix.characterization.unmodelled import BenchTables

        return BenchTables(cell)
    name = cell.model.name
    supply = cell.realisation(technology).supply
    known = [item.name for item in pkgutil.iter_modules(recipes.__path__)]
    if name in known:
        module = importlib.import_module(f"{recipes.__name__}.{name}")
        built_in: Recipe = module.Recipe(cell, technology, supply)
        return built_in
    added = {item.name: item for item in importlib.metadata.entry_points(group="neuromix.recipes")}
    if name in added:
        loaded: Recipe = added[name].load()(cell, technology, supply)
        return loaded
    raise UnknownName("characterization recipe", name, [*known, *added])
