"""Running a chip, or a board of chips, once or for a batch of inputs."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import neuromix.array.linear.running as linear
from neuromix.array.board import Board
from neuromix.array.chip import Array, Chip
from neuromix.array.congestion import congestion
from neuromix.array.course import Course
from neuromix.array.inputs import Inputs
from neuromix.array.manufactured import Manufactured
from neuromix.array.memory_limit import check_memory
from neuromix.array.memory_need import bytes_needed
from neuromix.array.population import TRACES, check_step
from neuromix.array.recording import Recording
from neuromix.array.threads import Threads
from neuromix.display.progress import Progress, watching
from neuromix.errors import BadValue, OutsideValidity, PathsCongested, UnknownName
from neuromix.units import number


def run(
    chip: Chip | Board,
    inputs: Inputs,
    *,
    duration: float,
    record: Collection[str] = (),
    dt: float = 10e-6,
    trial: int = 0,
    threads: int | None = None,
    mode: str = "auto",
    progress: Progress | None = None,
) -> Recording:
    """Run a chip, or a board of them, from rest and return what it did.

    Parameters
    ----------
    chip : Chip or Board
        Frozen from now on.
    inputs : mapping of str to Events
        Events of each :class:`~neuromix.array.chip.SpikeSource`; those at or after ``duration`` are
        not sent. A source that is not named is silent.
    duration : float, s
    record : collection of str
        Traces to keep, such as ``"hidden.v_mem"``; spikes of all blocks are always kept.
    dt : float, s
        Step of the neurons; spikes and pulses are not bound to it.
    trial : int
        Another trial on the same die has other noise and the same mismatch.
    threads : int, optional
        Which large arrays are shared out to; the result does not depend on it. All cores by
        default.
    mode : {"auto", "clock", "inside", "event"}
        For linear neurons: whether they are advanced by steps (``"clock"``), by steps inside of
        which events and spikes lie at their own times, or from event to event; the latter two
        without noise. By default what is quicker of the first and the last. Others know only
        ``"clock"``.
    progress : callable, optional
        Called with percents done, 100, and what is going on; by default a line in a notebook.

    Raises
    ------
    BadValue, UnknownName
        Where inputs, records or times do not fit the chip, or the run not into the memory.
    FabricError
        Where an event has an address that its source does not have.

    Warns
    -----
    OutsideValidity
        Where neurons were driven beyond the currents that their model was fitted to.
    PathsCongested
        Where events waited long before the neurons of a sparse memory, and many of them, or those
        of one neuron all the time, beyond the end.
    """
    if isinstance(trial, bool) or not isinstance(trial, (int, np.integer)):
        raise BadValue(f"run: the trial {trial!r} is not a whole number")
    if linear.all_linear(chip, mode):
        count = _threads("run", threads)
        with watching(progress, "%") as told:
            return linear.run(chip, inputs, duration, record, dt, trial, count, mode, told)
    _check(chip, duration, dt)
    traced = _traced(chip, record)
    design = _manufactured(chip, duration, dt, record)
    count = _threads("run", threads)
    with ThreadPoolExecutor(count) as pool, watching(progress, "%") as told:
        shared = Threads(count, pool if count > 1 else None)
        course = Course(design, duration, dt, trial, traced, set(record), shared, told)
        recording = course.play(inputs)
    for said in course.left_validity().values():
        warnings.warn(said, OutsideValidity, stacklevel=2)
    for said in _congested([recording]).values():
        warnings.warn(said, PathsCongested, stacklevel=2)
    return recording


def run_batch(
    chip: Chip | Board,
    batch: Iterable[Inputs],
    *,
    duration: float,
    dt: float = 10e-6,
    first_trial: int = 0,
    threads: int | None = None,
    mode: str = "auto",
    progress: Progress | None = None,
) -> list[Recording]:
    """Run a chip once for each of many inputs, each time from rest.

    The result does not depend on ``threads``: input k is trial ``first_trial + k``.

    Parameters
    ----------
    chip, duration, dt, mode
        As for :func:`run`.
    batch : iterable of mappings of str to Events
    first_trial : int
    threads : int, optional
        All cores by default.
    progress : callable, optional
        Called with samples done, all samples, and what is going on; by default a line in a
        notebook.
    """
    count, samples = _threads("run_batch", threads), list(batch)
    if linear.all_linear(chip, mode):
        with watching(progress, "samples") as told:
            return linear.run_batch(chip, samples, duration, dt, first_trial, count, mode, told)
    _check(chip, duration, dt)
    design = _manufactured(chip, duration, dt)
    left: dict[str, str] = {}

    def play(item: tuple[int, Inputs]) -> Recording:
        trial, inputs = item
        course = Course(design, duration, dt, first_trial + trial, frozenset(), set())
        recording = course.play(inputs)
        left.update(course.left_validity())
        return recording

    recordings: list[Recording] = []
    with ThreadPoolExecutor(count) as pool, watching(progress, "samples") as told:
        for recording in pool.map(play, enumerate(samples)):
            recordings.append(recording)
            told(len(recordings), len(samples), "samples")
    for said in left.values():
        warnings.warn(said, OutsideValidity, stacklevel=2)
    for said in _congested(recordings).values():
        warnings.warn(said, PathsCongested, stacklevel=2)
    return recordings


def _congested(recordings: Iterable[Recording]) -> dict[str, str]:
    """Return what there is to say about paths that could not keep up, once an array."""
    found: dict[str, str] = {}
    for recording in recordings:
        for name, link in recording.links.items():
            said = congestion(name, link.paths, recording.duration) if link.paths else None
            if said is not None:
                found.setdefault(name, said)
    return found


def _threads(verb: str, threads: int | None) -> int:
    count = threads if threads is not None else os.cpu_count() or 1
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
        raise BadValue(f"{verb}: {count!r} threads cannot run anything", cure="1 or more")
    return int(count)


def _check(chip: Chip | Board, duration: float, dt: float) -> None:
    if not isinstance(chip, (Chip, Board)):
        raise BadValue(f"run: {chip!r} is not a chip", cure="chip = nmx.Chip(seed=1)")
    if not 0.0 < number(duration, "run: duration") < math.inf:
        raise BadValue(f"run: a duration of {duration!r} s is not positive")
    number(dt, "run: dt")


def _manufactured(
    chip: Chip | Board, duration: float, dt: float, record: Collection[str] = ()
) -> Manufactured:
    if dt > 0.0:
        check_memory("run", bytes_needed(chip, duration, dt, record))
    design = Manufactured.of(chip)
    for die in design.dies.values():
        check_step(die, dt)
    return design


def _traced(chip: Chip | Board, record: Collection[str]) -> frozenset[str]:
    """Check the names of traces and return the blocks that they belong to."""
    known = {
        f"{name}.{trace}"
        for name, block in chip.blocks.items()
        if isinstance(block, Array)
        for trace in TRACES
    }
    if isinstance(record, str) or not isinstance(record, Collection):
        raise BadValue(
            f"run: record={record!r} is not a list of traces", cure='record=["hidden.v_mem"]'
        )
    for name in record:
        if name not in known:
            raise UnknownName("trace", name, known)
    return frozenset(name.rpartition(".")[0] for name in record)
