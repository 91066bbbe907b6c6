"""Under what a cell is simulated: one condition, and a plan of many."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from neuromix.errors import BadValue
from neuromix.units import number

ROOM_TEMPERATURE = 300.15
"""27 °C in kelvin, ngspice's own nominal temperature."""

COLDEST = 100.0
"""K; less is a temperature in degrees Celsius that was not converted."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One corner, temperature (K), supply (V; None is nominal) and kind of bias."""

    corner: str = "tt"
    temperature: float = ROOM_TEMPERATURE
    supply: float | None = None
    ideal_bias: bool = False

    def __post_init__(self) -> None:
        number(self.temperature, "condition: temperature")
        if self.supply is not None:
            number(self.supply, "condition: supply")


@dataclass(frozen=True, slots=True)
class Plan:
    """Corners, temperatures and supplies, and how many mismatch draws.

    Parameters
    ----------
    corner : sequence of str
        Process corners.
    temperature : sequence of float
        K.
    supply : sequence of float, optional
        V; empty is the nominal supply.
    samples : int
        Mismatch draws at the first corner and the temperature nearest to 27 °C, or everywhere.
    mismatch_everywhere : bool
        Whether draws are simulated at every condition.
    ideal_bias : bool
        Ideal gate voltages in the place of the bias replicas.
    seed : int
        Root of all random numbers.
    star : bool
        Only the home condition and those that differ from it in one axis, not the whole product.
    """

    corner: Sequence[str] = ("tt",)
    temperature: Sequence[float] = (ROOM_TEMPERATURE,)
    supply: Sequence[float] = ()
    samples: int = 0
    mismatch_everywhere: bool = False
    ideal_bias: bool = False
    seed: int = 1
    star: bool = False

    def __post_init__(self) -> None:
        for name in ("corner", "temperature", "supply"):
            given = getattr(self, name)
            several = (
                given if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
            )
            object.__setattr__(self, name, tuple(several))
        if not self.corner or not self.temperature:
            raise BadValue("a plan needs a corner and a temperature", cure='corner=["tt"]')
        for name in ("temperature", "supply"):
            for value in getattr(self, name):
                number(value, f"plan: {name}")
        if self.samples != int(number(self.samples, "plan: samples")) or self.samples < 0:
            raise BadValue(
                f"a plan of {self.samples} samples", cure="0, or a whole number of draws"
            )
        if min(self.temperature) < COLDEST:
            raise BadValue(
                f"a plan at {min(self.temperature):g} K", cure="kelvin in Python: 27 °C is 300.15"
            )

    def _repr_html_(self) -> str:
        from neuromix.declare.sheets import plan_sheet

        return plan_sheet(self).html()

    @property
    def home(self) -> Condition:
        """Where training, mismatch and noise are run.

        The first corner, the temperature nearest to 27 °C and the middle one of the supplies.
        """
        temperature = min(self.temperature, key=lambda t: abs(t - ROOM_TEMPERATURE))
        supply = sorted(self.supply)[(len(self.supply) - 1) // 2] if self.supply else None
        return Condition(self.corner[0], temperature, supply, self.ideal_bias)

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition, corners outermost."""
        home = self.home
        for corner, temperature, supply in itertools.product(
            self.corner, self.temperature, self.supply or (None,)
        ):
            moved = (corner != home.corner, temperature != home.temperature, supply != home.supply)
            if not self.star or sum(moved) <= 1:
                yield Condition(corner, temperature, supply, self.ideal_bias)
