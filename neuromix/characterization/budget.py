"""Which transistor makes which share of a measure's variance.

The draws of a campaign are keyed by seed, cell and device, so they are made again here without a
simulation, and the stored measure is regressed on them. Thresholds and mobilities are drawn
independently of each other: shares add up, and what a linear dependence leaves is told apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.assembly import subcircuit_of
from neuromix.characterization.draws import mismatch_draws
from neuromix.declare import Cell, Condition, Technology
from neuromix.netlist.composing import compose

Floats = NDArray[np.float64]

DRAWS_PER_PARAMETER = 2
"""Draws for each drawn parameter from which single devices are told apart."""

FEWEST_DRAWS = 30
"""Below these not even groups of devices are."""

ELEMENT = -2
"""Part of a device's path, such as ``m.xcell.xleak.m0``, that is the element of the netlist."""

ITERATIONS = 200
"""Most steps of the search for the variances of groups."""

CONVERGED = 1e-4
"""Change of the rest in a step, relative, at which it ends."""

LEAST = 1e-9
"""Of a variance in units of the measure's: what keeps a division finite."""


@dataclass(frozen=True)
class Share:
    """What one device, or a group of like ones, adds to a variance.

    Parameters
    ----------
    devices : str
        Element of the netlist, or the common part of the names of a group.
    count : int
        Devices in it.
    share, standard_error : float
        Of the variance; 1 is all of it.
    """

    devices: str
    count: int
    share: float
    standard_error: float


@dataclass(frozen=True)
class Budget:
    """The variance of one quantity, by device.

    Parameters
    ----------
    shares : tuple of Share
        Largest first.
    rest : float
        Share that no linear dependence on the draws explains.
    single : bool
        Whether devices were told apart one by one, or in groups of like ones.
    """

    shares: tuple[Share, ...]
    rest: float
    single: bool


@dataclass(frozen=True, eq=False)
class Draws:
    """The draws of a campaign, normalized to unit variance.

    Parameters
    ----------
    names : tuple of str
        Elements of the netlist.
    groups : tuple of str
        The group of like devices that each belongs to.
    values : (n, devices, 2) ndarray
        Threshold and mobility of each device in each draw, in sigmas.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    values: Floats


def campaign_draws(cell: Cell, technology: Technology, samples: int, seed: int) -> Draws:
    """Make the draws of a campaign again, in sigmas; no simulation and no model set is needed."""
    deck = compose(
        cell,
        cell.benches[0],
        cell.realisation(technology.name),
        subcircuit_of(cell, technology),
        lambda _devices: ("", ""),
        Condition(),
    )
    devices = deck.transistors
    sigmas = np.array(
        [technology.device(d.neutral).mismatch.sigmas(d.width, d.length) for d in devices]
    )
    drawn = mismatch_draws(technology, devices, samples, seed, cell.name)
    values = np.array([[item.value for item in row] for row in drawn])
    centred = values.reshape(samples, len(devices), 2) - np.array([0.0, 1.0])
    names = tuple(device.path.split(".")[ELEMENT] for device in devices)
    # A law may leave a parameter without spread; its draws are all zero then.
    return Draws(names, tuple(map(_stem, names)), centred / np.where(sigmas > 0.0, sigmas, 1.0))


def _stem(name: str) -> str:
    """Return a name without the numbers at its end: ``xunit_3_7`` is one of the ``xunit``."""
    return re.sub(r"(_?\d+)+$", "", name) or name


def variance_budget(values: Floats, draws: Draws) -> Budget | None:
    """Return the shares of the devices in the variance of a measure.

    Single devices come from ordinary least squares, each squared coefficient less its own error
    variance, so that a device without influence has a share of zero on average. Where there are
    too few draws for that, groups of like devices come from the maximum likelihood of a model in
    which the coefficients of a group have a common variance (Hartley and Rao 1967; found by the
    fixed point of MacKay 1992, "Bayesian interpolation", eqs. 4.8 to 4.10).

    Parameters
    ----------
    values : (n,) ndarray
        The measure in each draw; NaN where it failed.
    draws : Draws
        Of the same campaign.

    Shares are of the variance that the found dependence has over independent draws, rest included,
    and not of the variance of these draws, which correlate by chance.

    Returns
    -------
    Budget or None
        None where there are fewer than :data:`FEWEST_DRAWS` values, or where they do not vary.
    """
    good = np.isfinite(values)
    if good.sum() < FEWEST_DRAWS or np.ptp(values[good]) == 0.0:
        return None
    y = _standardized(values[good])
    z = draws.values[good]
    design = (z - z.mean(axis=0)).reshape(len(z), -1)
    single = len(y) >= DRAWS_PER_PARAMETER * (design.shape[1] + 1)
    labels = draws.names if single else draws.groups
    coefficients, covariance, rest = (
        _least_squares(design, y) if single else _by_groups(design, y, np.repeat(labels, 2))
    )
    sign = -1.0 if single else 1.0
    variance = float(coefficients @ coefficients + sign * np.trace(covariance)) + rest
    shares = []
    for label in dict.fromkeys(labels):
        at = np.flatnonzero(np.repeat(labels, 2) == label)
        b, c = coefficients[at], covariance[np.ix_(at, at)]
        share = (float(b @ b) + sign * float(np.trace(c))) / variance
        error = float(np.sqrt(4.0 * b @ c @ b + 2.0 * np.sum(c**2))) / variance
        shares.append(Share(label, len(at) // 2, share, error))
    shares.sort(key=lambda item: item.share, reverse=True)
    return Budget(tuple(shares), rest / variance, single)


def _standardized(values: Floats) -> Floats:
    """Return values of mean 0 and variance 1; of their logarithms where all have one sign."""
    same_sign = np.all(values > 0.0) or np.all(values < 0.0)
    scale = np.log(np.abs(values)) if same_sign else values
    return np.asarray((scale - scale.mean()) / scale.std(ddof=1))


def _least_squares(design: Floats, y: Floats) -> tuple[Floats, Floats, float]:
    inverse = np.asarray(np.linalg.pinv(design.T @ design), dtype=np.float64)
    found = inverse @ design.T @ y
    left = y - design @ found
    rest = float(left @ left) / (len(y) - design.shape[1] - 1)
    return found, rest * inverse, rest


def _by_groups(design: Floats, y: Floats, groups: NDArray[np.str_]) -> tuple[Floats, Floats, float]:
    """Return mean and covariance of the coefficients, and the variance of the rest."""
    _, member = np.unique(groups, return_inverse=True)
    size = np.bincount(member)
    variance = np.full(len(size), 1.0 / design.shape[1])
    rest = 0.5
    square, projected = design.T @ design, design.T @ y
    for _ in range(ITERATIONS):
        covariance = np.linalg.inv(square / rest + np.diag(1.0 / variance[member]))
        mean = covariance @ projected / rest
        determined = np.maximum(size - np.bincount(member, np.diag(covariance)) / variance, LEAST)
        variance = np.maximum(np.bincount(member, mean**2) / determined, LEAST)
        left = y - design @ mean
        before = rest
        rest = max(LEAST, float(left @ left) / max(1.0, len(y) - 1.0 - determined.sum()))
        if abs(rest - before) < CONVERGED * before:
            break
    return np.asarray(mean), np.asarray(covariance, dtype=np.float64), rest
