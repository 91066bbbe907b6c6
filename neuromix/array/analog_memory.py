"""Weights held as charge: a differential voltage on two characterized sample-and-hold capacitors.

Sampling adds the pedestal of the switch and thermal noise of variance kT/C on each capacitor (the
equipartition of its energy: H. Nyquist, "Thermal agitation of electric charge in conductors", 1928,
for a resistor and a capacitor). Then both leak away. What both lose alike is common mode, which a
multiplier hardly sees; what is left are the difference of their levels and that of two instances.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.compiling import kept
from neuromix.data.arrays import floats
from neuromix.data.randomness import generator
from neuromix.errors import BadValue, OutsideValidity
from neuromix.models.families.gilbert_cell import X_COMMON
from neuromix.models.families.switched_memory import (
    REFERENCE_TEMPERATURE,
    Dynamics,
    leakage,
    sampled,
)
from neuromix.models.model import Model
from neuromix.units import BOLTZMANN, number, render

Floats = NDArray[np.float64]

LARGEST_STEP = 2e-3
"""V, that a node moves in one step of the integration: a tenth of the knees of its leakage."""

LARGEST_PART = 0.5
"""Of a node's own time constant in one step, where it has nearly come to rest."""

PROBE = 1e-3
"""V, over which that time constant is found."""

NEGLIGIBLE = 1e-10
"""V, that the rest of a hold may be off by: a node that has come to rest."""

SHORTEST, LONGEST = 1e-6, 1e3
"""s: between these the time of a refresh is searched."""

HALVINGS = 40
"""Of the logarithm of that interval."""


@dataclass(frozen=True)
class AnalogMemory:
    """How weights are held.

    Parameters
    ----------
    model : Model
        Of a ``switched_memory``.
    common : float, V
        Mean of both capacitors; that of the upper pairs of a multiplier by default.
    parked : float, V, optional
        Where the line that writes them waits in the meantime; half the supply by default.
    temperature : float, K

    Raises
    ------
    BadValue
        Where the model is none of a memory, or was not fitted at these voltages or temperatures.
    """

    model: Model
    common: float = X_COMMON
    parked: float | None = None
    temperature: float = REFERENCE_TEMPERATURE

    def __post_init__(self) -> None:
        if not isinstance(self.model, Model) or not isinstance(self.model.dynamics, Dynamics):
            raise BadValue(
                "analog memory: the model is not one of held voltages",
                cure='nmx.model("analog_memory")',
            )
        self._within("level", self.common, "common mode")
        self._within("v_in", self.line, "parked line")
        self._within("temperature", self.temperature, "temperature")

    @property
    def line(self) -> float:
        """Voltage of the input during the hold, V."""
        return 0.5 * self.model.nominal("ceiling") if self.parked is None else self.parked

    def hold(
        self,
        values: ArrayLike,
        seed: int = 0,
        *owner: str | int,
        mismatch: bool = True,
        noise: bool = True,
    ) -> HeldWeights:
        """Sample differential voltages.

        Parameters
        ----------
        values : (n,) array, V
        seed : int
        *owner : str or int
            Whose capacitors they are; pair k depends on ``(seed, owner, k)`` alone.
        mismatch : bool
            Whether pairs differ.
        noise : bool
            Whether sampling adds thermal noise.

        Raises
        ------
        BadValue
            Where a level is outside what the model was fitted to.
        """
        wanted = floats(values, "analog memory: values").ravel()
        levels = self.common + 0.5 * np.stack([wanted, -wanted])
        for extreme in (float(levels.min(initial=np.inf)), float(levels.max(initial=-np.inf))):
            if np.isfinite(extreme):
                self._within("level", extreme, "level")
        n = len(wanted)
        cells = np.stack(
            [
                (
                    self.model.sample(n, seed, *owner, "memory", side)
                    if mismatch
                    else self.model.dynamics
                ).matrix(n)
                for side in ("positive", "negative")
            ]
        )
        start = np.asarray(_sampled(levels, cells, self.temperature))
        if noise:
            random = generator(seed, *owner, "memory", "sampling").standard_normal((n, 2)).T
            start = start + random * np.sqrt(BOLTZMANN * self.temperature / cells[:, :, 0])
        return HeldWeights(self, wanted, start, cells)

    def _within(self, name: str, value: float, what: str) -> None:
        number(value, f"analog memory: {what}")
        known = self.model.validity.get(name)
        if not math.isfinite(value) or (known and not known.low <= value <= known.high):
            unit = known.unit if known else ""
            raise BadValue(
                f"analog memory: {what} {render(value, unit)}",
                [f"fitted from {render(known.low, unit)} to {render(known.high, unit)}"]
                if known
                else [],
                "stay within it",
            )


@dataclass(frozen=True, eq=False)
class Held:
    """What is left of weights after a while.

    Parameters
    ----------
    differential, common : (n,) ndarray, V
    refresh_energy : float, J
        What the supply gives to restore what was lost: C V_c |Δv| for each capacitor. What opens
        and closes the gates, and drives the line, is not characterized and not counted.
    """

    differential: Floats
    common: Floats
    refresh_energy: float


@dataclass(frozen=True, eq=False)
class HeldWeights:
    """Weights from the moment at which their gates have opened.

    Parameters
    ----------
    memory : AnalogMemory
    wanted : (n,) ndarray, V
        Differential voltages that were written.
    start : (2, n) ndarray, V
        Both capacitors with pedestal and noise.
    cells : (2, n, parameters) ndarray
        As :meth:`neuromix.models.family.Family.matrix` has them.
    """

    memory: AnalogMemory
    wanted: Floats
    start: Floats
    cells: Floats

    def levels(self, time: float) -> Floats:
        """Return both capacitors after ``time`` seconds, V, shape (2, n).

        Warns
        -----
        OutsideValidity
            Where the model was not fitted to holds of that length.
        """
        if not 0.0 <= number(time, "analog memory: time") < math.inf:
            raise BadValue(f"analog memory: weights cannot be held for {time!r} s")
        known = self.memory.model.validity.get("hold")
        if known is not None and time > known.high:
            warnings.warn(
                f"weights held for {render(time, 's')}: the model was fitted up to "
                f"{render(known.high, 's')}",
                OutsideValidity,
                stacklevel=2,
            )
        return self._levels(float(time))

    def after(self, time: float) -> Held:
        """Return what is left after ``time`` seconds."""
        levels = self.levels(time)
        lost = np.abs(self.start - levels)
        return Held(
            levels[0] - levels[1],
            0.5 * (levels[0] + levels[1]),
            float(np.sum(lost * self.cells[:, :, 0] * self.cells[:, :, 1])),
        )

    def refresh_period(self, resolution: float) -> float:
        """Return for how long the rms of what is lost stays below ``resolution`` (V), s.

        What is lost is counted differentially, from the moment after sampling: the pedestal comes
        back with each refresh. At most 1000 s; a time beyond the fit is extrapolated.
        """
        if not number(resolution, "analog memory: resolution") > 0.0:
            raise BadValue(f"analog memory: a resolution of {resolution!r} V is not positive")
        at_first = self.start[0] - self.start[1]
        low, high = math.log(SHORTEST), math.log(LONGEST)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            positive, negative = self._levels(math.exp(middle))
            lost = float(np.sqrt(np.mean((positive - negative - at_first) ** 2)))
            low, high = (middle, high) if lost < resolution else (low, middle)
        return math.exp(low)

    def _levels(self, time: float) -> Floats:
        memory = self.memory
        return np.asarray(_held(self.start, self.cells, memory.line, memory.temperature, time))


@kept()
def _sampled(levels: Floats, cells: Floats, temperature: float) -> Floats:
    """Return held voltages once the gates are open, shape (2, n)."""
    found = np.empty_like(levels)
    for side in range(levels.shape[0]):
        for k in range(levels.shape[1]):
            found[side, k] = sampled(levels[side, k], temperature, cells[side, k])
    return found


@kept()
def _held(start: Floats, cells: Floats, line: float, temperature: float, duration: float) -> Floats:
    """Return held voltages, shape (2, n): Runge-Kutta steps as long as a node allows."""
    found = start.copy()
    for side in range(found.shape[0]):
        for k in range(found.shape[1]):
            p = cells[side, k]
            v, left = found[side, k], duration
            while left > 0.0:
                first = -leakage(v, line, temperature, p) / p[0]
                if abs(first) * left < NEGLIGIBLE:
                    v += first * left
                    break
                ahead = v + PROBE
                steeper = (leakage(ahead, line, temperature, p) / p[0] + first) / PROBE
                h = min(left, LARGEST_STEP / abs(first))
                if steeper * h > LARGEST_PART:
                    h = LARGEST_PART / steeper
                second = -leakage(v + 0.5 * h * first, line, temperature, p) / p[0]
                third = -leakage(v + 0.5 * h * second, line, temperature, p) / p[0]
                fourth = -leakage(v + h * third, line, temperature, p) / p[0]
                v += h / 6.0 * (first + 2.0 * (second + third) + fourth)
                left -= h
            found[side, k] = v
    return found
