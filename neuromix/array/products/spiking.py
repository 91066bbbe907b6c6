"""The spiking form: a rate-coded vector, weight converters and synapses, neurons that count.

Each entry of the vector has two addresses, one for each sign, of which at most one spikes, in
regular trains; the second has the negated weights. Outputs are neurons with a constant current
that puts their rate at zero in the middle of its range. They are read by counting spikes for a
window.

Two curvatures of nominal cells are taken into account as a designer would: a synapse makes more of
a large code than in proportion, so that words are chosen whose effect is in proportion to the
weight; and the rate of a neuron bends with its current, so that counts are read through a parabola.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from neuromix.array.calibration import calibrate
from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.fabric import Fabric
from neuromix.array.memory import LARGEST_CODE
from neuromix.array.pixels import phases
from neuromix.array.products.curves import RateCurve, fit_rates, proportional_words
from neuromix.array.products.operands import LARGEST_INPUT, Operands
from neuromix.array.products.product import Product
from neuromix.array.simulation import run
from neuromix.data.events import Events
from neuromix.display.progress import Progress, portion, quiet, watching
from neuromix.errors import BadValue
from neuromix.models.model import Model
from neuromix.units import number

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SpikingDrive:
    """How the vector is coded and how outputs are read.

    Parameters
    ----------
    events_per_second : float, 1/s
        Of all sources together, for entries that are spread evenly. All converters of the array
        serve each event, so that it sets the mean current of the synapses whatever the size.
    full_size : int
        Size from which on there are as many. The currents that a product is made of fall with the
        root of the size against their mean; smaller matrices have fewer events, as the root of
        their size, so that products stay in the range of the neurons.
    spikes : float
        Of a source of the largest entry, in the window.
    settling : float, s
        From the first events to the window; five time constants of the synapse.
    pulse_width : float, s
        Of a weight current.
    bias : float, A
        Constant current into each neuron.
    dt : float, s
        Step of the simulation.
    nominal_outputs, nominal_vectors : int
        To how many outputs of nominal neurons, and how many vectors, the common curve is fitted.
    vectors : int
        To how many other vectors zero and slope of each neuron of a die are fitted.
    """

    events_per_second: float = 30e3
    full_size: int = 512
    spikes: float = 16.0
    settling: float = 25e-3
    pulse_width: float = 1e-6
    bias: float = 2e-9
    dt: float = 20e-6
    nominal_outputs: int = 64
    nominal_vectors: int = 2
    vectors: int = 8

    def __post_init__(self) -> None:
        for item in fields(self):
            value = number(getattr(self, item.name), f"spiking drive: {item.name}")
            lowest = 0.0 if item.name in ("settling", "bias") else math.ulp(0.0)
            if not lowest <= value < math.inf:
                raise BadValue(
                    f"spiking drive: {item.name} is {value!r}", cure="a finite value above 0"
                )

    def events(self, size: int) -> float:
        """Return how many events a second there are for a matrix of that size."""
        return self.events_per_second * min(1.0, math.sqrt(size / self.full_size))

    def rate(self, size: int) -> float:
        """Return the rate of the largest entry, Hz: twice the mean of evenly spread ones."""
        return 2.0 * self.events(size) / size

    def window(self, size: int) -> float:
        """Return for how long spikes are counted, s."""
        return self.spikes / self.rate(size)

    def duration(self, size: int) -> float:
        """Return for how long the chip runs, s."""
        return self.settling + self.window(size)

    def encode(self, vector: NDArray[np.int64]) -> Events:
        """Return the trains of a vector; the second half of the addresses are negative entries."""
        size = len(vector)
        shares = np.concatenate([np.maximum(vector, 0), np.maximum(-vector, 0)]) / LARGEST_INPUT
        rate, phase = shares * self.rate(size), phases(2 * size)
        count = np.maximum(np.ceil(rate * self.duration(size) - phase), 0.0).astype(np.int64)
        address = np.repeat(np.arange(2 * size), count)
        number = np.arange(len(address)) - np.repeat(np.cumsum(count) - count, count)
        return Events.sort((number + phase[address]) / rate[address], address)


@dataclass(frozen=True, eq=False)
class SpikingCells:
    """Models of what the spiking form is made of."""

    neuron: Model
    synapse: Model
    converter: Model
    stage: Model

    def chip(
        self,
        weights: NDArray[np.int8],
        drive: SpikingDrive,
        seed: int,
        *,
        bias: float,
        mismatch: bool = True,
        noise: bool = True,
    ) -> Chip:
        """Return a chip that multiplies with these rows of a matrix, shape (outputs, entries)."""
        outputs, entries = weights.shape
        chip = Chip(seed, Fabric(stage=self.stage))
        chip.add("entries", SpikeSource(2 * entries))
        chip.add("outputs", Array(self.neuron, outputs, noise, mismatch, bias))
        chip.connect(
            "entries",
            "outputs",
            weights=np.concatenate([weights.T, -weights.T]),
            through=(self.converter, self.synapse),
            pulse_width=drive.pulse_width,
        )
        return chip


def spiking_product(
    operands: Operands,
    cells: SpikingCells,
    *,
    seed: int = 0,
    trial: int = 0,
    drive: SpikingDrive = SpikingDrive(),
    mismatch: bool = True,
    noise: bool = True,
    calibrated: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Product, ...]:
    """Multiply with spikes.

    Parameters
    ----------
    operands : Operands
    cells : SpikingCells
    seed : int
        Of the die.
    trial : int
        Another trial on the same die has other noise.
    drive : SpikingDrive
    mismatch, noise : bool
    calibrated : bool
        Whether to find trims (:mod:`neuromix.array.calibration`) and a fit for each neuron too.
    threads : int, optional
        See :func:`neuromix.array.simulation.run`.
    progress : callable, optional
        Called with percents done, 100, and what goes on; by default a line in a notebook.

    Returns
    -------
    tuple of Product
        As built, read through the curve of nominal neurons; with trims; with trims, and zero and
        slope of each neuron fitted to other vectors on the same die. Time and energy are those of
        one product, without what finding trims and fits has taken.

    Raises
    ------
    BadValue
        Where the matrix is so large that a source cannot spike, or no output answers.
    """
    with watching(progress, "%") as told:
        return tuple(
            _products(
                operands, cells, seed, trial, drive, mismatch, noise, calibrated, threads, told
            )
        )


def _products(
    operands: Operands,
    cells: SpikingCells,
    seed: int,
    trial: int,
    drive: SpikingDrive,
    mismatch: bool,
    noise: bool,
    calibrated: bool,
    threads: int | None,
    told: Progress,
) -> Iterator[Product]:
    start = time.perf_counter()
    # The die is run as built, with trims, and with each vector; a calibration is as long as one.
    stages = itertools.pairwise(np.linspace(0.0, 100.0, (drive.vectors + 4) if calibrated else 2))
    _, (growth,) = fit_rates(*_nominal(operands, operands.weights, cells, drive, threads))
    words = proportional_words(operands.weights, growth)
    rates, exact, _ = _nominal(operands, words, cells, drive, threads)
    curve, _ = fit_rates(rates, exact)
    chip = cells.chip(words, drive, seed, bias=drive.bias, mismatch=mismatch, noise=noise)
    as_built = portion(told, "spiking, as built", *next(stages))
    reading = _play(chip, operands.vector, drive, trial, threads, as_built)
    yield _product(operands, cells, reading, "as built", curve, start)
    if not calibrated:
        return
    # Calibration switches the constant current off: it adds to what a test line is to do.
    calibrating = portion(told, "spiking, calibrating", *next(stages))
    chip = chip.with_trims(calibrate(chip, progress=calibrating).trims)
    trimmed = portion(told, "spiking, trimmed", *next(stages))
    reading = _play(chip, operands.vector, drive, trial, threads, trimmed)
    yield _product(operands, cells, reading, "trimmed", curve, start)
    vectors = operands.others(drive.vectors)
    others = []
    for k, vector in enumerate(vectors):
        fitting = portion(told, f"spiking, vector {k + 1} of {len(vectors)}", *next(stages))
        others.append(_play(chip, vector, drive, trial + 1 + k, threads, fitting).rates)
    own = curve.refitted(np.stack([operands.times(v) for v in vectors]), np.stack(others))
    yield _product(operands, cells, reading, "trimmed, each fitted", own, start)


@dataclass(frozen=True, eq=False)
class _Reading:
    """What is read of a run: rates of the outputs, Hz, and what it took, J and s; no spikes."""

    rates: Floats
    energy: dict[str, float]
    duration: float


def _play(
    chip: Chip,
    vector: NDArray[np.int64],
    drive: SpikingDrive,
    trial: int,
    threads: int | None,
    progress: Progress = quiet,
) -> _Reading:
    recording = run(
        chip,
        {"entries": drive.encode(vector)},
        duration=drive.duration(len(vector)),
        dt=drive.dt,
        trial=trial,
        threads=threads,
        progress=progress,
    )
    counted = recording.events["outputs"].between(drive.settling, recording.duration)
    rates = counted.counts(recording.sizes["outputs"]) / (recording.duration - drive.settling)
    return _Reading(np.asarray(rates), dict(recording.energy), recording.duration)


def _nominal(
    operands: Operands,
    words: NDArray[np.int8],
    cells: SpikingCells,
    drive: SpikingDrive,
    threads: int | None,
) -> tuple[Floats, Floats, Floats]:
    """Return rates of nominal neurons with these words, their products, and those of w |w| / 63."""
    rows = words[: drive.nominal_outputs]
    chip = cells.chip(rows, drive, 0, bias=drive.bias, mismatch=False, noise=False)
    vectors = operands.others(drive.nominal_vectors)
    rates = np.concatenate([_play(chip, v, drive, 0, threads).rates for v in vectors])
    weights = operands.weights[: len(rows)].astype(np.float64)
    grown = weights * np.abs(weights) / LARGEST_CODE
    exact, more = (np.concatenate([w @ v for v in vectors]) for w in (weights, grown))
    return rates, exact, more


def _product(
    operands: Operands,
    cells: SpikingCells,
    reading: _Reading,
    correction: str,
    curve: RateCurve,
    start: float,
) -> Product:
    if not np.all(curve.slope > 0.0):
        silent = int(np.sum(curve.slope <= 0.0))
        raise BadValue(
            f"product: {silent} of {operands.size} spiking outputs do not answer",
            cure="SpikingDrive with more events_per_second, or more vectors",
        )
    size = operands.size
    return Product(
        "spiking",
        correction,
        curve.products(reading.rates),
        operands.exact,
        {name.partition(".")[2]: spent for name, spent in reading.energy.items()},
        reading.duration,
        time.perf_counter() - start,
        {
            cells.neuron.cell: size,
            cells.synapse.cell: 2 * size,
            cells.converter.cell: 2 * size,
        },
    )
