"""Mismatch draws: plain numbers from the technology's law, for each device of a deck."""

from __future__ import annotations

import numpy as np

from neuromix.data.randomness import generator
from neuromix.declare import Technology
from neuromix.engine.job import Variation
from neuromix.engine.messages import Alteration
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
    more samples, another order or other workers change none of them. ngspice's ``alter`` is
    absolute: the cards of the technologies at hand have a nominal ``delvto`` of 0 and ``mulu0`` of
    1, as their wrappers state.
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
