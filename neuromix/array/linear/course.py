"""One group of arrays, advanced by the clock through a run, on one thread or on several.

Each thread owns a range of neurons and all that arrives at them. Within a window no longer than the
shortest delay of the group no range needs to know what another one does in it. A neuron gets its
events in the same order however neurons are shared out, so that the result is the same to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuromix.array.headway import PIECE
from neuromix.array.linear.clock import Log, Populations, State, kernel
from neuromix.array.linear.deviates import trial_key
from neuromix.array.linear.die import Die, Range
from neuromix.array.linear.groups import Group
from neuromix.array.linear.lanes import LANES
from neuromix.array.linear.membranes import MEMBRANE
from neuromix.array.probes import LINEAR_QUANTITIES, Watched, trace
from neuromix.array.taps import Layout, Probing, Taps
from neuromix.array.threads import ALONE, Threads
from neuromix.data.events import Events

if TYPE_CHECKING:
    import xarray as xr


@dataclass
class _Course:
    """A range of neurons in progress."""

    range: Range
    state: State
    populations: Populations
    own: Log
    taps: Taps

    def advance(self, step: int, last: int, outside: Log, inside: Log | None) -> None:
        """Advance it; without events from ``inside``, its own are all there are."""
        advance = kernel(self.range.signed)
        while step < last:
            step = advance(
                step, last, self.state, self.populations, self.range.wires, outside,
                self.own if inside is None else inside, self.own, self.taps,
            )  # fmt: skip
            if step < last:
                self.own = Log(
                    self.own.at, np.concatenate([self.own.row, np.empty_like(self.own.row)])
                )


def by_the_clock(
    die: Die,
    which: int,
    spikes: Mapping[str, Events],
    steps: int,
    trial: int,
    wanted: Mapping[str, Watched],
    threads: Threads = ALONE,
    done: Callable[[int], None] = lambda _: None,
) -> tuple[dict[str, Events], dict[str, xr.DataArray]]:
    """Advance a group from rest and return spikes by array, and traces by name.

    Parameters
    ----------
    die : Die
    which : int
        Of its groups.
    spikes : mapping of str to Events
        Of all blocks before it.
    steps, trial : int
    wanted : mapping of str to Watched
        What is recorded, of any group.
    threads : Threads
        On which ranges are advanced side by side.
    done : callable
        Told how many steps are done, now and then.
    """
    group = die.groups[which]
    outside = sent(group, [spikes], steps, die.dt).log(0)
    probing = _probing(group, wanted, steps)
    ranges = [_begun(die, group, item, steps, trial, probing) for item in die.ranges[which]]
    piece = max(1, PIECE * LANES // group.lanes)
    window = piece if len(ranges) == 1 else min(piece, die.window(which, steps))
    log = _played(ranges, outside, steps, window, threads, done)
    step = np.repeat(np.arange(1, steps + 1), np.diff(log.at[: steps + 1]))
    lanes = log.row[: log.at[steps]] - group.first_row
    found = {}
    for name, first in group.first_lane.items():
        its = (lanes >= first) & (lanes < first + die.neurons[name].array.n)
        address = (lanes[its] - first).astype(np.uint32)
        found[name] = Events.trusted(np.float64(die.dt) * step[its], address)
    traces = {}
    for item, values in probing.series():
        volts = values + die.neurons[item.block].propagators.reset[item.neurons]
        traces[item.name] = trace(item, LINEAR_QUANTITIES[item.quantity], volts, die.dt)
    return found, traces


def _played(
    ranges: list[_Course],
    outside: Log,
    steps: int,
    window: int,
    threads: Threads,
    done: Callable[[int], None],
) -> Log:
    """Advance all ranges to the end and return who spiked when."""
    if len(ranges) == 1:
        for start in range(0, steps, window):
            stop = min(steps, start + window)
            ranges[0].advance(start, stop, outside, None)
            done(stop - start)
        return ranges[0].own
    at, rows = np.zeros(steps + 2, np.int64), np.empty(0, np.int32)
    for start in range(0, steps, window):
        stop = min(steps, start + window)
        inside = Log(at, rows)
        list(threads.each(lambda item: item.advance(start, stop, outside, inside), ranges))  # noqa: B023
        counts = sum(np.diff(item.own.at[start : stop + 1]) for item in ranges)
        at[start + 1 : stop + 1] = at[start] + np.cumsum(counts)
        pieces = [item.own.row[item.own.at[start] : item.own.at[stop]] for item in ranges]
        step = [
            np.repeat(np.arange(stop - start), np.diff(item.own.at[start : stop + 1]))
            for item in ranges
        ]
        order = np.argsort(np.concatenate(step), kind="stable")
        if at[stop] > len(rows):
            rows = (
                np.resize(rows, 2 * int(at[stop]))
                if len(rows)
                else np.empty(2 * int(at[stop]), np.int32)
            )
        rows[at[start] : at[stop]] = np.concatenate(pieces)[order]
        done(stop - start)
    return Log(at, rows)


def _probing(group: Group, wanted: Mapping[str, Watched], steps: int) -> Probing:
    """Lay out the probes of a group."""
    its = [item for item in wanted.values() if item.block in group.first_lane]
    layout = Layout(group.lanes // LANES, LANES, group.first_lane, {"v_mem": MEMBRANE})
    return Probing.of(its, steps, layout, np.float32)


def _begun(
    die: Die, group: Group, item: Range, steps: int, trial: int, probing: Probing
) -> _Course:
    """Return the neurons of a range at the start of a run."""
    keys = [trial_key(die.neurons[name].key, trial) for name in item.arrays]
    blocks = slice(item.low // LANES, item.high // LANES + 1)
    return _Course(
        item,
        State.rested(item.cells, item.high - item.low),
        item.populations(np.array(keys, np.uint64), group.first_row + item.low),
        Log(np.zeros(steps + 2, np.int64), np.empty(4 * (item.high - item.low), np.int32)),
        probing.taps._replace(start=probing.taps.start[blocks]),
    )


class Sent(NamedTuple):
    """Which events from outside were sent in which step of several samples.

    Parameters
    ----------
    at : (samples, steps + 3) array
        Where the events of each step begin in ``row``, counted from those of the sample; steps
        count from -1.
    row : (n,) array
    base : (samples + 1,) array
        Where the events of each sample begin in ``row``.
    """

    at: NDArray[np.int64]
    row: NDArray[np.int32]
    base: NDArray[np.int64]

    def log(self, sample: int) -> Log:
        """Return the events of one sample."""
        return Log(self.at[sample], self.row[self.base[sample] : self.base[sample + 1]])


def sent(group: Group, samples: Sequence[Mapping[str, Events]], steps: int, dt: float) -> Sent:
    """Sort the events that come to a group into steps.

    A step holds the events after its start up to its end, so that -1 is that of events at 0.
    """
    width = steps + 3
    moments, rows = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    for name, first in group.outside.items():
        each = [spikes[name] for spikes in samples]
        time = np.concatenate([item.time for item in each])
        step = np.ceil(time / dt * (1.0 - 1e-12) - 1e-9).astype(np.int64)
        # What comes after the end waits in a step that is never reached.
        step = np.minimum(step, width - 1)
        moments.append(step + width * np.repeat(np.arange(len(each)), [len(item) for item in each]))
        address = np.concatenate([item.address for item in each])
        rows.append(address.astype(np.int32) + np.int32(first))
    moment, row = np.concatenate(moments), np.concatenate(rows)
    if len(group.outside) > 1:
        order = np.argsort(moment, kind="stable")
        moment, row = moment[order], row[order]
    counts = np.bincount(moment, minlength=width * len(samples)).reshape(len(samples), width)
    at = np.zeros((len(samples), width), np.int64)
    np.cumsum(counts[:, :-1], axis=1, out=at[:, 1:])
    return Sent(at, row, np.concatenate([[0], np.cumsum(counts.sum(axis=1))]))
