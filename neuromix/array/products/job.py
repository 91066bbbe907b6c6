"""The job: one pair of operands, multiplied in as many forms as are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.chip import Array, Path
from neuromix.array.memory_limit import MemoryNeed, check_memory
from neuromix.array.memory_need import array_need
from neuromix.array.products.analog import analog_product
from neuromix.array.products.digital import digital_product
from neuromix.array.products.operands import ROWS_AT_ONCE, Operands
from neuromix.array.products.product import Product
from neuromix.array.products.spiking import SpikingCells, SpikingDrive, spiking_product
from neuromix.errors import BadValue, UnknownName
from neuromix.models.catalogue import model
from neuromix.models.model import Model
from neuromix.units import number

FORMS = ("digital", "analog", "spiking")
MEMORY_FORMS = ("digital", "analog")

CHECKING = 17
"""Bytes for each code while a chip checks its weights: two copies in 64 bit, and its own."""


EVENT = 24
"""Bytes of an event while trains are made and sorted: number, time and address."""


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
    found: list[Product] = []
    if "digital" in forms:
        found.append(digital_product(operands))
    if "analog" in forms:
        found += analog_product(
            operands,
            cells.multiplier,
            seed=seed,
            memory=analog_memory,
            hold=hold,
        )
    if "spiking" in forms:
        found += spiking_product(
            operands, cells.spiking, seed=seed, calibrated=calibrated, threads=threads
        )
    return found


def need(size: int, cells: ProductCells, forms: Collection[str]) -> MemoryNeed:
    """Return what the job takes at its peak, before anything of it is laid out."""
    parts: Mapping[str, float] = {
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
    events = EVENT * drive.events(size) * drive.duration(size)
    codes = {"spiking weights": 2.0 * CHECKING * size**2, "events": events}
    return found + chip + MemoryNeed(codes)
