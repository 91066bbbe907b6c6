"""Two products one after the other: converted at the border, or analog all the way.

Between them each output becomes a voltage at the inputs of the next rows. What stays analog goes
through an amplifier without an error or an energy of its own; the pairs of the next multipliers
bend it by their tanh, which no driver undoes. What is converted becomes a code and a voltage again:
it is rounded, costs two conversions an output, and can be bent back and calibrated on the way.
"""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.converters import AnalogToDigital, DigitalToAnalog
from neuromix.array.memory import LARGEST_CODE
from neuromix.array.memory_limit import MemoryNeed, check_memory
from neuromix.array.products.multipliers import (
    USUAL,
    MultiplierDrive,
    Readings,
    read_rows,
    spread_out,
    unit_current,
)
from neuromix.array.products.operands import LARGEST_INPUT, Operands
from neuromix.array.products.product import Product
from neuromix.display.progress import Progress, portion, watching
from neuromix.models.model import Model
from neuromix.units import render

Floats = NDArray[np.float64]

CREST = 3.5
"""Full scale of the border over the rms of its values: one in 2000 of normal ones is beyond."""

READINGS = 2
"""Rows are read with their vector and with zeros."""

NODES = 40
"""Of the quadrature over a normal distribution."""


@dataclass(frozen=True, eq=False)
class BorderCells:
    """Models of what converters are made of."""

    comparator: Model
    converter: Model


@dataclass(frozen=True, eq=False)
class Crossing:
    """What arrives at the second layer: voltages, what they are worth, what they took.

    Parameters
    ----------
    volts : (n,) ndarray, V
    slope : float
        Product of tanh for a share of 1, by which outputs of the second layer are read.
    energy : mapping of str to float, J
    duration : float, s
    """

    volts: Floats
    slope: float
    energy: dict[str, float]
    duration: float


def stay_analog(shares: Floats, model: Model, span: float) -> Crossing:
    """Return voltages in proportion to shares of full scale.

    The slope of the tanh that they meet is the one that is best for normal values of the rms
    1/``CREST``: E[s tanh(k v s)] / E[s²] (J. J. Bussgang, "Crosscorrelation functions of
    amplitude-distorted Gaussian signals", 1952).
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    given = nodes / CREST
    bent = np.tanh(model.nominal("y_slope") * span * given)
    slope = float(weights @ (given * bent) / (weights @ given**2))
    return Crossing(np.clip(shares, -1.0, 1.0) * span, slope, {}, 0.0)


def convert(
    shares: Floats,
    model: Model,
    span: float,
    cells: BorderCells,
    bits: int,
    seed: int,
    calibrated: bool,
) -> Crossing:
    """Return voltages behind a converter to codes and one back, each output its own instances.

    Parameters
    ----------
    shares : (n,) ndarray, −1 … 1
    model : Model
        Of the multiplier, whose tanh is undone in the digital part.
    span : float, V
        Of full scale.
    cells : BorderCells
    bits : int
    seed : int
    calibrated : bool
        Whether codes are read through each instance's own line, and given to the way back as the
        code whose output is nearest, by a table of each.
    """
    found, energy, duration = np.empty(len(shares)), [0.0, 0.0], 0.0
    wanted = np.clip(shares, -1.0, 1.0)
    slope = model.nominal("y_slope")
    for k in range(len(shares)):
        owner = ("layers", "border", k)
        there = AnalogToDigital.from_cells(cells.comparator, cells.converter, bits, seed, *owner)
        back = DigitalToAnalog.from_cells(cells.converter, bits, seed, *owner, "back")
        half = 0.5 * there.full_scale
        code = there.convert(half * (1.0 + wanted[k]), seed, *owner)
        read = there.calibrated_values(code) if calibrated else there.values(code)
        share = np.clip(read / half - 1.0, -1.0, 1.0)
        bent_back = spread_out(share, span, slope) / span
        aim = back.nominal_levels[0] + half * (1.0 + bent_back)
        table = back.levels if calibrated else back.nominal_levels
        given = back.convert(np.argmin(np.abs(table - aim)))
        found[k] = ((given - back.nominal_levels[0]) / half - 1.0) * span
        energy[0] += there.energy_per_conversion
        energy[1] += back.energy_per_conversion
        duration = 1.0 / there.rate + 1.0 / back.rate
    # Instances that are off by more than the multiplier was fitted for are limited by their driver.
    limit = model.validity["y"].high if "y" in model.validity else span
    parts = {"converters to codes": energy[0], "converters back": energy[1]}
    return Crossing(np.clip(found, -limit, limit), math.tanh(slope * span), parts, duration)


def two_layers(
    size: int,
    multiplier: Model,
    cells: BorderCells,
    *,
    seed: int = 0,
    bits: tuple[int, ...] = (4, 6),
    spans: tuple[float, ...] = (0.03, 0.1),
    drive: MultiplierDrive = USUAL,
    mismatch: bool = True,
    noise: bool = True,
    progress: Progress | None = None,
) -> list[Product]:
    """Multiply twice, with every kind of border in between; offsets are removed in both layers.

    Parameters
    ----------
    size : int
    multiplier : Model
    cells : BorderCells
    seed : int
        Of the operands, and of the die: all borders are met by the same multipliers.
    bits : tuple of int
        Of converters at the border.
    spans : tuple of float, V
        Of full scale, where the border stays analog.
    drive : MultiplierDrive
    mismatch, noise : bool
        Of the multipliers.
    progress : callable, optional
        Called with percents done, 100, and what goes on; by default a line in a notebook.

    Returns
    -------
    list of Product
        Against the exact product of both matrices and the vector.
    """
    check_memory(f"layers of size {size}", MemoryNeed({"weights": 2.0 * float(size) ** 2}))
    with watching(progress, "%") as told:
        return _borders(size, multiplier, cells, seed, bits, spans, drive, mismatch, noise, told)


def _borders(
    size: int,
    multiplier: Model,
    cells: BorderCells,
    seed: int,
    bits: tuple[int, ...],
    spans: tuple[float, ...],
    drive: MultiplierDrive,
    mismatch: bool,
    noise: bool,
    told: Progress,
) -> list[Product]:
    start = time.perf_counter()
    stages = itertools.pairwise(np.linspace(0.0, 100.0, 2 + len(spans) + 2 * len(bits)))
    first, second = Operands.draw(size, seed), Operands.draw(size, seed, layer=1)
    given = spread_out(
        first.vector / LARGEST_INPUT, drive.vector_span, multiplier.nominal("y_slope")
    )

    def layer(number: int, weights: NDArray[np.int8], volts: Floats, name: str) -> Readings:
        owner = ("layers", number)
        return read_rows(
            weights,
            volts,
            multiplier,
            drive,
            seed,
            *owner,
            mismatch=mismatch,
            noise=noise,
            told=portion(told, name, *next(stages)),
        )

    before = layer(0, first.weights, given, "first layer")
    full = full_scale(size)
    shares = before.corrected / unit_current(multiplier, drive) / full
    crossings = {
        f"analog, full scale {render(span, 'V')}": stay_analog(shares, multiplier, span)
        for span in spans
    }
    for count in bits:
        for calibrated in (False, True):
            name = f"{count} bit, {'calibrated' if calibrated else 'as built'}"
            crossings[name] = convert(
                shares, multiplier, drive.vector_span, cells, count, seed, calibrated
            )
    exact = second.times(first.exact)
    found = []
    for name, crossing in crossings.items():
        after = layer(1, second.weights, crossing.volts, name)
        weight = math.tanh(multiplier.nominal("x_slope") * drive.weight_span) / LARGEST_CODE
        unit = multiplier.nominal("tail_current") * weight * crossing.slope / full
        spent = [
            item.energy(multiplier, drive, size**2, READINGS)["multipliers"]
            for item in (before, after)
        ]
        found.append(
            Product(
                "two layers",
                name,
                after.corrected / unit,
                exact,
                {"multipliers": sum(spent), **crossing.energy},
                2 * READINGS * drive.settling + crossing.duration,
                time.perf_counter() - start,
                {multiplier.cell: 2 * size**2},
                layers=2,
            )
        )
    return found


def full_scale(size: int) -> float:
    """Return what a product of drawn operands seldom exceeds, in units of the exact product.

    The variance of whole numbers spread evenly over −a … a is a (a + 1) / 3.
    """
    variance = LARGEST_CODE * (LARGEST_CODE + 1) / 3.0 * LARGEST_INPUT * (LARGEST_INPUT + 1) / 3.0
    return CREST * math.sqrt(size * variance)
