"""Refusing what would not fit into the memory of this machine, before it is started."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from neuromix.errors import BadValue
from neuromix.units import number, render

SHARE = 0.8
"""Of the machine's memory that a run may take where no limit is given."""


@dataclass(frozen=True)
class MemoryNeed:
    """Bytes at the peak of a run, by part.

    Parameters
    ----------
    parts : mapping of str to float
    """

    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Bytes in all."""
        return sum(self.parts.values())

    def __add__(self, other: MemoryNeed) -> MemoryNeed:
        names = dict.fromkeys((*self.parts, *other.parts))
        return MemoryNeed({n: self.parts.get(n, 0.0) + other.parts.get(n, 0.0) for n in names})

    def __str__(self) -> str:
        largest = sorted(self.parts.items(), key=lambda item: -item[1])
        parts = ", ".join(f"{name} {render(size, 'B')}" for name, size in largest)
        return f"{render(self.total, 'B')}: {parts}"


def machine_memory() -> float:
    """Return how many bytes of memory this machine has; infinite where it does not say."""
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names or "SC_PAGE_SIZE" not in names:
        return math.inf
    return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")


def check_memory(what: str, need: MemoryNeed, limit: float | None = None) -> None:
    """Refuse what does not fit.

    Parameters
    ----------
    what : str
        What is to be run, for the error.
    need : MemoryNeed
    limit : float, optional
        Bytes; four fifths of the machine's memory by default.

    Raises
    ------
    BadValue
        With the parts that take most.
    """
    if limit is None:
        allowed, origin = SHARE * machine_memory(), f"{SHARE:.0%} of this machine's memory"
    else:
        allowed, origin = number(limit, "memory limit"), "the limit that was given"
    if not allowed > 0.0:
        raise BadValue(f"memory limit: {limit!r} bytes hold nothing")
    if need.total > allowed:
        raise BadValue(
            f"{what}: it takes about {render(need.total, 'B')}, and there are "
            f"{render(allowed, 'B')}",
            [f"the latter is {origin}", *(str(need).partition(": ")[2].split(", "))],
            "a smaller size, fewer traces, a shorter run, or a higher limit",
        )
