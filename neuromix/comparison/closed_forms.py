"""Certified references: what is computed from a formula, and was never recorded.

Each is a frozen value with the circuit's quantities, a method ``at`` that is its formula, and a
``waveform`` of straight lines that is as near to the formula as asked. They are compared like any
reference, with one difference: nobody can update them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neuromix.comparison.piecewise import Floats
from neuromix.comparison.thinning import sampled
from neuromix.comparison.tolerance import Tolerance
from neuromix.comparison.waveform import FINER, Waveform

COARSE = 1e-3
"""Of the span: how near the formula is drawn before its span is known."""


@dataclass(frozen=True)
class ClosedForm:
    """A quantity over time that a formula gives; what all of them can do."""

    unit: ClassVar[str] = "V"

    def at(self, time: Floats) -> Floats:
        """Return the values at ``time`` (n,), s; shape (n,)."""
        raise NotImplementedError

    def knots(self) -> Floats:
        """Return the times at which the formula is not smooth, s."""
        raise NotImplementedError

    def waveform(self, start: float, stop: float, tolerance: Tolerance) -> Waveform:
        """Return straight lines from ``start`` to ``stop`` (s), within a tenth of the tolerance."""
        inside = self.knots()
        knots = np.unique(
            np.concatenate([[start], inside[(inside > start) & (inside < stop)], [stop]])
        )
        rough = self.at(np.linspace(start, stop, 101))
        error = COARSE * (float(np.ptp(rough)) or float(np.abs(rough).max()))
        first = Waveform(*sampled(self.at, knots, error), self.unit)
        return Waveform(*sampled(self.at, knots, FINER * first.amplitude(tolerance)), self.unit)


@dataclass(frozen=True)
class RCStep(ClosedForm):
    """Voltage of a capacitor that is charged, or discharged, through a resistor.

    The solution of ``RC dv/dt = source - v`` for a source that goes from ``before`` to ``after`` in
    a straight line of length ``rise``. With ``u = t - moment`` and ``k = (after - before) / rise``:

        v = before + k (u - RC (1 - exp(-u / RC)))                  while 0 <= u <= rise
        v = after - k RC (exp(rise / RC) - 1) exp(-u / RC)          from then on

    which is ``after + (before - after) exp(-u / RC)`` for a step. With ``after = 0`` a discharge.

    Parameters
    ----------
    resistance, capacitance : float
        Ω and F.
    before, after : float
        Of the source, V; the capacitor begins at ``before``.
    moment : float
        At which the source begins to move, s.
    rise : float
        How long it moves, s.
    """

    resistance: float
    capacitance: float
    before: float = 0.0
    after: float = 1.0
    moment: float = 0.0
    rise: float = 0.0

    def at(self, time: Floats) -> Floats:
        """Return the capacitor's voltage (n,), V."""
        constant = self.resistance * self.capacitance
        since = np.maximum(time - self.moment, 0.0) / constant
        length, height = self.rise / constant, self.after - self.before
        gained = np.expm1(length) / length if length else 1.0
        settled = self.after - height * gained * np.exp(-since)
        if not length:
            return np.asarray(settled)
        rising = self.before + height / length * (since + np.expm1(-since))
        return np.where(since < length, rising, settled)

    def knots(self) -> Floats:
        """Return the ends of the source's movement."""
        return np.array([self.moment, self.moment + self.rise])


@dataclass(frozen=True)
class Integral(ClosedForm):
    """Output of an ideal integrator of a current, or of a voltage through a transconductance.

    ``v(t) = initial + (gain / C) ∫ x dt``, with ``x`` straight between given points, so that v is
    a parabola between them.

    Parameters
    ----------
    capacitance : float
        F.
    times, values : tuple of float
        Corners of the input, s and A (V with a gain in A/V); constant before and after.
    gain : float
        1 for a current; A/V for a voltage.
    initial : float
        At the first corner, V.
    """

    capacitance: float
    times: tuple[float, ...]
    values: tuple[float, ...]
    gain: float = 1.0
    initial: float = 0.0

    def at(self, time: Floats) -> Floats:
        """Return the voltage (n,), V."""
        corners, inputs = np.array(self.times), np.array(self.values)
        begun = np.concatenate(
            [[0.0], np.cumsum(0.5 * (inputs[1:] + inputs[:-1]) * np.diff(corners))]
        )
        last = np.clip(np.searchsorted(corners, time, side="right") - 1, 0, len(corners) - 1)
        here = np.interp(time, corners, inputs)
        integral = begun[last] + 0.5 * (inputs[last] + here) * (time - corners[last])
        return np.asarray(self.initial + self.gain / self.capacitance * integral)

    def knots(self) -> Floats:
        """Return the corners of the input."""
        return np.array(self.times)


@dataclass(frozen=True)
class TranslinearProduct(ClosedForm):
    """Output current of a translinear loop: ``I_out = I_x I_y / I_reference``.

    The product of the currents through the junctions that face one way equals that of the others
    (B. Gilbert, "Translinear circuits: a proposed classification", Electronics Letters 11, 1975);
    exact for exponential devices of one temperature without base currents and resistances.

    Parameters
    ----------
    times : tuple of float
        Corners of both inputs, s.
    x, y : tuple of float
        Input currents at the corners, A; straight between them.
    reference : float
        A.
    """

    unit: ClassVar[str] = "A"

    times: tuple[float, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    reference: float

    def at(self, time: Floats) -> Floats:
        """Return the output current (n,), A."""
        x, y = (np.interp(time, self.times, values) for values in (self.x, self.y))
        return np.asarray(x * y / self.reference)

    def knots(self) -> Floats:
        """Return the corners of the inputs."""
        return np.array(self.times)
