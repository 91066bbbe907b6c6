"""What the simulator is asked to do, and with which tolerances."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from neuromix.declare.drive import Number


@dataclass(frozen=True, slots=True)
class Settings:
    """Tolerances of ngspice that give true event times.

    The defaults of ngspice put 20 to 30 % of false jitter on a neuron's inter-spike interval;
    these leave about 1e-4. ``docs/decisions/0002-true-settings.md`` has the measurement.

    Parameters
    ----------
    reltol, abstol, vntol, chgtol, trtol, gmin : float
        As in the ngspice manual, chapter "Simulator Variables"; SI units.
    method : str
        ``"trap"`` or ``"gear"``.
    """

    reltol: float = 1e-5
    abstol: float = 1e-17
    vntol: float = 1e-7
    chgtol: float = 1e-18
    trtol: float = 1.0
    gmin: float = 1e-18
    method: str = "trap"

    def tighter(self, factor: float = 10.0) -> Settings:
        """Return settings whose tolerances are ``factor`` times smaller."""
        return dataclasses.replace(
            self,
            reltol=self.reltol / factor,
            vntol=self.vntol / factor,
            chgtol=self.chgtol / factor,
        )

    def other_method(self) -> Settings:
        """Return the same tolerances with the other integration method."""
        return dataclasses.replace(self, method="gear" if self.method == "trap" else "trap")

    def options(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs of an ngspice ``.options`` line."""
        return tuple(
            (item.name, str(getattr(self, item.name))) for item in dataclasses.fields(self)
        )


NGSPICE_DEFAULTS = Settings(
    reltol=1e-3, abstol=1e-12, vntol=1e-6, chgtol=1e-14, trtol=7.0, gmin=1e-12, method="trap"
)
"""What ngspice does when nobody says otherwise; kept to show, in a test, what it costs."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The direct-current solution."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Direct-current solutions while the constant drives of some ports move together.

    Each port in ``ports`` stands at the value of its drive plus ``gain`` times the swept value, so
    that ``(("x1", 0.5), ("x2", -0.5))`` is a differential voltage around a common mode.

    Parameters
    ----------
    ports : tuple of (str, float) pairs
        Ports and their gains; all of them are driven by voltages, or all by currents.
    start, stop : float or str
        First and last swept value, start below stop; V or A.
    points : float or str
        How many values, evenly spaced, both ends included.
    """

    ports: tuple[tuple[str, float], ...]
    start: Number
    stop: Number
    points: Number


@dataclass(frozen=True, slots=True)
class Transient:
    """The solution over time, from 0 to ``stop``, in steps of at most ``max_step``."""

    stop: Number
    max_step: Number


@dataclass(frozen=True, slots=True)
class Noise:
    """Small-signal noise at ``output``, referred to the drive of ``input``.

    ``points`` frequencies a decade from ``start`` to ``stop``, Hz.
    """

    output: str
    input: str
    start: float = 1.0
    stop: float = 1e6
    points: int = 10


@dataclass(frozen=True, slots=True)
class FrequencyResponse:
    """Small signals about the operating point, all caused by one volt or ampere at ``input``.

    ``points`` frequencies a decade from ``start`` to ``stop``, Hz. What a bench keeps comes back as
    two waveforms: ``v_out`` is the magnitude, and ``phase(v_out)`` the phase in degrees, unwrapped.
    """

    input: str
    start: float = 1.0
    stop: float = 1e6
    points: int = 20


Analysis = OperatingPoint | Sweep | Transient | Noise | FrequencyResponse
