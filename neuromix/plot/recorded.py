"""What figures know of a recording: the part of it that they draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from neuromix.data.events import Events


@runtime_checkable
class Recorded(Protocol):
    """A run, as :class:`neuromix.array.recording.Recording` has it."""

    @property
    def events(self) -> Mapping[str, Events]:
        """Spikes of each block."""
        ...

    @property
    def sizes(self) -> Mapping[str, int]:
        """Addresses of each block."""
        ...

    @property
    def duration(self) -> float:
        """In s."""
        ...

    @property
    def energy(self) -> Mapping[str, float]:
        """By part, J."""
        ...
