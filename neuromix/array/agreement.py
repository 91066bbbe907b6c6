"""Whether circuits can stand on one die, and were characterized under one condition."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from neuromix.errors import BadValue, OutsideValidity
from neuromix.models.ideal import TYPED_IN
from neuromix.models.model import Model
from neuromix.units import celsius, render


def check_agreement(target: str, path: Iterable[Model], beside: Iterable[Model]) -> None:
    """Refuse circuits of several technologies, and warn where conditions differ along a path.

    A supply may differ on purpose, behind level shifters, and so may a corner or a temperature in a
    study; then nothing says what the circuits do together. A die has one technology.

    Parameters
    ----------
    target : str
        Name of the array.
    path : iterable of Model
        From the converter to the neuron; models that are typed in belong to no technology.
    beside : iterable of Model
        Of what is connected on the chip already.

    Raises
    ------
    BadValue

    Warns
    -----
    OutsideValidity
    """
    mine = [item for item in path if item.technology != TYPED_IN]
    every = [*mine, *(item for item in beside if item.technology != TYPED_IN)]
    if len({item.technology for item in every}) > 1:
        raise BadValue(
            f"chip: {target!r} would put circuits of several technologies on one die",
            dict.fromkeys(f"{item.cell} is of {item.technology}" for item in every),
            'nmx.model(name, "gf180mcu") for all of them, or a chip for each on an nmx.Board',
        )
    for name in ("supply", "corner", "temperature"):
        given = {item.cell: item.condition[name] for item in mine if name in item.condition}
        if len(set(given.values())) > 1:
            told = ", ".join(f"{cell} at {_said(name, value)}" for cell, value in given.items())
            warnings.warn(
                f"{target}: its circuits were characterized at different values of {name}: {told}; "
                "what one brings the other is not known there (models of one condition, or a "
                "level shifter that is accounted for)",
                OutsideValidity,
                stacklevel=3,
            )


def _said(name: str, value: str | float) -> str:
    if isinstance(value, str):
        return value
    return render(value, "V") if name == "supply" else f"{celsius(value):g} °C"
