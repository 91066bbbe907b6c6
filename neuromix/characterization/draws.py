"""Draws of devices: plain numbers from the technology's laws, for each device of a deck.

Every number belongs to somebody: mismatch to a device of an instance, process to a type of device
of a die. A worker adds a shift of the threshold to the one that the model cards compute
(:data:`neuromix.engine.messages.SHIFTS`), so that a corner stays where it is; ``mulu0`` is a
factor, of which the cards have 1.
"""

from __future__ import annotations

import numpy as np

from neuromix.data.randomness import generator
from neuromix.declare import Technology
from neuromix.engine.job import Variation
from neuromix.engine.messages import SHIFTS, Alteration
from neuromix.errors import BadValue
from neuromix.netlist.deck import Transistor


def mismatch_draws(
    technology: Technology,
    transistors: tuple[Transistor, ...],
    samples: int,
    seed: int,
    cell: str,
    instance: str = "campaign",
) -> tuple[Variation, ...]:
    """Draw threshold and mobility of each transistor for ``samples`` instances.

    Sample k is element k of one generator per (seed, cell, instance, device, parameter), so that
    more samples, another order or other workers change none of them.
    """
    columns: list[list[Alteration]] = [[] for _ in range(samples)]
    for device in transistors:
        law = technology.device(device.neutral).mismatch
        threshold, mobility = law.sigmas(device.width, device.length)
        for parameter, centre, sigma in (("delvto", 0.0, threshold), ("mulu0", 1.0, -mobility)):
            random = generator(seed, cell, instance, device.path, parameter)
            values = centre + sigma * random.standard_normal(samples)
            for row, value in zip(columns, np.asarray(values), strict=True):
                row.append(Alteration(device.path, parameter, float(value)))
    return tuple(tuple(row) for row in columns)


def process_draws(
    technology: Technology,
    transistors: tuple[Transistor, ...],
    samples: int,
    seed: int,
    die: str = "campaign",
) -> tuple[Variation, ...]:
    """Draw threshold and mobility of each type of device for ``samples`` dies.

    All transistors of a type share the numbers of their die, whatever their size; the types are
    drawn one by one. Sample k is element k of one generator per (seed, die, technology, type,
    parameter): the cell has no part in it, so that two cells of one die agree.

    Raises
    ------
    BadValue
        Where the technology declares no variation from die to die.
    """
    laws = dict(technology.process)
    columns: list[list[Alteration]] = [[] for _ in range(samples)]
    for device in transistors:
        if device.neutral not in laws:
            raise BadValue(
                f"{technology.name} declares no variation of its {device.neutral} from die to die",
                cure="process corners, or a ProcessLaw in the declaration of the technology",
            )
        law = laws[device.neutral]
        for parameter, centre, sigma in (
            ("delvto", 0.0, law.threshold),
            ("mulu0", 1.0, law.mobility),
        ):
            random = generator(seed, die, technology.name, device.neutral, parameter)
            values = centre + sigma * random.standard_normal(samples)
            for row, value in zip(columns, values, strict=True):
                row.append(Alteration(device.path, parameter, float(value)))
    return tuple(tuple(row) for row in columns)


def superposed(*draws: tuple[Variation, ...]) -> tuple[Variation, ...]:
    """Return the variations under which several kinds of draws act together.

    Shifts add up, factors multiply; each parameter stands where the first kind has it.
    """
    rows = []
    for together in zip(*draws, strict=True):
        values: dict[tuple[str, str], float] = {}
        for item in (alteration for variation in together for alteration in variation):
            key = item.device, item.parameter
            if key not in values:
                values[key] = item.value
            elif item.parameter in SHIFTS:
                values[key] += item.value
            else:
                values[key] *= item.value
        rows.append(tuple(Alteration(*key, value) for key, value in values.items()))
    return tuple(rows)
