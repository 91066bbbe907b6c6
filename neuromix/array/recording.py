"""What one run has left: events, traces, energy, counts of the fabric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.array.traffic import LinkCounts
from neuromix.data.events import Events
from neuromix.data.provenance import digest
from neuromix.errors import UnknownName
from neuromix.units import render

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class Recording:
    """One run of a chip.

    Parameters
    ----------
    duration, dt : float, s
    events : mapping of str to Events
        Spikes of each block.
    sizes : mapping of str to int
        Addresses of each block.
    energy : mapping of str to float, J
        By part, such as ``"hidden.synapses"``.
    links : mapping of str to LinkCounts
        By target.
    traces : mapping of str to xarray.DataArray
        Over ``time`` and ``neuron``, by name such as ``"hidden.v_mem"``.
    """

    duration: float
    dt: float
    events: Mapping[str, Events]
    sizes: Mapping[str, int]
    energy: Mapping[str, float]
    links: Mapping[str, LinkCounts]
    traces: Mapping[str, xr.DataArray] = field(default_factory=dict)

    def __repr__(self) -> str:
        spikes = ", ".join(f"{name}: {len(item)}" for name, item in self.events.items())
        return (
            f"Recording({render(self.duration, 's')}; spikes {spikes}; "
            f"{render(self.total_energy, 'J')}; {self.dropped} dropped)"
        )

    def _repr_html_(self) -> str:
        from neuromix.array.sheets import recording_sheet

        return recording_sheet(self).html()

    @property
    def total_energy(self) -> float:
        """What all parts have taken, J."""
        return sum(self.energy.values())

    @property
    def dropped(self) -> int:
        """Events that all links have lost."""
        return sum(link.dropped for link in self.links.values())

    def counts(self, block: str) -> NDArray[np.int64]:
        """Return the number of spikes of each address of a block, shape ``(n,)``."""
        return self._of(block).counts(self.sizes[block])

    def rates(self, block: str) -> NDArray[np.float64]:
        """Return spikes per second of each address of a block, Hz, shape ``(n,)``."""
        return self.counts(block) / self.duration

    def digest(self) -> str:
        """Return one hash of all events and traces: equal runs have equal digests."""
        parts: list[bytes | str] = []
        for name, item in self.events.items():
            parts += [name, item.time.tobytes(), item.address.tobytes()]
        for name, trace in self.traces.items():
            parts += [name, trace.to_numpy().tobytes()]
        return digest(*parts)

    def _of(self, block: str) -> Events:
        if not isinstance(block, str) or block not in self.events:
            raise UnknownName("block", block, self.events)
        return self.events[block]
