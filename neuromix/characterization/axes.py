"""What a simulation is swept over: bench parameters, sizes, bias currents and the condition."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.characterization.assembly import job_for, replica_voltages
from neuromix.data.arrays import floats
from neuromix.declare import Bench, Cell, Condition, Technology
from neuromix.declare.sheets import UNITS_BY_LETTER
from neuromix.engine.contract import Engine
from neuromix.engine.job import Job
from neuromix.errors import BadValue, UnknownName

CONDITION = {
    "corner": ("", "process corner"),
    "temperature": ("K", "temperature"),
    "supply": ("V", "supply voltage"),
}
"""Unit and meaning of what belongs to the condition; the first dimensions, in this order."""

Point = tuple[int, ...]


class Axes:
    """The values that a simulation is given, single ones and swept ones.

    Parameters
    ----------
    cell, bench, technology
        What is simulated.
    condition : Condition
        Where the parameters do not say otherwise.
    parameters : mapping of str to array_like
        Values by name; one-dimensional ones are swept.

    Raises
    ------
    UnknownName
        Where a name is none of the bench, the cell or the condition.
    BadValue
        Where a value is not a number, or a sweep is empty or has two dimensions.
    """

    def __init__(
        self,
        cell: Cell,
        bench: Bench,
        technology: Technology,
        condition: Condition,
        parameters: Mapping[str, ArrayLike],
    ) -> None:
        self._cell, self._bench, self._technology = cell, bench, technology
        self._condition = condition
        realisation = cell.realisation(technology.name)
        of_bench = {item.name for item in bench.parameters}
        self._biases = {item.port: item for item in realisation.biases if item.port not in of_bench}
        known = {
            *of_bench,
            *(name for name, _ in realisation.sizes),
            *self._biases,
            *CONDITION,
        }
        for name in parameters:
            if name not in known:
                raise UnknownName(f"parameter of {cell.name} on {bench.name!r}", name, known)
        first = {name: parameters[name] for name in CONDITION if name in parameters}
        given = {name: _values(name, value) for name, value in {**first, **parameters}.items()}
        self._fixed = {name: value.item() for name, value in given.items() if value.ndim == 0}
        self.swept: dict[str, NDArray[np.generic]] = {
            name: value for name, value in given.items() if value.ndim == 1
        }
        self._replicas: dict[tuple[Cell, Condition], dict[str, float]] = {}

    def points(self) -> Iterator[Point]:
        """Yield all combinations of positions, the last dimension fastest."""
        return itertools.product(*(range(len(value)) for value in self.swept.values()))

    def job(self, point: Point, engine: Engine) -> Job:
        """Return the job of one point; ``engine`` finds the voltages of ideal biases."""
        at = {n: v[k].item() for (n, v), k in zip(self.swept.items(), point, strict=True)}
        values = self._fixed | at
        condition = dataclasses.replace(
            self._condition, **{name: values.pop(name) for name in CONDITION if name in values}
        )
        moved = {name: values.pop(name) for name in self._biases if name in values}
        cell = _rebiased(self._cell, self._technology.name, moved) if moved else self._cell
        voltages = None
        if condition.ideal_bias:
            voltages = self._replicas.get((cell, condition))
            if voltages is None:
                voltages = replica_voltages(cell, self._technology, condition, engine)
                self._replicas[cell, condition] = voltages
        return job_for(
            cell,
            self._bench,
            self._technology,
            condition,
            values,
            bias_voltages=voltages,
            keep=(0,),
        )

    def described(self, name: str) -> dict[str, str]:
        """Return unit, label and meaning of a swept quantity, as attributes of its coordinate."""
        unit, meaning = UNITS_BY_LETTER.get(name[0], ""), "size"
        if name in CONDITION:
            unit, meaning = CONDITION[name]
        elif name in self._biases:
            unit, meaning = "A", self._biases[name].meaning
        for item in (*self._cell.parameters, *self._bench.parameters):
            if item.name == name:
                unit, meaning = item.unit, item.meaning
        label = {"long_name": name, "description": meaning}
        return {"units": unit, **label} if unit else label

    def fixed_condition(self) -> dict[str, str | float]:
        """Return corner, temperature and supply, those that are not swept."""
        nominal = self._cell.realisation(self._technology.name).supply
        condition = {
            "corner": self._condition.corner,
            "temperature": self._condition.temperature,
            "supply": self._condition.supply or nominal,
        }
        return {
            name: self._fixed.get(name, value)
            for name, value in condition.items()
            if name not in self.swept
        }


def _rebiased(cell: Cell, technology: str, currents: Mapping[str, float]) -> Cell:
    realisation = cell.realisation(technology)
    biases = tuple(
        dataclasses.replace(item, current=currents.get(item.port, item.current))
        for item in realisation.biases
    )
    changed = dataclasses.replace(realisation, biases=biases)
    others = (item for item in cell.realisations if item is not realisation)
    return dataclasses.replace(cell, realisations=(*others, changed))


def _values(name: str, value: ArrayLike) -> NDArray[np.generic]:
    found: NDArray[np.generic] = (
        np.asarray(value, dtype=np.str_) if name == "corner" else floats(value, name)
    )
    if found.ndim > 1:
        raise BadValue(f"{name}: a sweep is one-dimensional", cure="several one-dimensional arrays")
    if not found.size:
        raise BadValue(f"the sweep over {name} is empty", cure="at least one value")
    return found
