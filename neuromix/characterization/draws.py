"""Draws of devices: plain numbers from the technology's laws, for each device of a deck.

Every number belongs to somebody: mismatch to a device of an instance, process to a type of device
of a die. A worker adds a shift of the threshold to the one that the model cards compute
(:data:`neuromix.engine.messages.SHIFTS`), so that a corner stays where it is; ``mulu0`` is a
factor, of which the cards have 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from neuromix.data.randomness import generator
from neuromix.declare import Technology
from neuromix.engine.job import Variation
from neuromix.engine.messages import SHIFTS, Alteration
from neuromix.errors import BadValue
from neuromix.netlist.deck import Transistor


class Draws(Sequence[Variation]):
    """Variations that alter the same parameters; each is made when it is asked for.

    Parameters
    ----------
    targets : sequence of (str, str) pairs
        Device and parameter.
    values : (samples, targets) ndarray
        In the units of the parameters.
    """

    def __init__(self, targets: Sequence[tuple[str, str]], values: NDArray[np.float64]) -> None:
        self._targets = tuple(targets)
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> Variation: ...
    @overload
    def __getitem__(self, index: slice) -> Draws: ...
    def __getitem__(self, index: int | slice) -> Variation | Draws:
        if isinstance(index, slice):
            return Draws(self._targets, self._values[index])
        values = self._values[index].tolist()
        return tuple(
            Alteration(*target, value) for target, value in zip(self._targets, values, strict=True)
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]


def mismatch_draws(
    technology: Technology,
    transistors: tuple[Transistor, ...],
    samples: int,
    seed: int,
    cell: str,
    instance: str = "campaign",
) -> Draws:
    """Draw threshold and mobility of each transistor for ``samples`` instances.

    Sample k is element k of one generator per (seed, cell, instance, device, parameter), so that
    more samples, another order or other workers change none of them.
    """
    targets: list[tuple[str, str]] = []
    values = np.empty((samples, 2 * len(transistors)))
    for device in transistors:
        law = technology.device(device.neutral).mismatch
        threshold, mobility = law.sigmas(device.width, device.length)
        for parameter, centre, sigma in (("delvto", 0.0, threshold), ("mulu0", 1.0, -mobility)):
            random = generator(seed, cell, instance, device.path, parameter)
            values[:, len(targets)] = centre + sigma * random.standard_normal(samples)
            targets.append((device.path, parameter))
    return Draws(targets, values)


def process_draws(
    technology: Technology,
    transistors: tuple[Transistor, ...],
    samples: int,
    seed: int,
    die: str = "campaign",
) -> Draws:
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
    targets: list[tuple[str, str]] = []
    values = np.empty((samples, 2 * len(transistors)))
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
            values[:, len(targets)] = centre + sigma * random.standard_normal(samples)
            targets.append((device.path, parameter))
    return Draws(targets, values)


def superposed(*draws: Sequence[Variation]) -> tuple[Variation, ...]:
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
