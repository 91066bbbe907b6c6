"""The synapse path of an array: from the weight memory to the membrane."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from neuromix.errors import BadValue, OutsideValidity
from neuromix.models.model import Model
from neuromix.units import number, render

SETTLING = 5e-6
"""s: the 6-bit converter settles to 1 % within 4 µs at its smallest code, measured in SPICE
(docs/decisions/0004-synapse-cells.md)."""


@dataclass(frozen=True)
class Path:
    """The circuits between the weight memory and a membrane, and how they are clocked.

    Parameters
    ----------
    converter, synapse : Model
        What makes the weight current, and what integrates it.
    setup : float, s
        From the arrival of an event to its pulse: reading the memory, settling the converter.
    pulse_width : float, s
        For how long the weight current flows into the synapse.
    """

    converter: Model
    synapse: Model
    setup: float = SETTLING
    pulse_width: float = 2e-6

    @property
    def busy(self) -> float:
        """For how long one event occupies it, s."""
        return self.setup + self.pulse_width


def path_of(through: object, pulse_width: float, setup: float) -> Path:
    """Return the path that a user asks for, checked."""
    if not isinstance(through, tuple) or len(through) != 2:
        raise BadValue(
            f"chip: through={type(through).__name__} is not two models",
            cure='through=(nmx.model("dac_synapse"), nmx.model("dpi_synapse"))',
        )
    converter, synapse = through
    check_role(converter, ("converter",), "through=(converter, synapse)")
    check_role(synapse, ("synapse",), "through=(converter, synapse)")
    pulse_width = number(pulse_width, "chip: pulse_width")
    setup = number(setup, "chip: setup")
    if not (0.0 < pulse_width < np.inf and 0.0 <= setup < np.inf):
        raise BadValue(
            f"chip: pulse_width {pulse_width!r} s and setup {setup!r} s cannot be clocked",
            cure="a positive pulse_width and a setup of 0 or more",
        )
    return Path(converter, synapse, setup, pulse_width)


def check_pulse(target: str, path: Path) -> None:
    """Warn where a pulse is longer or shorter than any that a circuit was characterized with."""
    for item in (path.converter, path.synapse):
        limits = item.validity.get("width")
        if limits is not None and not limits.low <= path.pulse_width <= limits.high:
            warnings.warn(
                f"{target}: pulses of {render(path.pulse_width, 's')} through {item.cell}, which "
                f"was characterized from {render(limits.low, 's')} to {render(limits.high, 's')} "
                "(another pulse_width, or other weights)",
                OutsideValidity,
                stacklevel=3,
            )


def check_role(model: Model, roles: tuple[str, ...], where: str) -> None:
    """Refuse what is not the model of a circuit of one of these roles."""
    if not isinstance(model, Model):
        raise BadValue(
            f"{where}: {type(model).__name__} is not a model", cure="neuromix.model(name)"
        )
    if model.dynamics.role not in roles:
        raise BadValue(
            f"{where}: {model.cell} is a {model.dynamics.role or 'cell without a role'}",
            cure=f"the model of a {roles[0]}",
        )
