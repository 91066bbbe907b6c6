"""From the answers of a few runs to the spread of each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.few_runs.moments import covariance, student, variance_errors
from neuromix.characterization.few_runs.parameters import MismatchParameter
from neuromix.characterization.few_runs.response import Response
from neuromix.characterization.few_runs.result import QuantitySpread
from neuromix.characterization.few_runs.shares import device_budget
from neuromix.characterization.floor import floor_of_spread
from neuromix.characterization.requests import Answer
from neuromix.declare import Bench

Floats = NDArray[np.float64]

SKEWED = 0.1
"""Coefficient of variation from which a positive measure is taken by its logarithm."""


@dataclass(frozen=True, eq=False)
class Measured:
    """The measures of a bench that are numbers and vary.

    Parameters
    ----------
    values : mapping of str to (n,) ndarray
        Each over the runs that did not fail.
    left_out : mapping of str to str
        All other measures, and why.
    """

    values: Mapping[str, Floats]
    left_out: Mapping[str, str]

    @classmethod
    def of(cls, bench: Bench, answers: Sequence[Answer]) -> Measured:
        """Sort the measures of answers."""
        good = [answer.record for answer in answers if not answer.failed]
        values: dict[str, Floats] = {}
        left_out: dict[str, str] = {}
        for name in (measure.name for measure in bench.measures):
            if any(name in record.arrays for record in good):
                left_out[name] = "it is a list, not a number"
                continue
            found = np.array([record.values.get(name, np.nan) for record in good])
            missing = int(np.count_nonzero(~np.isfinite(found)))
            if missing:
                left_out[name] = f"{missing} of {len(found)} runs do not have it"
            elif np.ptp(found) == 0.0:
                left_out[name] = "it is the same in all runs"
            else:
                values[name] = found
        return cls(values, left_out)

    def logarithmic(self, name: str) -> bool:
        """Tell whether a measure is taken by its logarithm: it is positive, and spread widely."""
        found = self.values[name]
        return bool(np.all(found > 0.0) and found.std() > SKEWED * found.mean())

    def scaled(self) -> Floats:
        """Return all values, of the logarithmic ones their logarithms, (n, m)."""
        return np.column_stack(
            [np.log(v) if self.logarithmic(name) else v for name, v in self.values.items()]
        )


def quantity_spreads(
    bench: Bench,
    measured: Measured,
    response: Response,
    parameters: Sequence[MismatchParameter],
    floors: Sequence[Mapping[str, float]],
) -> tuple[QuantitySpread, ...]:
    """Return the spread of each measure; ``floors`` are those of a few draws."""
    elements = [item.element for item in parameters]
    variances = np.diag(covariance(response))
    errors = variance_errors(response)
    found = []
    for at, name in enumerate(measured.values):
        logarithmic = measured.logarithmic(name)
        sigma = float(np.sqrt(variances[at]))
        error = float(errors[at] / (2.0 * variances[at]))
        # In the logarithm of sigma the interval is symmetric, and sigma stays positive.
        reach = float(np.exp(student(response.freedom) * error))
        mean = float(response.constant[at])
        centre = float(np.exp(mean)) if logarithmic else mean
        floor = floor_of_spread(np.array([row.get(name, np.nan) for row in floors]))
        found.append(
            QuantitySpread(
                name=name,
                unit=bench.measure(name).unit,
                logarithmic=logarithmic,
                centre=centre,
                sigma=sigma,
                standard_error=error,
                low=sigma / reach,
                high=sigma * reach,
                floor=floor / centre if logarithmic else floor,
                budget=device_budget(response, at, elements),
            )
        )
    return tuple(found)
