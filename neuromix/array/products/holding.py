"""For how long an analog weight memory holds what a product needs."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.products.analog import analog_product
from neuromix.array.products.operands import Operands
from neuromix.display.progress import Progress, quiet, watching
from neuromix.errors import BadValue, OutsideValidity
from neuromix.models.model import Model
from neuromix.units import number, render

SHORTEST, LONGEST = 1e-4, 1e3
"""s: between these the time is searched."""

HALVINGS = 10
"""Of the logarithm of a decade: to 0.2 %."""


@dataclass(frozen=True)
class HoldLimit:
    """For how long weights can be held.

    Parameters
    ----------
    bits : float
        That are lost by then.
    fresh_bits : float
        Effective bits of the product with fresh weights.
    time : float, s
        Infinite where they are not lost within 1000 s.
    extrapolated : bool
        Whether the memory was fitted to shorter holds only.
    """

    bits: float
    fresh_bits: float
    time: float
    extrapolated: bool

    def __str__(self) -> str:
        after = render(self.time, "s") if math.isfinite(self.time) else f"more than {LONGEST:g} s"
        note = ", beyond what the memory was fitted to" if self.extrapolated else ""
        return f"{self.fresh_bits:.1f} bits when fresh, {self.bits:g} fewer after {after}{note}"


def hold_limit(
    operands: Operands,
    multiplier: Model,
    memory: AnalogMemory,
    *,
    bits: float = 1.0,
    seed: int = 0,
    mismatch: bool = True,
    noise: bool = True,
    progress: Progress | None = None,
) -> HoldLimit:
    """Return when a product, offsets removed, has lost so many effective bits.

    A bit is lost where its error has doubled. The multipliers stay at the temperature that they
    were characterized at, whatever that of the memory.

    Parameters
    ----------
    operands : Operands
    multiplier : Model
    memory : AnalogMemory
    bits : float
    seed : int
        Of the die.
    mismatch, noise : bool
        Of multipliers and memory.
    progress : callable, optional
        Called with products done, how many it may take, and what goes on; by default a line in a
        notebook.

    Raises
    ------
    BadValue
        Where ``bits`` is not positive.
    """
    if not 0.0 < number(bits, "hold limit: bits") < math.inf:
        raise BadValue(f"hold limit: {bits!r} bits cannot be lost", cure="a positive number")

    with watching(progress, "products") as told:
        return _searched(operands, multiplier, memory, bits, seed, mismatch, noise, told)


def _searched(
    operands: Operands,
    multiplier: Model,
    memory: AnalogMemory,
    bits: float,
    seed: int,
    mismatch: bool,
    noise: bool,
    told: Progress,
) -> HoldLimit:
    decades = round(math.log10(LONGEST / SHORTEST)) + 1
    done = 0

    def effective_bits(hold: float, left: int) -> float:
        nonlocal done
        told(done, done + 1 + left, f"held for {render(hold, 's', 3)}")
        done += 1
        with warnings.catch_warnings():
            # What lies beyond the fit is said by the result.
            warnings.simplefilter("ignore", OutsideValidity)
            _, corrected = analog_product(
                operands,
                multiplier,
                seed=seed,
                memory=memory,
                hold=hold,
                mismatch=mismatch,
                noise=noise,
                progress=quiet,
            )
        return corrected.effective_bits

    fresh = effective_bits(0.0, decades + HALVINGS)
    wanted = fresh - bits
    known = memory.model.validity.get("hold")
    covered = known.high if known is not None else math.inf
    # Upwards in decades, because long holds of leaky weights are long to compute.
    high = SHORTEST
    while effective_bits(high, decades - done + HALVINGS) > wanted:
        if high > 0.9 * LONGEST:
            return HoldLimit(bits, fresh, math.inf, covered < LONGEST)
        high *= 10.0
    low = 0.1 * high
    for left in reversed(range(HALVINGS)):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if effective_bits(middle, left) > wanted else (low, middle)
    return HoldLimit(bits, fresh, high, high > covered)
