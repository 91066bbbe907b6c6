"""What of a run is recorded beside spikes: which quantity of which neurons, how often."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

Indices = int | slice | Sequence[int] | NDArray[np.integer[Any]]
"""Which neurons."""


@dataclass(frozen=True, eq=False)
class Probe:
    """How a trace is recorded.

    Parameters
    ----------
    neurons : int, slice or sequence of int, optional
        Whose; all of the array by default.
    interval : float, s, optional
        From one sample to the next, a multiple of the step; each step by default.

    Examples
    --------
    >>> run(chip, inputs, duration=1.0, record={"hidden.v_mem": Probe([3, 17], interval=1e-3)})
    """

    neurons: Indices | None = None
    interval: float | None = None


Record = Collection[str] | Mapping[str, Probe | Indices | None]
"""Names of traces, or names with what of each is wanted."""


class Quantity(NamedTuple):
    """What can be recorded of each neuron of an array."""

    unit: str
    meaning: str
    row: str
    """Of the blocks of lanes; see :data:`neuromix.array.rows.STATE`."""
    charge: bool = False
    """Whether that row holds a charge, so that the quantity is it over the step."""
    synaptic: bool = False
    """Whether only arrays with synapses have it."""


QUANTITIES: Mapping[str, Quantity] = {
    "v_mem": Quantity("V", "membrane voltage", "membrane"),
    "i_in": Quantity("A", "mean input current of a step", "input"),
    "i_exc": Quantity(
        "A", "mean output of the excitatory synapse in a step, into 0.5 V",
        "source_charge", charge=True, synaptic=True,
    ),
    "i_inh": Quantity(
        "A", "mean output of the inhibitory synapse in a step, from 0.5 V",
        "sink_charge", charge=True, synaptic=True,
    ),
}  # fmt: skip
"""Traces of characterized neurons."""

LINEAR_QUANTITIES: Mapping[str, Quantity] = {"v_mem": QUANTITIES["v_mem"]}
"""Traces of linear neurons."""


@dataclass(frozen=True, eq=False)
class Watched:
    """One trace that is recorded.

    Parameters
    ----------
    name : str
        Such as ``"hidden.v_mem"``.
    block, quantity : str
        Its parts.
    neurons : (k,) ndarray of int
    every : int
        Steps from one sample to the next.
    """

    name: str
    block: str
    quantity: str
    neurons: NDArray[np.int64]
    every: int

    def samples(self, steps: int) -> int:
        """Return how many samples each neuron has after so many steps."""
        return steps // self.every


def trace(
    item: Watched, quantity: Quantity, values: NDArray[np.floating[Any]], dt: float
) -> xr.DataArray:
    """Return what was recorded, shape (samples, neurons), with its axes."""
    import xarray as xr

    time = xr.DataArray(
        (1 + np.arange(len(values))) * (item.every * dt),
        dims="time",
        attrs={"units": "s", "long_name": "time"},
    )
    return xr.DataArray(
        values,
        dims=("time", "neuron"),
        coords={"time": time, "neuron": item.neurons},
        name=item.quantity,
        attrs={"units": quantity.unit, "long_name": f"{quantity.meaning} of {item.block}"},
    )
