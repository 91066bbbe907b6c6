"""The drawn parameters of a deck's transistors, as coordinates of unit variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.budget import ELEMENT
from neuromix.declare import Technology
from neuromix.engine.job import Variation
from neuromix.engine.messages import Alteration
from neuromix.netlist.deck import Transistor


@dataclass(frozen=True)
class MismatchParameter:
    """One number of one transistor that differs between instances.

    Parameters
    ----------
    device : str
        Path in the deck.
    element : str
        Name in the netlist.
    name : str
        ``"delvto"``, V, or ``"mulu0"``, a factor.
    centre, sigma : float
        Of its normal distribution.
    """

    device: str
    element: str
    name: str
    centre: float
    sigma: float


def mismatch_parameters(
    technology: Technology, transistors: tuple[Transistor, ...]
) -> tuple[MismatchParameter, ...]:
    """Return what varies, by the laws of the technology; a parameter without spread is left out."""
    found = []
    for device in transistors:
        law = technology.device(device.neutral).mismatch
        threshold, mobility = law.sigmas(device.width, device.length)
        element = device.path.split(".")[ELEMENT]
        for name, centre, sigma in (("delvto", 0.0, threshold), ("mulu0", 1.0, mobility)):
            if sigma > 0.0:
                found.append(MismatchParameter(device.path, element, name, centre, sigma))
    return tuple(found)


def variations(
    parameters: tuple[MismatchParameter, ...], z: NDArray[np.float64]
) -> tuple[Variation, ...]:
    """Return the alterations that set draws ``z``, (n, p) in sigmas."""
    return tuple(
        tuple(
            Alteration(item.device, item.name, float(item.centre + item.sigma * value))
            for item, value in zip(parameters, row, strict=True)
        )
        for row in z
    )


def in_sigmas(
    parameters: tuple[MismatchParameter, ...], drawn: tuple[Variation, ...]
) -> NDArray[np.float64]:
    """Return what given variations are in sigmas, (n, p); the inverse of :func:`variations`."""
    rows = []
    for variation in drawn:
        values = {(item.device, item.parameter): item.value for item in variation}
        rows.append(
            [(values[item.device, item.name] - item.centre) / item.sigma for item in parameters]
        )
    return np.array(rows, dtype=np.float64).reshape(len(drawn), len(parameters))
