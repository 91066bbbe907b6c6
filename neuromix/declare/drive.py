"""What a bench connects to a port: sources and the waveforms that they follow.

Any number in a waveform may be the name of a bench parameter instead, or ``"supply"``; it is
resolved when the deck is composed, so that one declaration serves a whole sweep.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from neuromix.errors import UnknownName

Number = float | str


def resolve(number: Number, values: Mapping[str, float]) -> float:
    """Return the number, or the value of the parameter that it names."""
    if isinstance(number, str):
        if number not in values:
            raise UnknownName("bench parameter", number, values)
        return values[number]
    return float(number)


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value at all times."""

    value: Number

    def points(self, values: Mapping[str, float]) -> tuple[tuple[float, float], ...]:
        """Return the corners of the waveform, as (s, SI) pairs."""
        return ((0.0, resolve(self.value, values)),)


@dataclass(frozen=True, slots=True)
class Step:
    """From ``before`` to ``after`` at time ``at``, in ``rise`` seconds."""

    after: Number
    before: Number = 0.0
    at: Number = 1e-6
    rise: Number = 1e-9

    def points(self, values: Mapping[str, float]) -> tuple[tuple[float, float], ...]:
        """Return the corners of the waveform, as (s, SI) pairs."""
        at, rise = resolve(self.at, values), resolve(self.rise, values)
        before, after = resolve(self.before, values), resolve(self.after, values)
        return ((0.0, before), (at, before), (at + rise, after))


@dataclass(frozen=True, slots=True)
class Pulses:
    """``count`` pulses of ``width`` (measured between half heights), one every ``period``."""

    high: Number
    width: Number
    period: Number
    count: Number = 1
    low: Number = 0.0
    at: Number = 1e-6
    rise: Number = 1e-8

    def points(self, values: Mapping[str, float]) -> tuple[tuple[float, float], ...]:
        """Return the corners of the waveform, as (s, SI) pairs."""
        low, high = resolve(self.low, values), resolve(self.high, values)
        rise, width = resolve(self.rise, values), resolve(self.width, values)
        at, period = resolve(self.at, values), resolve(self.period, values)
        corners = [(0.0, low)]
        for k in range(round(resolve(self.count, values))):
            start = at + k * period
            corners += [
                (start, low),
                (start + rise, high),
                (start + width, high),
                (start + width + rise, low),
            ]
        return tuple(corners)


@dataclass(frozen=True, slots=True)
class Sine:
    """``centre + amplitude sin(2π frequency t)``, straight between ``count`` even times."""

    centre: Number
    amplitude: Number
    frequency: Number
    duration: Number
    count: Number = 501

    def points(self, values: Mapping[str, float]) -> tuple[tuple[float, float], ...]:
        """Return the corners of the waveform, as (s, SI) pairs."""
        centre, amplitude = resolve(self.centre, values), resolve(self.amplitude, values)
        frequency, count = resolve(self.frequency, values), round(resolve(self.count, values))
        step = resolve(self.duration, values) / (count - 1)
        times = [k * step for k in range(count)]
        return tuple(
            (t, centre + amplitude * math.sin(2.0 * math.pi * frequency * t)) for t in times
        )


@dataclass(frozen=True, slots=True)
class Points:
    """Straight lines between corners."""

    times: tuple[float, ...]
    values: tuple[float, ...]

    def points(self, values: Mapping[str, float]) -> tuple[tuple[float, float], ...]:  # noqa: ARG002
        """Return the corners of the waveform, as (s, SI) pairs."""
        return tuple(zip(self.times, self.values, strict=True))


Waveform = Constant | Step | Pulses | Sine | Points


@dataclass(frozen=True, slots=True)
class Current:
    """An ideal current source that pushes its current **into** ``port``."""

    port: str
    waveform: Waveform


@dataclass(frozen=True, slots=True)
class Voltage:
    """An ideal voltage source from ``port`` to ground."""

    port: str
    waveform: Waveform


@dataclass(frozen=True, slots=True)
class Hold:
    """A voltage that holds ``port`` for direct current and leaves it open to signals.

    An inductor so large that no frequency of interest sees it; for noise at an operating point that
    the cell would not keep by itself.
    """

    port: str
    value: Number


@dataclass(frozen=True, slots=True)
class Load:
    """An ideal capacitor from ``port`` to ground: a wire, or the gates that hang on it; F."""

    port: str
    capacitance: Number


@dataclass(frozen=True, slots=True)
class Echo:
    """An ideal source that gives ``port`` what the port ``of`` showed ``delay`` seconds ago.

    A receiver that answers a handshake: it loads nothing, and its edges are those that it is given.
    """

    port: str
    of: str
    delay: Number


Drive = Current | Voltage | Hold | Load | Echo
