"""Many samples through arrays outside of any loop: range by range, so that weights stay near.

A range is no larger than its weights fit into a cache; all samples pass it, one after the other,
before the next range comes. What comes out is what a run of each sample alone leaves.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.linear.clock import Log, State, kernel
from neuromix.array.linear.course import Sent, sent
from neuromix.array.linear.deviates import trial_key
from neuromix.array.linear.die import Die, Range
from neuromix.array.taps import no_taps
from neuromix.array.threads import Threads
from neuromix.compiling import kept
from neuromix.data.events import Events

Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]
"""Sample, step and lane of spikes."""


def samples_by_the_clock(
    die: Die,
    which: int,
    spikes: Sequence[Mapping[str, Events]],
    steps: int,
    trials: range,
    threads: Threads,
) -> list[dict[str, Events]]:
    """Advance a group through many samples, each from rest; return spikes by sample and array.

    Parameters
    ----------
    die : Die
    which : int
        Of its groups, which must not be recurrent.
    spikes : list of mappings of str to Events
        Of all blocks before it, for each sample.
    steps : int
    trials : range
        As many as samples.
    threads : Threads
        To which the samples are shared out.
    """
    group = die.groups[which]
    outside = sent(group, spikes, steps, die.dt)
    cuts = np.unique(np.linspace(0, len(spikes), threads.count + 1).astype(int))
    parts = [
        (item, a, b) for item in die.ranges[which] for a, b in itertools.pairwise(cuts.tolist())
    ]
    found = list(
        threads.each(lambda part: _passed(die, part[0], outside, trials, *part[1:]), parts)
    )
    sample, step, lane = (np.concatenate(column) for column in zip(*found, strict=True))
    ends, time, lane = _in_order(sample, step, lane, len(spikes), steps, die.dt)
    left: list[dict[str, Events]] = []
    for a, b in itertools.pairwise(ends.tolist()):
        its = {}
        for name, first in group.first_lane.items():
            # A lane before the first wraps around, to far above the last.
            address = (lane[a:b] - first).astype(np.uint32)
            inside = address < die.neurons[name].array.n
            its[name] = Events.trusted(time[a:b][inside], address[inside])
        left.append(its)
    return left


def _passed(die: Die, item: Range, outside: Sent, trials: range, first: int, last: int) -> Found:
    """Pass samples ``first`` … ``last - 1`` through a range."""
    keys = np.array(
        [
            [trial_key(die.neurons[name].key, trial) for name in item.arrays]
            for trial in trials[first:last]
        ],
        np.uint64,
    )
    sample, step, lane = _passing(item.signed)(
        State.rested(item.cells, item.high - item.low), item.cells, item.wires,
        item.populations(keys[0].copy(), 0), keys,
        outside.at[first:last], outside.row, outside.base[first:], no_taps(np.float32),
    )  # fmt: skip
    return first + sample, step, lane + np.int32(item.low)


@functools.cache
def _passing(signed: bool) -> Callable[..., Any]:
    """Compile what advances all samples and returns sample, step and lane of each spike."""
    advance = kernel(signed)

    @kept(nogil=True, error_model="numpy")
    def advance_each(state, cells, wires, populations, keys, at, row, base, taps):  # type: ignore[no-untyped-def]
        steps, lanes = at.shape[1] - 3, len(state.marks)
        nothing = Log(np.zeros(steps + 2, np.int64), np.empty(0, np.int32))
        own_at, own_row = np.zeros(steps + 2, np.int64), np.empty(4 * lanes, np.int32)
        sample = np.empty(4 * lanes, np.int64)
        step = np.empty(4 * lanes, np.int64)
        lane = np.empty(4 * lanes, np.int32)
        filled = 0
        for s in range(len(keys)):
            state.cells[:] = cells
            state.inputs[:] = 0.0
            populations.key[:] = keys[s]
            outside = Log(at[s], row[base[s] : base[s + 1]])
            done = 0
            while True:
                own = Log(own_at, own_row)
                done = advance(done, steps, state, populations, wires, outside, nothing, own, taps)
                if done == steps:
                    break
                own_row = np.append(own_row, np.empty_like(own_row))
            count = own_at[steps]
            while filled + count > len(lane):
                sample, step = np.append(sample, sample), np.append(step, step)
                lane = np.append(lane, lane)
            for k in range(steps):
                for j in range(own_at[k], own_at[k + 1]):
                    sample[filled], step[filled], lane[filled] = s, k, own_row[j]
                    filled += 1
        return sample[:filled], step[:filled], lane[:filled]

    compiled: Callable[..., Any] = advance_each
    return compiled


@kept(nogil=True, error_model="numpy")
def _in_order(sample, step, lane, samples, steps, dt):  # type: ignore[no-untyped-def]
    """Sort spikes by sample and step; return where samples end, and times (s) and lanes."""
    begin = np.zeros(samples * steps + 1, np.int64)
    for k in range(len(lane)):
        begin[sample[k] * steps + step[k] + 1] += 1
    begin = np.cumsum(begin)
    ends = begin[::steps].copy()
    time, lanes = np.empty(len(lane)), np.empty(len(lane), np.int32)
    for k in range(len(lane)):
        moment = sample[k] * steps + step[k]
        time[begin[moment]], lanes[begin[moment]] = dt * (step[k] + 1), lane[k]
        begin[moment] += 1
    return ends, time, lanes
