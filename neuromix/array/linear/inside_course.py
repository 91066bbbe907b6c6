"""One group of arrays, advanced by the clock with events and spikes inside of steps."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from neuromix.array.headway import PIECE
from neuromix.array.linear.deviates import VARIANCE, scattered, trial_key
from neuromix.array.linear.die import Die
from neuromix.array.linear.inside import Noise, Strides, inside_kernel, strides
from neuromix.array.linear.lanes import LANES
from neuromix.array.linear.loose import Loose
from neuromix.array.probes import LINEAR_QUANTITIES, Watched, trace
from neuromix.array.taps import Layout, Probing
from neuromix.data.events import Events
from neuromix.errors import BadValue
from neuromix.units import render

if TYPE_CHECKING:
    import xarray as xr


def inside_steps(
    die: Die,
    which: int,
    spikes: Mapping[str, Events],
    steps: int,
    trial: int,
    wanted: Mapping[str, Watched],
    done: Callable[[int], None] = lambda _: None,
) -> tuple[dict[str, Events], dict[str, xr.DataArray]]:
    """Advance a group from rest and return spikes by array, bound to no grid, and traces by name.

    Parameters
    ----------
    die : Die
    which : int
        Of its groups, whose neurons must be of one family.
    spikes : mapping of str to Events
        Of all blocks before it.
    steps, trial : int
    wanted : mapping of str to Watched
        What is recorded, of any group.
    done : callable
        Told how many steps are done, now and then.

    Raises
    ------
    BadValue
        Where a loop answers within a step.
    """
    group = die.groups[which]
    loose = Loose.of(die, which, spikes)
    cells = loose.cells
    advance = inside_kernel(loose.flow, cells.rows.shape[1])
    made = _joined([strides(die.neurons[n].dynamics, die.neurons[n].array.n, die.dt) for n in
                    loose.first])  # fmt: skip
    noise = _noise(die, loose, trial)
    its = [item for item in wanted.values() if item.block in loose.first]
    layout = Layout(1, len(cells.v), loose.first, {"v_mem": 0})
    probing = Probing.of(its, steps, layout)
    window = max(1, PIECE * LANES // len(cells.v))
    if group.recurrent:
        window = min(window, int(min(loose.shortest_delay() / die.dt * (1.0 + 1e-12), steps)))
    if window < 1:
        raise BadValue(
            f"run: {', '.join(loose.first)} form a loop that answers within a step",
            [f"the shortest delay is {render(loose.shortest_delay(), 's')}"],
            "a smaller dt, or mode='event'",
        )
    for begin in range(0, steps, window):
        end = min(steps, begin + window)
        serve = functools.partial(
            advance, cells, loose.cables, made, noise, probing.taps, begin, end
        )
        loose.go_on(end * die.dt, serve)
        done(end - begin)
    traces = {
        item.name: trace(item, LINEAR_QUANTITIES[item.quantity], values, die.dt)
        for item, values in probing.series()
    }
    return loose.spikes(), traces


def _joined(parts: list[Strides]) -> Strides:
    width, *_ = parts[0]
    return Strides(
        width, *(np.concatenate(column) for column in list(zip(*parts, strict=True))[1:])
    )


def _noise(die: Die, loose: Loose, trial: int) -> Noise:
    """Return the noise of a trial; no arrays where none is noisy."""
    items = [die.neurons[name] for name in loose.first]
    names = [item.name for item in items[0].dynamics.parameters()]
    scale = np.concatenate([item.propagators.deviation for item in items]) / np.sqrt(VARIANCE)
    number = [scattered(np.arange(item.array.n)).view(np.int32) for item in items]
    noisy = slice(None) if scale.any() else slice(0)
    return Noise(
        np.cumsum([item.array.n for item in items])[noisy],
        np.array([trial_key(item.key, trial) for item in items], np.uint64)[noisy],
        np.concatenate(number),
        scale,
        names.index("rest"),
    )
