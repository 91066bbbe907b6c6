"""The job: one pair of operands, multiplied in as many forms as are asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.chip import Array
from neuromix.array.fetching import fetched_bytes
from neuromix.array.memory_limit import MemoryNeed, check_memory
from neuromix.array.memory_need import array_need
from neuromix.array.path import Path
from neuromix.array.products.analog import analog_product
from neuromix.array.products.digital import digital_product
from neuromix.array.products.estimating import spiking_seconds
from neuromix.array.products.operands import ROWS_AT_ONCE, Operands
from neuromix.array.products.product import Product
from neuromix.array.products.spiking import SpikingCells, SpikingDrive, spiking_product
from neuromix.array.simulation import run
from neuromix.display.progress import Progress, portion, quiet, watching
from neuromix.errors import BadValue, UnknownName
from neuromix.models.catalogue import model
from neuromix.models.model import Model
from neuromix.units import number

FORMS = ("digital", "analog", "spiking")
MEMORY_FORMS = ("digital", "analog")

INTERPRETER = 3.3e8
"""Bytes of Python, its libraries and the compiler where nothing is compiled yet: 300 MB."""

WORDS = 8
"""Bytes of a weight in spikes: a word, two in the chip's memory, two in the die's; and three while
the chip is put together."""

EVENT = 24
"""Bytes of an event while trains are made and sorted: number, time and address."""

SPIKE = 60
"""Bytes of a spike of an output, a time and an address where it was found, joined, in order: 32;
nearly as much again for what outputs of a die as built spike beyond the nominal one."""

LEAD = 20e-3
"""s: for so long a nominal neuron is run to see how many spikes there will be."""


@dataclass(frozen=True, eq=False)
class ProductCells:
    """Models of all cells that the job can be made of."""

    multiplier: Model
    memory: Model
    spiking: SpikingCells

    @classmethod
    def load(cls, technology: str = "gf180mcu") -> ProductCells:
        """Take them from the libraries."""
        return cls(
            model("gilbert_multiplier", technology),
            model("analog_memory", technology),
            SpikingCells(
                model("lif_neuron", technology),
                model("dpi_synapse", technology),
                model("dac_synapse", technology),
                model("address_event_stage", technology),
            ),
        )


def multiply(
    size: int,
    cells: ProductCells,
    *,
    forms: Collection[str] = FORMS,
    seed: int = 0,
    memory_form: str = "digital",
    hold: float = 0.0,
    calibrated: bool = True,
    limit: float | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    announce: Callable[[float], None] | None = None,
) -> list[Product]:
    """Draw operands and multiply them in several forms.

    Parameters
    ----------
    size : int
        Rows and columns of the matrix.
    cells : ProductCells
    forms : collection of str
        Of :data:`FORMS`.
    seed : int
        Of the operands, and of the die.
    memory_form : {"digital", "analog"}
        Where the analog form has its weights from.
    hold : float, s
        For how long an analog memory has held them.
    calibrated : bool
        Whether the spiking form is calibrated too.
    limit : float, optional
        Bytes that the job may take; most of this machine's memory by default.
    threads : int, optional
        Of the spiking form.
    progress : callable, optional
        Called with percents of a form that are done, 100, and what goes on; by default a line in a
        notebook.
    announce : callable, optional
        Is told beforehand how long the spiking form will take this machine, s. For that a piece of
        it is timed (:mod:`neuromix.array.products.estimating`).

    Raises
    ------
    UnknownName
        Where there is no such form.
    BadValue
        Where a value is out of range, or the job does not fit into the memory.
    """
    for form in forms:
        if form not in FORMS:
            raise UnknownName("form of a product", form, FORMS)
    if memory_form not in MEMORY_FORMS:
        raise UnknownName("form of a weight memory", memory_form, MEMORY_FORMS)
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
        raise BadValue(f"product: a matrix of size {size!r}", cure="a whole number from 1 on")
    analog_memory = AnalogMemory(cells.memory) if memory_form == "analog" else None
    if analog_memory is None and number(hold, "product: hold") != 0.0:
        raise BadValue(
            "product: a digital memory holds its weights without a change",
            cure="memory_form='analog', or no hold",
        )
    if analog_memory is not None and "analog" not in forms:
        raise BadValue(
            "product: only the analog form has its weights from an analog memory",
            ["converters of the spiking form, and digital multipliers, read digital words"],
            "forms with 'analog', or memory_form='digital'",
        )
    check_memory(f"product of size {size}", need(size, cells, forms), limit)
    operands = Operands.draw(size, seed)
    if announce is not None and "spiking" in forms:
        announce(
            spiking_seconds(
                operands,
                cells.spiking,
                SpikingDrive(),
                seed=seed,
                calibrated=calibrated,
                threads=threads,
            )
        )
    found: list[Product] = []
    with watching(progress, "%") as told:
        if "digital" in forms:
            found.append(digital_product(operands))
        if "analog" in forms:
            found += analog_product(
                operands,
                cells.multiplier,
                seed=seed,
                memory=analog_memory,
                hold=hold,
                progress=portion(told, "analog", 0.0, 100.0),
            )
        if "spiking" in forms:
            found += spiking_product(
                operands,
                cells.spiking,
                seed=seed,
                calibrated=calibrated,
                threads=threads,
                progress=told,
            )
    return found


def need(size: int, cells: ProductCells, forms: Collection[str]) -> MemoryNeed:
    """Return what the job takes at its peak, before anything of it is laid out."""
    parts: Mapping[str, float] = {
        "Python": INTERPRETER,
        "weights": float(size**2),
        "rows of the reference": 8.0 * min(size, ROWS_AT_ONCE) * size,
    }
    found = MemoryNeed(parts)
    if "spiking" not in forms:
        return found
    drive, spiking = SpikingDrive(), cells.spiking
    array = Array(spiking.neuron, size)
    path = Path(spiking.converter, spiking.synapse, pulse_width=drive.pulse_width)
    chip = array_need(array, path, drive.duration(size), drive.dt)
    duration = drive.duration(size)
    more = {
        "words": float(WORDS * size**2),
        "fetched pulses": fetched_bytes(2 * size, size),
        "events": EVENT * drive.events(size) * duration,
        "spikes": SPIKE * size * duration * _middle_rate(spiking, drive),
    }
    return found + chip + MemoryNeed(more)


def _middle_rate(cells: SpikingCells, drive: SpikingDrive) -> float:
    """Return how often a nominal output spikes without a product, Hz."""
    chip = cells.chip(
        np.zeros((1, 1), np.int8), drive, 0, bias=drive.bias, mismatch=False, noise=False
    )
    recording = run(chip, {}, duration=LEAD, dt=drive.dt, threads=1, progress=quiet)
    return len(recording.events["outputs"]) / LEAD
