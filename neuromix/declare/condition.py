"""Under what a cell is simulated: one condition, and a plan of many."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ROOM_TEMPERATURE = 300.15
"""27 °C in kelvin, ngspice's own nominal temperature."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One corner, temperature (K), supply (V; None is nominal) and kind of bias."""

    corner: str = "tt"
    temperature: float = ROOM_TEMPERATURE
    supply: float | None = None
    ideal_bias: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The product of corners, temperatures and supplies, and how many mismatch draws.

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
    """

    corner: Sequence[str] = ("tt",)
    temperature: Sequence[float] = (ROOM_TEMPERATURE,)
    supply: Sequence[float] = ()
    samples: int = 0
    mismatch_everywhere: bool = False
    ideal_bias: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("corner", "temperature", "supply"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition, corners outermost."""
        for corner, temperature, supply in itertools.product(
            self.corner, self.temperature, self.supply or (None,)
        ):
            yield Condition(corner, temperature, supply, self.ideal_bias)
