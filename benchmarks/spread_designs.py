"""Where to run for a spread: designs of experiments on functions whose sigma is known.

``python benchmarks/spread_designs.py [--json]``: 40 parameters, 150 repetitions of each design with
draws of their own. Bias and root mean square error of sigma, in percent, without a simulator.
``docs/decisions/0010-few-runs.md`` says what follows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np

from neuromix.characterization.few_runs.design import exact_draws, usual_runs
from neuromix.characterization.few_runs.moments import covariance
from neuromix.characterization.few_runs.response import fit_response

PARAMETERS = 40
REPETITIONS = 150
PRIME = 43
"""Of Paley's construction; one less than the runs of the two-level design."""

Function = Callable[[np.ndarray], np.ndarray]


def directions() -> np.ndarray:
    """Return two orthonormal directions of falling sensitivities, (40, 2)."""
    weight = np.exp(-np.arange(PARAMETERS) / 5.0)[:, None]
    random = np.random.default_rng(PARAMETERS)
    return np.linalg.qr(random.standard_normal((PARAMETERS, 2)) * weight)[0]


ALONG, ACROSS = directions().T

FUNCTIONS: dict[str, tuple[Function, float]] = {
    "an exponential": (lambda z: np.exp(0.1 * z @ ALONG), np.exp(0.01) * np.expm1(0.01)),
    "curved elsewhere": (
        lambda z: z @ ALONG + 0.15 * ((z @ ACROSS) ** 2 - 1.0),
        1.0 + 2.0 * 0.15**2,
    ),
    "one device bends": (lambda z: z @ ALONG + 0.5 * (z[:, 0] ** 2 - 1.0), 1.0 + 2.0 * 0.5**2),
}
"""Each with its variance."""


def two_level() -> np.ndarray:
    """Return the design of Plackett and Burman in 44 runs (Paley's construction), (44, 40)."""
    squares = {k * k % PRIME for k in range(1, PRIME)}
    symbol = np.array([0.0] + [1.0 if k in squares else -1.0 for k in range(1, PRIME)])
    residues = symbol[np.subtract.outer(np.arange(PRIME), np.arange(PRIME)) % PRIME]
    matrix = np.ones((PRIME + 1, PRIME + 1))
    matrix[1:, 1:] = residues + np.eye(PRIME)
    matrix[1:, 0] = -1.0
    return (matrix * matrix[:, :1])[:, 1 : PARAMETERS + 1]


LEVELS = two_level()


def plain(count: int) -> Callable[[Function, np.random.Generator], float]:
    """Return a plain Monte Carlo of ``count`` draws."""

    def variance(function: Function, random: np.random.Generator) -> float:
        return float(function(random.standard_normal((count, PARAMETERS))).var(ddof=1))

    return variance


def one_at_a_time(function: Function, _random: np.random.Generator) -> float:
    """Return the variance by linear sensitivities, two runs each at one sigma."""
    step = np.eye(PARAMETERS)
    slope = 0.5 * (function(step) - function(-step))
    return float(slope @ slope)


def slopes(function: Function, random: np.random.Generator) -> np.ndarray:
    """Return linear sensitivities from the two-level design, its columns and signs drawn."""
    points = LEVELS[:, random.permutation(PARAMETERS)] * random.choice([-1.0, 1.0], PARAMETERS)
    return points.T @ function(points) / len(points)


def two_level_alone(function: Function, random: np.random.Generator) -> float:
    """Return the variance by linear sensitivities from the two-level design."""
    slope = slopes(function, random)
    return float(slope @ slope)


def two_level_and_draws(function: Function, random: np.random.Generator) -> float:
    """Return that, corrected by 16 draws on which the linear model is the control variate."""
    slope = slopes(function, random)
    z = random.standard_normal((16, PARAMETERS))
    linear = z @ slope
    together = np.cov(linear, function(z) - linear)
    return max(float(slope @ slope + 2.0 * together[0, 1] + together[1, 1]), sys.float_info.min)


def ours(function: Function, random: np.random.Generator) -> float:
    """Return the variance by orthonormal draws and a response of second order."""
    z = exact_draws(usual_runs(PARAMETERS), PARAMETERS, random)
    return float(covariance(fit_response(z, function(z)[:, None]))[0, 0])


DESIGNS = {
    "plain Monte Carlo": (plain(54), 54),
    "plain Monte Carlo, long": (plain(1000), 1000),
    "one parameter at a time": (one_at_a_time, 80),
    "two levels": (two_level_alone, 44),
    "two levels, 16 draws": (two_level_and_draws, 60),
    "orthonormal draws, response": (ours, 54),
}
"""Each with its runs."""


def main() -> None:
    """Print a row for each design."""
    rows = {}
    for name, (variance, runs) in DESIGNS.items():
        row: dict[str, float] = {"runs": runs}
        for title, (function, known) in FUNCTIONS.items():
            found = [
                variance(function, np.random.default_rng([seed, runs]))
                for seed in range(REPETITIONS)
            ]
            off = 50.0 * np.log(np.array(found) / known)
            row[f"{title}: bias"] = float(off.mean())
            row[f"{title}: rms"] = float(np.sqrt(np.mean(off**2)))
        rows[name] = row
        figures = "  ".join(f"{key} {value:.1f} %" for key, value in row.items() if key != "runs")
        print(f"{name:28} {runs:5} runs  {figures}", flush=True)
    if "--json" in sys.argv:
        print(json.dumps(rows))


if __name__ == "__main__":
    main()
