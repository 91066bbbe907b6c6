"""What a self-test found: one line a property, with the bounds that it had to keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One property of a technology.

    Parameters
    ----------
    name : str
        What was looked at.
    device : str
        ``"nfet"`` or ``"pfet"``; empty where it is about both.
    found, low, high : float
        What was measured, and the bounds that it has to be within.
    unit : str
        Of the three.
    meaning : str
        What is compared with what.
    """

    name: str
    device: str
    found: float
    low: float
    high: float
    unit: str
    meaning: str

    @property
    def ok(self) -> bool:
        """Whether it is within its bounds; what is not a number is not."""
        return self.low <= self.found <= self.high


@dataclass(frozen=True, slots=True)
class SelfTest:
    """All checks of one technology.

    Parameters
    ----------
    technology, models_sha256 : str
        What was tested, and the identity of its model set.
    samples, seed : int
        Of the draws.
    false_alarm : float
        Largest probability that a technology without fault fails by chance.
    checks : tuple of Check
        In the order of the tests.
    """

    technology: str
    models_sha256: str
    samples: int
    seed: int
    false_alarm: float
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passes."""
        return all(check.ok for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not pass."""
        return tuple(check for check in self.checks if not check.ok)

    def __str__(self) -> str:
        head = f"{self.technology}: {self.samples} draws, false alarm below {self.false_alarm:.0e}"
        lines = [
            f"  {'ok' if c.ok else 'FAILED':7} {c.device:5} {c.name}: {c.found:.6g}{c.unit and ' '}"
            f"{c.unit} within {c.low:.6g} … {c.high:.6g} ({c.meaning})"
            for c in self.checks
        ]
        return "\n".join([head, *lines])
