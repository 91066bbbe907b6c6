"""Converters at the borders of layers: analog to digital, digital to analog, one instance each.

Where there are characterized cells they are made of them: a current is compared bit by bit with
that of a weight converter (successive approximation), the difference falls on a resistor, and a
comparator tells its sign. Else they are made of typed-in numbers, and say so.

INL and DNL are terminal-based (IEEE Std 1241-2010): the line goes through the first and the last
decision level, or output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.path import SETTLING
from neuromix.data.arrays import floats, numeric
from neuromix.data.randomness import generator
from neuromix.errors import BadValue
from neuromix.measure.resolution import noise_in_band
from neuromix.models.families import binary_weighted_dac, slewing_comparator
from neuromix.models.model import Model
from neuromix.units import number

Floats = NDArray[np.float64]

TYPED_IN = "typed in, of no circuit"

LARGEST_BITS = 16

SWING = 0.4
"""V, over the resistor at full scale: 0.7 … 1.1 V, where the comparator was characterized."""

LOWEST_FREQUENCY = 1.0
"""Hz; slower flicker is an offset, and offsets belong to mismatch."""


@dataclass(frozen=True, eq=False)
class AnalogToDigital:
    """One converter from numbers to codes, by successive approximation.

    Parameters
    ----------
    thresholds : (2**bits − 1,) ndarray
        Decision levels; a value above the k-th and below the next has the code k + 1.
    full_scale : float
        From code 0 to beyond the largest, in the unit of the values; from 0 on.
    noise : float
        Rms of each decision, same unit.
    energy_per_conversion : float, J
    rate : float, 1/s
        Conversions.
    origin : str
        Where the figures come from.
    """

    thresholds: Floats
    full_scale: float
    noise: float
    energy_per_conversion: float
    rate: float
    origin: str

    def __post_init__(self) -> None:
        levels = floats(self.thresholds, "converter: thresholds")
        count = levels.size + 1
        if levels.ndim != 1 or count < 2 or count & (count - 1) or count > 2**LARGEST_BITS:
            raise BadValue(
                f"converter: {levels.shape} thresholds", cure="2**bits - 1 of them, up to 16 bits"
            )
        _check(self.full_scale, self.noise, self.energy_per_conversion, self.rate)

    @classmethod
    def typed_in(
        cls,
        bits: int,
        full_scale: float,
        *,
        noise: float = 0.0,
        inl: float = 0.0,
        energy_per_conversion: float = 0.0,
        rate: float = 1e6,
    ) -> AnalogToDigital:
        """Return a converter of typed-in numbers.

        Parameters
        ----------
        bits : int
        full_scale, noise, energy_per_conversion, rate
            See the class.
        inl : float
            Largest integral nonlinearity, in steps: a parabola between the ends.
        """
        count = _count(bits)
        step = number(full_scale, "converter: full_scale") / count
        ideal = np.arange(1, count) * step
        bow = _bow(count - 1) * number(inl, "converter: inl") * step
        return cls(ideal + bow, full_scale, noise, energy_per_conversion, rate, TYPED_IN)

    @classmethod
    def from_cells(
        cls, comparator: Model, converter: Model, bits: int, seed: int = 0, *owner: str | int
    ) -> AnalogToDigital:
        """Return one of a die, for a current.

        Thresholds are the currents of the converter's sink and the offset of the comparator over a
        resistor without an error, on which full scale makes 0.4 V. A decision is given the time
        that the comparator takes at an overdrive of one step, slewing b / (r tanh k d)
        (:mod:`neuromix.models.families.slewing_comparator`), and what it has not decided by then
        counts as below: that moves all thresholds by a step. So long it averages its noise,
        which has the bandwidth 1/(2T) of an average over T. The converter's own noise is not
        characterized, and the sampling of the input is not counted.

        Parameters
        ----------
        comparator, converter : Model
        bits : int
            Up to those of the converter; its least ones are left out.
        seed : int
        *owner : str or int
            Whose converter it is.
        """
        if not isinstance(comparator.dynamics, slewing_comparator.Dynamics):
            raise BadValue(
                f"converter: {comparator.cell} is no comparator", cure='nmx.model("comparator")'
            )
        table, nominal = _sink(converter, bits, seed, *owner)
        full_scale = _full_scale(nominal)
        resistor = SWING / full_scale
        overdrive = full_scale / len(table)
        drawn = comparator.sample(1, seed, *owner, "comparator")
        assert isinstance(drawn, slewing_comparator.Dynamics)
        offset, delay = _decision(drawn, overdrive * resistor)
        _, typical = _decision(comparator.dynamics, overdrive * resistor)
        # All instances are clocked alike; the slow ones decide later than the typical one.
        late = overdrive * delay / typical
        law = comparator.noise
        band = max(0.5 / typical, 10.0 * LOWEST_FREQUENCY)
        noise = noise_in_band(law.white, law.flicker, law.exponent, LOWEST_FREQUENCY, band)
        period = bits * (SETTLING + typical)
        standing = (comparator.energy.static_power + converter.energy.static_power) * period
        moved = converter.energy.per_output_charge * 0.5 * full_scale * period
        events = bits * (comparator.energy.per_event + converter.energy.per_event)
        return cls(
            table[1:] - table[0] + offset / resistor + late,
            full_scale,
            noise / resistor,
            standing + moved + events,
            1.0 / period,
            f"{comparator.cell} and {converter.cell} in {converter.technology}",
        )

    @property
    def bits(self) -> int:
        """Of a code."""
        return (len(self.thresholds) + 1).bit_length() - 1

    @property
    def step(self) -> float:
        """Of the ideal converter, in the unit of the values."""
        return self.full_scale / (len(self.thresholds) + 1)

    def convert(self, values: ArrayLike, seed: int = 0, *owner: str | int) -> NDArray[np.int64]:
        """Return the codes of values, same shape; each decision has a noise of its own.

        Parameters
        ----------
        values : array
            Beyond the ends they get the codes of the ends.
        seed : int
        *owner : str or int
            Whose noise it is; another owner has other noise.
        """
        given = floats(values, "converter: values")
        random = generator(seed, *owner, "conversion")
        codes = np.zeros(given.shape, np.int64)
        for bit in reversed(range(self.bits)):
            tried = codes + (1 << bit)
            level = self.thresholds[tried - 1] + self.noise * random.standard_normal(given.shape)
            codes = np.where(given >= level, tried, codes)
        return codes

    def values(self, codes: ArrayLike) -> Floats:
        """Return the middles of ideal steps, in the unit of the values."""
        return np.asarray((numeric(codes, "converter: codes") + 0.5) * self.step)

    def calibrated_values(self, codes: ArrayLike) -> Floats:
        """Return the middles of steps of this instance's own line, in the unit of the values.

        The line goes through its first and its last decision level, as a calibration at two points
        finds it: offset and gain are taken away, INL is left.
        """
        if self.bits == 1:
            own, first = self.step, self.thresholds[0]
        else:
            first, last = self.thresholds[[0, -1]]
            own = (last - first) / (len(self.thresholds) - 1)
        return np.asarray(first + (numeric(codes, "converter: codes") - 0.5) * own)

    def inl(self) -> Floats:
        """Return how far each decision level is off the line, in steps of it."""
        return _inl(self.thresholds)

    def dnl(self) -> Floats:
        """Return by how much each step between decision levels is too long, in steps."""
        return _dnl(self.thresholds)

    def energy(self, conversions: int) -> float:
        """Return what so many conversions take, J."""
        return conversions * self.energy_per_conversion


@dataclass(frozen=True, eq=False)
class DigitalToAnalog:
    """One converter from codes to numbers.

    Parameters
    ----------
    levels, nominal_levels : (2**bits,) ndarray
        Output of each code: of this instance, and of the one that its users expect.
    noise : float
        Rms of each output, same unit.
    energy_per_conversion : float, J
    rate : float, 1/s
    origin : str
        Where the figures come from.
    """

    levels: Floats
    nominal_levels: Floats
    noise: float
    energy_per_conversion: float
    rate: float
    origin: str

    def __post_init__(self) -> None:
        levels = floats(self.levels, "converter: levels")
        count = levels.size
        if levels.ndim != 1 or count < 2 or count & (count - 1) or count > 2**LARGEST_BITS:
            raise BadValue(f"converter: {levels.shape} levels", cure="2**bits, up to 16 bits")
        if floats(self.nominal_levels, "converter: nominal levels").shape != levels.shape:
            raise BadValue("converter: an instance has other codes than it is expected to have")
        _check(float(np.ptp(levels)), self.noise, self.energy_per_conversion, self.rate)

    @classmethod
    def typed_in(
        cls,
        bits: int,
        full_scale: float,
        *,
        noise: float = 0.0,
        inl: float = 0.0,
        energy_per_conversion: float = 0.0,
        rate: float = 1e6,
    ) -> DigitalToAnalog:
        """Return a converter of typed-in numbers; see :meth:`AnalogToDigital.typed_in`."""
        count = _count(bits)
        step = number(full_scale, "converter: full_scale") / count
        ideal = np.asarray(np.arange(count) * step, np.float64)
        bow = _bow(count) * number(inl, "converter: inl") * step
        return cls(ideal + bow, ideal, noise, energy_per_conversion, rate, TYPED_IN)

    @classmethod
    def from_cells(
        cls, converter: Model, bits: int, seed: int = 0, *owner: str | int
    ) -> DigitalToAnalog:
        """Return one of a die: the settled sink currents of a weight converter, A.

        Its noise is not characterized and 0 here; energy is that at half scale.
        """
        table, nominal = _sink(converter, bits, seed, *owner)
        law = converter.energy
        standing = law.static_power * SETTLING
        moved = law.per_output_charge * 0.5 * _full_scale(nominal) * SETTLING
        return cls(
            table,
            nominal,
            0.0,
            standing + moved + law.per_event,
            1.0 / SETTLING,
            f"{converter.cell} in {converter.technology}",
        )

    @property
    def bits(self) -> int:
        """Of a code."""
        return len(self.levels).bit_length() - 1

    def convert(self, codes: ArrayLike, seed: int = 0, *owner: str | int) -> Floats:
        """Return the outputs of codes, same shape, each with a noise of its own.

        Raises
        ------
        BadValue
            Where a code is none.
        """
        given = numeric(codes, "converter: codes")
        if given.dtype.kind not in "iu" or (
            given.size and not 0 <= given.min() <= given.max() < len(self.levels)
        ):
            raise BadValue(f"converter: codes are whole numbers from 0 to {len(self.levels) - 1}")
        random = generator(seed, *owner, "conversion").standard_normal(given.shape)
        return np.asarray(self.levels[given] + self.noise * random)

    def inl(self) -> Floats:
        """Return how far each output is off the line, in steps of it."""
        return _inl(self.levels)

    def dnl(self) -> Floats:
        """Return by how much each step is too long, in steps."""
        return _dnl(self.levels)

    def energy(self, conversions: int) -> float:
        """Return what so many conversions take, J."""
        return conversions * self.energy_per_conversion


def _sink(model: Model, bits: int, seed: int, *owner: str | int) -> tuple[Floats, Floats]:
    """Return the sink currents of an instance and of the nominal cell, A, shape (2**bits,)."""
    if not isinstance(model.dynamics, binary_weighted_dac.Dynamics):
        raise BadValue(f"converter: {model.cell} makes no current of a code")
    if _count(bits) > 2**binary_weighted_dac.BITS:
        raise BadValue(
            f"converter: {bits} bits of {model.cell}, which has {binary_weighted_dac.BITS}"
        )
    drawn = model.sample(1, seed, *owner, "converter")
    assert isinstance(drawn, binary_weighted_dac.Dynamics)
    kept = slice(None, None, 2 ** (binary_weighted_dac.BITS - bits))
    return drawn.table("sink")[0, kept], model.dynamics.table("sink")[0, kept]


def _full_scale(table: Floats) -> float:
    """Return what one step more than the largest code would make."""
    return float((table[-1] - table[0]) * len(table) / (len(table) - 1))


def _decision(cell: slewing_comparator.Dynamics, overdrive: float) -> tuple[float, float]:
    """Return offset, V, and time of a decision at that overdrive, s."""
    offset, slope, rate, below, inverter, output = (
        float(np.ravel(value)[0])
        for value in (
            cell.offset,
            cell.input_slope,
            cell.slew_rate,
            cell.swing_below,
            cell.inverter_time,
            cell.output_delay,
        )
    )
    return offset, below / (rate * math.tanh(slope * overdrive)) + inverter + output


def _count(bits: int) -> int:
    if isinstance(bits, bool) or not isinstance(bits, (int, np.integer)):
        raise BadValue(f"converter: {bits!r} is not a number of bits")
    if not 1 <= bits <= LARGEST_BITS:
        raise BadValue(f"converter: {bits} bits", cure=f"1 … {LARGEST_BITS}")
    return 1 << int(bits)


def _bow(count: int) -> Floats:
    """Return a parabola of height 1 that is 0 at both ends, shape (count,)."""
    place = np.linspace(0.0, 1.0, count) if count > 1 else np.zeros(1)
    return np.asarray(4.0 * place * (1.0 - place))


def _inl(levels: Floats) -> Floats:
    if len(levels) < 2:
        return np.zeros(len(levels))
    step = (levels[-1] - levels[0]) / (len(levels) - 1)
    return np.asarray((levels - levels[0]) / step - np.arange(len(levels)))


def _dnl(levels: Floats) -> Floats:
    return np.diff(_inl(levels))


def _check(full_scale: float, noise: float, energy: float, rate: float) -> None:
    for name, value, positive in (
        ("full scale", full_scale, True),
        ("noise", noise, False),
        ("energy per conversion", energy, False),
        ("rate", rate, True),
    ):
        if not 0.0 <= number(value, f"converter: {name}") < math.inf or (positive and not value):
            raise BadValue(
                f"converter: {name} is {value!r}", cure="a finite value, above 0 or not below it"
            )
