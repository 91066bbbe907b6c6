"""Rows of analog multipliers: a four-quadrant multiplier for each weight, a wire for each row.

The vector is applied to the lower pairs as a differential voltage, the weight to the upper ones;
the output currents of a row are added by a wire that is held at a fixed voltage. The drivers know
the tanh of the nominal cell: their voltages are such that nominal products are linear. Instances
are drawn row by row, so that a matrix of any size needs the memory of one row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.memory import LARGEST_CODE
from neuromix.array.products.operands import LARGEST_INPUT
from neuromix.data.randomness import generator
from neuromix.display.progress import Progress, quiet
from neuromix.errors import BadValue
from neuromix.models.families.gilbert_cell import X_COMMON, Dynamics, Inputs
from neuromix.models.family import Values
from neuromix.models.model import Model
from neuromix.units import number, render

Floats = NDArray[np.float64]

NOISE_AT = 20e-3
"""V, of y: where the recipe of the cell refers the noise of its output to x."""

LOWEST_FREQUENCY = 1.0
"""Hz, as in :mod:`neuromix.array.noise`: slower flicker is an offset, and belongs to mismatch."""

POINTS = 4000
"""Of the quadrature over frequency."""


@dataclass(frozen=True)
class MultiplierDrive:
    """How the multipliers are driven and read.

    Parameters
    ----------
    weight_span, vector_span : float, V
        Differential voltage of the largest code; in the box that the model was fitted in.
    bandwidth : float, Hz
        Of the first-order low-pass through which a row is read; up to where the model was fitted.
    settled_bits : float
        The output is read when its exponential, from rest, has come within half a step of so many
        bits.
    """

    weight_span: float = 0.1
    vector_span: float = 0.1
    bandwidth: float = 10e3
    settled_bits: float = 8.0

    @property
    def settling(self) -> float:
        """From a new vector to the reading, s: ln(2**(bits + 1)) time constants."""
        return (self.settled_bits + 1.0) * math.log(2.0) / (2.0 * math.pi * self.bandwidth)

    def check(self, model: Model) -> None:
        """Refuse a model that is no multiplier, or was not fitted where it would be driven.

        Raises
        ------
        BadValue
        """
        if not isinstance(model.dynamics, Dynamics):
            raise BadValue(
                f"product: {model.cell} is no four-quadrant multiplier",
                cure='nmx.model("gilbert_multiplier")',
            )
        for name, value, unit in (
            ("x", self.weight_span, "V"),
            ("y", self.vector_span, "V"),
            ("frequency", self.bandwidth, "Hz"),
        ):
            largest = model.validity[name].high if name in model.validity else math.inf
            if not 0.0 < number(value, f"product: {name}") <= largest:
                raise BadValue(
                    f"product: {name} up to {render(value, unit)}",
                    [f"{model.cell} was fitted up to {render(largest, unit)}"],
                    "stay above 0 and within it",
                )
        if not 0.0 < number(self.settled_bits, "product: settled_bits") < math.inf:
            raise BadValue(f"product: settled to {self.settled_bits!r} bits")


USUAL = MultiplierDrive()
"""Over the whole box that the cell was characterized in, read to eight bits."""


@dataclass(frozen=True, eq=False)
class Readings:
    """Currents of all rows, with a vector and with zeros.

    Parameters
    ----------
    vector, corrected : (rows,) ndarray, A
        The reading of the vector, and that less the reading of zeros; settled as far as they are,
        with noise.
    charge : (float, float), C
        Of all outputs, in one reading and in both.
    refreshed : float, J
        What an analog memory takes to restore what its weights have lost.
    """

    vector: Floats
    corrected: Floats
    charge: tuple[float, float]
    refreshed: float = 0.0

    def energy(
        self, model: Model, drive: MultiplierDrive, instances: int, readings: int
    ) -> dict[str, float]:
        """Return what so many multipliers take for one reading or two, J."""
        standing = readings * drive.settling * model.energy.static_power * instances
        moved = model.energy.per_output_charge * self.charge[readings - 1]
        return {"multipliers": standing + moved}


def read_rows(
    weights: NDArray[np.int8],
    volts: Floats,
    model: Model,
    drive: MultiplierDrive,
    seed: int,
    *owner: str | int,
    trial: int = 0,
    memory: AnalogMemory | None = None,
    hold: float = 0.0,
    mismatch: bool = True,
    noise: bool = True,
    told: Progress = quiet,
) -> Readings:
    """Read rows of multipliers.

    Parameters
    ----------
    weights : (rows, n) ndarray of int8
        Codes.
    volts : (n,) ndarray, V
        Differential, at the lower pairs.
    model : Model
        Of a ``gilbert_cell``.
    drive : MultiplierDrive
    seed : int
        Of the die; the multiplier in row j and column k depends on ``(seed, owner, j, k)`` alone.
    *owner : str or int
        Whose rows they are.
    trial : int
        Another trial on the same die has other noise.
    memory : AnalogMemory, optional
        Where weights are held on capacitors.
    hold : float, s
        For how long.
    mismatch, noise : bool
    told : callable
        Called with rows done and all rows.
    """
    drive.check(model)
    nominal = model.dynamics
    assert isinstance(nominal, Dynamics)
    source = model if mismatch else replace(model, mismatch=model.mismatch.scaled(0.0))
    rows, n = weights.shape
    currents, refreshed = np.empty((2, rows)), 0.0
    for row, codes in enumerate(weights):
        x = spread_out(codes / LARGEST_CODE, drive.weight_span, nominal.x_slope)
        common = np.asarray(X_COMMON)
        if memory is not None:
            written = memory.hold(x, seed, *owner, row, mismatch=mismatch, noise=noise)
            held = written.after(hold)
            x, common = held.differential, held.common
            refreshed += held.refresh_energy
        cells = source.sample(n, seed, *owner, "multiplier", row)
        assert isinstance(cells, Dynamics)
        for reading, y in enumerate((volts, np.zeros_like(volts))):
            currents[reading, row] = cells.output(Inputs(x, y, common)).sum()
        told(row + 1, rows, "rows")
    settled = currents * (1.0 - 2.0 ** -(drive.settled_bits + 1.0))
    random = generator(seed, *owner, "reading", trial).standard_normal((2, rows))
    sigmas = reading_noise(model, drive) if noise else (0.0, 0.0)
    once, twice = (
        sigma * math.sqrt(n) * deviates for sigma, deviates in zip(sigmas, random, strict=True)
    )
    moved = drive.settling * currents.sum(axis=1)
    return Readings(
        settled[0] + once,
        settled[0] - settled[1] + twice,
        (float(moved[0]), float(moved.sum())),
        refreshed,
    )


def spread_out(shares: NDArray[np.float64], span: float, slope: Values) -> Floats:
    """Return differential voltages whose tanh is linear in shares of the largest code, V.

    Parameters
    ----------
    shares : (n,) ndarray, −1 … 1
    span : float, V
        Of the largest.
    slope : float, 1/V
        k of the nominal pair.
    """
    return np.asarray(np.arctanh(shares * np.tanh(slope * span)) / slope)


def unit_current(model: Model, drive: MultiplierDrive) -> float:
    """Return the current of a nominal multiplier for a product of 1 · 1, A."""
    x = math.tanh(model.nominal("x_slope") * drive.weight_span)
    y = math.tanh(model.nominal("y_slope") * drive.vector_span)
    return model.nominal("tail_current") * x * y / (LARGEST_CODE * LARGEST_INPUT)


def reading_noise(model: Model, drive: MultiplierDrive) -> tuple[float, float]:
    """Return the rms noise of one multiplier in one reading, and in the difference of two, A.

    Noise of density S(f) behind a first-order low-pass H of corner B has the variance ∫ S |H|² df,
    which is S π B / 2 where it is white; the difference of two readings T apart has
    ∫ S |H|² 4 sin²(π f T) df (Wiener and Khinchin). The density is that at y = 20 mV, where the
    cell was characterized; it is taken for all inputs.
    """
    nominal = model.dynamics
    assert isinstance(nominal, Dynamics)
    x, y = np.array([-1e-4, 1e-4]), np.array(NOISE_AT)
    low, high = nominal.output(Inputs(x, y))
    slope = (high - low) / (x[1] - x[0])
    density, corner, apart = model.noise, drive.bandwidth, drive.settling
    white = density.white * 0.5 * math.pi * corner
    doubled = white * 2.0 * (1.0 - math.exp(-2.0 * math.pi * corner * apart))
    f = np.geomspace(min(LOWEST_FREQUENCY, corner), 100.0 * corner, POINTS)
    flicker = density.flicker / f**density.exponent / (1.0 + (f / corner) ** 2)
    once = white + float(np.trapezoid(flicker, f))
    twice = doubled + float(np.trapezoid(flicker * 4.0 * np.sin(math.pi * f * apart) ** 2, f))
    return float(slope * math.sqrt(once)), float(slope * math.sqrt(twice))
