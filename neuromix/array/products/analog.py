"""The analog form: a multiplier for each weight, rows read once or twice."""

from __future__ import annotations

import time

from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.products.multipliers import (
    USUAL,
    MultiplierDrive,
    read_rows,
    spread_out,
    unit_current,
)
from neuromix.array.products.operands import LARGEST_INPUT, Operands
from neuromix.array.products.product import Product
from neuromix.display.progress import Progress, watching
from neuromix.models.model import Model
from neuromix.units import render


def analog_product(
    operands: Operands,
    model: Model,
    *,
    seed: int = 0,
    trial: int = 0,
    drive: MultiplierDrive = USUAL,
    memory: AnalogMemory | None = None,
    hold: float = 0.0,
    mismatch: bool = True,
    noise: bool = True,
    progress: Progress | None = None,
) -> tuple[Product, Product]:
    """Multiply with one multiplier for each weight.

    Parameters
    ----------
    operands : Operands
    model : Model
        Of a ``gilbert_cell``.
    seed : int
        Of the die; the multiplier in row j and column k depends on ``(seed, j, k)`` alone.
    trial : int
        Another trial on the same die has other noise.
    drive : MultiplierDrive
    memory : AnalogMemory, optional
        Where weights are held on capacitors; by default they come from a digital memory through
        converters without an error.
    hold : float, s
        For how long the capacitors have held them.
    mismatch, noise : bool
    progress : callable, optional
        Called with rows done, all rows, and what goes on; by default a line in a notebook.

    Returns
    -------
    (Product, Product)
        As built, and with what a vector of zeros gives on the same die taken away: two readings,
        twice the time and the energy, white noise twice.
    """
    start = time.perf_counter()
    drive.check(model)
    shares = operands.vector / LARGEST_INPUT
    with watching(progress, "rows") as told:
        readings = read_rows(
            operands.weights,
            spread_out(shares, drive.vector_span, model.nominal("y_slope")),
            model,
            drive,
            seed,
            "product",
            trial=trial,
            memory=memory,
            hold=hold,
            mismatch=mismatch,
            noise=noise,
            told=told,
        )
    unit, cells = unit_current(model, drive), operands.size**2
    instances = {model.cell: cells}
    if memory is not None:
        instances[memory.model.cell] = 2 * cells
    held = "" if memory is None else f", held for {render(hold, 's')}"
    seconds = time.perf_counter() - start
    products = []
    for count, correction, signal in (
        (1, "as built", readings.vector),
        (2, "offset removed", readings.corrected),
    ):
        duration = count * drive.settling
        energy = readings.energy(model, drive, cells, count)
        if memory is not None:
            energy["refresh"] = readings.refreshed * min(1.0, duration / hold) if hold else 0.0
        products.append(
            Product(
                "analog",
                correction + held,
                signal / unit,
                operands.exact,
                energy,
                duration,
                seconds,
                instances,
            )
        )
    return products[0], products[1]
