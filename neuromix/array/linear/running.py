"""Runs of chips whose arrays are of linear neurons; :func:`neuromix.run` comes here with them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from neuromix.array.board import Board
from neuromix.array.chip import Array, Chip
from neuromix.array.fabric import Fabric
from neuromix.array.headway import Headway
from neuromix.array.inputs import Inputs, given_inputs
from neuromix.array.probes import Watched
from neuromix.array.recording import Recording
from neuromix.array.threads import ALONE, Threads
from neuromix.data.events import Events
from neuromix.display.progress import Progress, quiet
from neuromix.errors import BadValue, UnknownName

if TYPE_CHECKING:
    import xarray as xr

    from neuromix.array.linear.die import Die
    from neuromix.array.linear.groups import Group

MODES = ("auto", "clock", "inside", "event")


def all_linear(chip: object, mode: str) -> TypeGuard[Chip]:
    """Tell whether a chip is of linear neurons.

    Raises
    ------
    BadValue
        Where it mixes them with characterized ones, has a fabric, or has no such mode.
    """
    if mode not in MODES:
        raise UnknownName("mode", mode, MODES)
    if isinstance(chip, Board):
        for name, block in chip.blocks.items():
            if isinstance(block, Array) and block.linear:
                raise BadValue(
                    f"run: {name} is of linear neurons, which no fabric joins to other chips",
                    cure="a chip by itself; the events that one recorded are inputs of the other",
                )
        return False
    if not isinstance(chip, Chip):
        return False
    kinds = {name: b.linear for name, b in chip.blocks.items() if isinstance(b, Array)}
    if not any(kinds.values()):
        if mode in {"inside", "event"}:
            raise BadValue("run: only linear neurons go from event to event", cure='mode="clock"')
        return False
    if not all(kinds.values()):
        circuits = ", ".join(name for name, linear in kinds.items() if not linear)
        raise BadValue(
            f"run: {circuits} and linear neurons are on one chip",
            ["one kind is joined by circuits and a fabric, the other by weights and delays"],
            "a chip for each; the events that one recorded are inputs of the other",
        )
    if chip.fabric != Fabric():
        raise BadValue(
            "run: linear neurons are joined by delays, and a fabric carries nothing",
            cure="connect(…, delay=1e-3), and no fabric",
        )
    return True


def run(
    chip: Chip,
    inputs: Inputs,
    duration: float,
    wanted: Mapping[str, Watched],
    dt: float,
    trial: int,
    threads: int,
    mode: str,
    progress: Progress,
) -> Recording:
    """Run a chip once; see :func:`neuromix.run`."""
    from neuromix.array.linear.die import Die

    spikes = given_inputs(chip.blocks, inputs, duration)
    die = Die.of(chip, dt, threads)
    with Threads(threads) as shared:
        return played(die, spikes, duration, trial, mode, wanted, shared, progress)


def run_batch(
    chip: Chip,
    batch: Iterable[Inputs],
    duration: float,
    wanted: Mapping[str, Watched],
    dt: float,
    first_trial: int,
    threads: int,
    mode: str,
    progress: Progress,
) -> list[Recording]:
    """Run a chip once for each of many inputs; see :func:`neuromix.array.simulation.run_batch`."""
    from neuromix.array.linear.die import Die

    die = Die.of(chip, dt)

    given = [given_inputs(chip.blocks, item, duration) for item in batch]
    trials = range(first_trial, first_trial + len(given))
    if not wanted and _together(die, mode):
        with Threads(threads) as shared:
            return played_together(die, given, duration, trials, shared, progress)
    with ThreadPoolExecutor(threads) as pool:
        left = []
        for recording in pool.map(
            lambda item: played(die, item[0], duration, item[1], mode, wanted),
            zip(given, trials, strict=True),
        ):
            left.append(recording)
            progress(len(left), len(given), "samples")
        return left


def _together(die: Die, mode: str) -> bool:
    """Tell whether all samples can pass each group before the next one comes."""
    return not any(group.recurrent for group in die.groups) and (
        mode == "clock"
        or (
            mode == "auto"
            and all(_hindrance(die, k, frozenset(), mode) for k in range(len(die.groups)))
        )
    )


def played_together(
    die: Die,
    given: list[dict[str, Events]],
    duration: float,
    trials: range,
    threads: Threads,
    progress: Progress = quiet,
) -> list[Recording]:
    """Run a die without loops from rest for each of many inputs, group after group."""
    from neuromix.array.linear.batch import samples_by_the_clock

    steps = math.ceil(duration / die.dt * (1.0 - 1e-12))
    spikes = [dict(item) for item in given]
    for which in range(len(die.groups)):
        # All samples pass a group before the next one comes.
        progress(len(spikes) * which // len(die.groups), len(spikes), "samples")
        found = samples_by_the_clock(die, which, spikes, steps, trials, threads)
        for item, its in zip(spikes, found, strict=True):
            item.update(its)
    progress(len(spikes), len(spikes), "samples")
    return [_recording(die, item, duration, {}) for item in spikes]


def played(
    die: Die,
    given: dict[str, Events],
    duration: float,
    trial: int,
    mode: str = "auto",
    wanted: Mapping[str, Watched] = MappingProxyType({}),
    threads: Threads = ALONE,
    progress: Progress = quiet,
) -> Recording:
    """Run a die from rest, group after group."""
    from neuromix.array.linear.course import by_the_clock
    from neuromix.array.linear.exact import by_events, sparse_enough
    from neuromix.array.linear.inside_course import inside_steps

    steps = math.ceil(duration / die.dt * (1.0 - 1e-12))
    traced = frozenset(item.block for item in wanted.values())
    headway = Headway(progress, steps * sum(group.lanes for group in die.groups))
    spikes: dict[str, Events] = dict(given)
    traces: dict[str, xr.DataArray] = {}
    for which, group in enumerate(die.groups):
        hindrance = _hindrance(die, which, traced, mode)
        if hindrance and mode in {"event", "inside"}:
            raise BadValue(f"run: mode {mode!r} is not possible: {hindrance}", cure='mode="clock"')
        if mode == "inside":
            found, membranes = inside_steps(
                die, which, spikes, steps, trial, wanted,
                lambda count: headway.add(count * group.lanes, _names(group)),  # noqa: B023
            )  # fmt: skip
            spikes.update(found)
            traces.update(membranes)
            continue
        if mode == "event" or (
            mode == "auto" and not hindrance and sparse_enough(die, which, spikes, duration)
        ):
            spikes.update(by_events(die, which, spikes, duration))
            headway.add(steps * group.lanes, _names(group))
            continue
        found, membranes = by_the_clock(
            die, which, spikes, steps, trial, wanted, threads,
            lambda count: headway.add(count * group.lanes, _names(group)),  # noqa: B023
        )  # fmt: skip
        spikes.update(found)
        traces.update(membranes)
    return _recording(die, spikes, duration, {name: traces[name] for name in wanted})


def _names(group: Group) -> str:
    return ", ".join(group.first_lane)


def _recording(
    die: Die,
    spikes: dict[str, Events],
    duration: float,
    traces: dict[str, xr.DataArray],
) -> Recording:
    return Recording(
        duration,
        die.dt,
        {name: spikes[name].between(0.0, duration) for name in die.chip.blocks},
        {name: block.n for name, block in die.chip.blocks.items()},
        {},
        {},
        traces,
    )


def _hindrance(die: Die, which: int, traced: frozenset[str], mode: str) -> str:
    """Return what keeps spikes of a group off the times between steps; empty where nothing does."""
    arrays = [die.neurons[name] for name in die.groups[which].first_lane]
    for item in arrays if mode != "inside" else ():
        if np.any(item.propagators.deviation):
            return f"{item.name} is noisy, Array(…, noise=False) is not"
        if item.name in traced:
            return f"the membranes of {item.name} are recorded, step by step"
    if len({item.dynamics.name() for item in arrays}) > 1:
        return "arrays of several families form a loop"
    return ""
