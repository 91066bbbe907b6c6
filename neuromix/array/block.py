"""The contract of everything on a chip that takes events and gives events.

Behavioural populations keep it, and circuits that are simulated live will; tests/conformance holds
the suite for both.
"""

from __future__ import annotations

from typing import Protocol

from neuromix.data.events import Events


class Block(Protocol):
    """A block in the course of a run."""

    def advance(self, until: float, events: Events) -> Events:
        """Advance to the moment ``until``, s, and return the spikes that left before it.

        Parameters
        ----------
        until : float, s
            Later than in the call before.
        events : Events
            All that arrive before ``until`` and were not given before; the address is the row of
            the weight memory.

        Returns
        -------
        Events
            None before the ``until`` of the last call. How a run is cut into calls changes nothing.
        """
        ...
