"""What ``benchmarks/mismatch.py`` measures of one quantity: few runs against references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from monte_carlo_references import Reference

from neuromix.characterization.few_runs.result import MismatchSpread


@dataclass(frozen=True)
class Figures:
    """One quantity; standard errors and their combination are those of the logarithm of sigma."""

    runs: int
    parameters: int
    logarithmic: bool
    sigma: float
    low: float
    high: float
    standard_error: float
    monte_carlo_samples: int
    monte_carlo_sigma: float
    monte_carlo_standard_error: float
    log_sigma_ratio: float
    combined_standard_error: float
    deviation: float
    """The ratio in combined standard errors."""
    fresh_instances: int
    prediction_coverage_95: float
    """Of intervals around what each instance's own draws predict."""
    distribution_coverage_95: float
    """Of the one interval that centre and sigma give."""
    prediction_gain: float
    """Sigma over the rms error of predictions."""
    correlation_error: float
    """Largest, over all pairs of measures of the cell."""
    equivalent_samples: float
    """Runs of a plain Monte Carlo of the same standard error, its kurtosis known."""
    floor: float
    """Of sigma."""


def figures(spread: MismatchSpread, measure: str, reference: Reference) -> Figures:
    """Return what the few runs say of one measure, beside its reference."""
    item = spread[measure]
    scaled = np.log if item.logarithmic else np.asarray
    plain, fresh = scaled(reference.monte_carlo[measure]), scaled(reference.fresh[measure])
    predicted = spread.predict(measure, reference.fresh_draws)
    inside = (predicted.low <= reference.fresh[measure]) & (
        reference.fresh[measure] <= predicted.high
    )
    error = fresh - scaled(predicted.value)
    sigma, own = float(plain.std(ddof=1)), standard_error(plain)
    ratio = float(np.log(item.sigma / sigma))
    combined = float(np.hypot(item.standard_error, own))
    centre = float(scaled(item.centre))
    return Figures(
        runs=spread.runs,
        parameters=len(spread.parameters),
        logarithmic=item.logarithmic,
        sigma=item.sigma,
        low=item.low,
        high=item.high,
        standard_error=item.standard_error,
        monte_carlo_samples=len(plain),
        monte_carlo_sigma=sigma,
        monte_carlo_standard_error=own,
        log_sigma_ratio=ratio,
        combined_standard_error=combined,
        deviation=ratio / combined,
        fresh_instances=len(fresh),
        prediction_coverage_95=float(np.mean(inside)),
        distribution_coverage_95=float(np.mean(np.abs(fresh - centre) <= 1.96 * item.sigma)),
        prediction_gain=item.sigma / float(np.sqrt(np.mean(error**2))),
        correlation_error=max(abs(e) for *_, e in correlation_errors(spread, reference)),
        equivalent_samples=len(plain) * (own / item.standard_error) ** 2,
        floor=item.floor,
    )


def standard_error(values: np.ndarray) -> float:
    """Return the standard error of the logarithm of a sample's sigma, by its own kurtosis."""
    centred = values - values.mean()
    kurtosis = float(np.mean(centred**4) / np.mean(centred**2) ** 2)
    return float(np.sqrt((kurtosis - 1.0) / len(values))) / 2.0


def correlation_errors(
    spread: MismatchSpread, reference: Reference
) -> Iterator[tuple[str, str, float]]:
    """Yield pairs of measures, and their correlation by few runs less that by Monte Carlo."""
    columns = {
        item.name: np.log(reference.monte_carlo[item.name])
        if item.logarithmic
        else reference.monte_carlo[item.name]
        for item in spread.quantities
    }
    names = list(columns)
    for k, one in enumerate(names):
        for other in names[:k]:
            plain = float(np.corrcoef(columns[one], columns[other])[0, 1])
            yield one, other, spread.correlation(one, other) - plain
