"""What a few runs tell about the instances of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.budget import Budget
from neuromix.characterization.few_runs.moments import student
from neuromix.characterization.few_runs.parameters import MismatchParameter, in_sigmas
from neuromix.characterization.few_runs.response import Response
from neuromix.declare import Condition, Settings
from neuromix.engine.job import Variation
from neuromix.errors import UnknownName

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class QuantitySpread:
    """How one measure differs between instances.

    Parameters
    ----------
    name, unit : str
        Of the measure.
    logarithmic : bool
        Whether ``sigma`` is that of the natural logarithm, as of what is positive and skewed.
    centre : float
        Mean over instances, in ``unit``; of a logarithmic one the exponential of its mean.
    sigma : float
        Standard deviation over instances, in ``unit``; of a logarithmic one without a unit.
    standard_error : float
        Of ``sigma``, as a share of it.
    low, high : float
        Interval that holds ``sigma`` with a probability of 95 %.
    floor : float
        How much of ``sigma`` may be the simulator's, in its unit.
    budget : Budget
        Shares of the devices in the variance, and of what no found dependence explains.
    """

    name: str
    unit: str
    logarithmic: bool
    centre: float
    sigma: float
    standard_error: float
    low: float
    high: float
    floor: float
    budget: Budget


@dataclass(frozen=True)
class Prediction:
    """Measures of instances from their draws alone.

    Parameters
    ----------
    value, low, high : (n,) ndarray
        What is expected, and the interval that holds an instance with a probability of 95 %.
    """

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False, repr=False)
class MismatchSpread:
    """Spreads of a cell's measures on one bench, from few runs.

    Parameters
    ----------
    cell, technology, bench : str
        What was simulated.
    condition : Condition
        Corner, temperature, supply.
    settings : Settings
        Tolerances of the simulator.
    seed : int
        Of the draws.
    quantities : tuple of QuantitySpread
        One for each measure that is a number and varies.
    correlations : (m, m) ndarray
        Between these, of their logarithms where they are logarithmic.
    parameters : tuple of MismatchParameter
        What was drawn.
    response : Response
        How the quantities depend on these.
    runs, floor_runs : int
        Simulations in all, and how many of them were for the numerical floor.
    climbed, failures : int
        Runs that converged on the ladder only, and that did not at all.
    left_out : mapping of str to str
        Measures without a spread here, and why.
    """

    cell: str
    technology: str
    bench: str
    condition: Condition
    settings: Settings
    seed: int
    quantities: tuple[QuantitySpread, ...]
    correlations: Floats
    parameters: tuple[MismatchParameter, ...]
    response: Response
    runs: int
    floor_runs: int
    climbed: int
    failures: int
    left_out: Mapping[str, str]

    def __getitem__(self, name: str) -> QuantitySpread:
        """Return the spread of the measure of that name."""
        return self.quantities[self._position(name)]

    def correlation(self, one: str, other: str) -> float:
        """Return the correlation of two measures over instances."""
        return float(self.correlations[self._position(one), self._position(other)])

    def predict(self, name: str, drawn: tuple[Variation, ...]) -> Prediction:
        """Return what instances of given draws will measure, without a simulation.

        Intervals are Student's, of the rest of the instance and of the error of the coefficients.
        """
        z = in_sigmas(self.parameters, drawn)
        at = self._position(name)
        value = self.response.predict(z)[:, at]
        reach = student(self.response.freedom) * self.response.prediction_error(z)[:, at]
        ends = np.stack([value, value - reach, value + reach])
        return Prediction(*(np.exp(ends) if self.quantities[at].logarithmic else ends))

    def __repr__(self) -> str:
        names = ", ".join(item.name for item in self.quantities)
        return (
            f"MismatchSpread({self.cell} in {self.technology}, {self.bench}: {names}; "
            f"{self.runs} runs for {len(self.parameters)} parameters)"
        )

    def _repr_html_(self) -> str:
        from neuromix.characterization.few_runs.sheet import spread_sheet

        return spread_sheet(self).html()

    def _position(self, name: str) -> int:
        names = [item.name for item in self.quantities]
        if name not in names:
            raise UnknownName(f"spread of {self.cell} on bench {self.bench!r}", name, names)
        return names.index(name)
