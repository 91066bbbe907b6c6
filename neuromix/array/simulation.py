"""Running a chip, or a board of chips, once or for a batch of inputs."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

import neuromix.array.linear.running as linear
from neuromix.array.board import Board
from neuromix.array.chip import Chip
from neuromix.array.congestion import congestion
from neuromix.array.course import Course
from neuromix.array.inputs import Inputs
from neuromix.array.manufactured import Manufactured
from neuromix.array.memory_limit import check_memory
from neuromix.array.memory_need import bytes_needed
from neuromix.array.population import check_step
from neuromix.array.probes import Record, Watched
from neuromix.array.recordable import watched
from neuromix.array.recording import Recording
from neuromix.array.threads import Threads
from neuromix.display.progress import Progress, quiet, watching
from neuromix.errors import BadValue, OutsideValidity, PathsCongested
from neuromix.units import number, render

Kept = TypeVar("Kept")

MOST_STEPS = 1e12
"""Of a run: a single neuron would take hours."""


def run(
    chip: Chip | Board,
    inputs: Inputs,
    *,
    duration: float,
    record: Record = (),
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
    record : collection of str, or mapping of str to Probe or to addresses
        Traces to keep: ``["hidden.v_mem"]`` of all neurons, ``{"hidden.v_mem": [3, 17]}`` of some,
        ``{"hidden.i_exc": Probe([3], interval=1e-3)}`` now and then. There are ``v_mem``, ``i_in``
        and, behind synapses, ``i_exc`` and ``i_inh``; linear neurons have ``v_mem``. Spikes of all
        blocks are always kept.
    dt : float, s
        Step of the neurons; spikes and pulses are not bound to it.
    trial : int
        Another trial on the same die has other noise and the same mismatch.
    threads : int, optional
        Which large arrays are shared out to; the result does not depend on it. All cores by
        default.
    mode : {"auto", "clock", "inside", "event"}
        For linear neurons: whether they are advanced by steps at whose ends all events and spikes
        lie (``"clock"``), by steps inside of which these lie at their own times (``"inside"``), or
        from event to event, without noise (``"event"``). By default what is quicker of the first
        and the last. Others know only ``"clock"``, and their spikes lie inside of steps.
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
    _check_trial("run", trial)
    wanted = _checked("run", chip, duration, dt, record)
    if linear.all_linear(chip, mode):
        count = _threads("run", threads)
        with watching(progress, "%") as told:
            return linear.run(chip, inputs, duration, wanted, dt, trial, count, mode, told)
    design = _manufactured(chip, dt)
    count = _threads("run", threads)
    with Threads(count) as shared, watching(progress, "%") as told:
        course = Course(design, duration, dt, trial, wanted, shared, told)
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
    record: Record = (),
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
    chip, duration, record, dt, mode
        As for :func:`run`.
    batch : iterable of mappings of str to Events
    first_trial : int
    threads : int, optional
        All cores by default.
    progress : callable, optional
        Called with samples done, all samples, and what is going on; by default a line in a
        notebook.
    """
    count, samples = _threads("run_batch", threads), _samples("run_batch", batch)
    _check_trial("run_batch", first_trial)
    wanted = _checked("run_batch", chip, duration, dt, record, len(samples))
    with watching(progress, "samples") as told:
        if linear.all_linear(chip, mode):
            return linear.run_batch(
                chip, samples, duration, wanted, dt, first_trial, count, mode, told
            )
        with ThreadPoolExecutor(count) as pool:
            batch_run = _Batch(_manufactured(chip, dt), duration, dt, first_trial, wanted)
            return batch_run.play(samples, pool.map, told)


def run_dies(
    dies: Iterable[Chip | Board],
    batch: Iterable[Inputs],
    *,
    duration: float,
    summary: Callable[[list[Recording]], Kept] | None = None,
    record: Record = (),
    dt: float = 10e-6,
    first_trial: int = 0,
    threads: int | None = None,
    mode: str = "auto",
    progress: Progress | None = None,
) -> list[Any]:
    """Show the same inputs to many dies: a yield analysis.

    The result does not depend on ``threads``; each die does what :func:`run_batch` has it do.

    Parameters
    ----------
    dies : iterable of Chip or Board
        ``[chip.with_seed(k) for k in range(100)]``.
    batch : iterable of mappings of str to Events
    summary : callable, optional
        What to keep of the recordings of a die, which else take the memory of all dies at once:
        ``summary=lambda runs: np.mean(answers(runs) == labels)``.
    duration, record, dt, first_trial, mode
        As for :func:`run_batch`.
    threads : int, optional
        Among which dies are shared out; all cores by default.
    progress : callable, optional
        Called with dies done, all dies, and what is going on; by default a line in a notebook.

    Returns
    -------
    list
        For each die what ``summary`` returned, or its list of recordings.
    """
    count, samples = _threads("run_dies", threads), _samples("run_dies", batch)
    every = [dies] if isinstance(dies, (Chip, Board)) else list(dies)
    _check_trial("run_dies", first_trial)
    kept = len(every) if summary is None else min(count, len(every))
    wanted = [_checked("run_dies", die, duration, dt, record, kept * len(samples)) for die in every]

    def shown(die: Chip | Board, watches: dict[str, Watched]) -> Any:
        if linear.all_linear(die, mode):
            runs = linear.run_batch(
                die, samples, duration, watches, dt, first_trial, 1, mode, quiet
            )
        else:
            one = _Batch(_manufactured(die, dt), duration, dt, first_trial, watches)
            runs = one.play(samples, map, quiet)
        return runs if summary is None else summary(runs)

    found = []
    with ThreadPoolExecutor(count) as pool, watching(progress, "dies") as told:
        for left in pool.map(shown, every, wanted):
            found.append(left)
            told(len(found), len(every), "dies")
    return found


@dataclass(frozen=True)
class _Batch:
    """One die before its runs."""

    design: Manufactured
    duration: float
    dt: float
    first_trial: int
    wanted: dict[str, Watched]

    def play(
        self, samples: Sequence[Inputs], run_all: Callable[..., Iterable[Any]], told: Progress
    ) -> list[Recording]:
        """Run all samples, which ``run_all`` maps a function over, in their order."""
        recordings: list[Recording] = []
        said: dict[str, str] = {}
        for recording, left in run_all(self._played, enumerate(samples)):
            recordings.append(recording)
            said.update(left)
            told(len(recordings), len(samples), "samples")
        for text in said.values():
            warnings.warn(text, OutsideValidity, stacklevel=3)
        for text in _congested(recordings).values():
            warnings.warn(text, PathsCongested, stacklevel=3)
        return recordings

    def _played(self, item: tuple[int, Inputs]) -> tuple[Recording, dict[str, str]]:
        trial, inputs = item
        course = Course(self.design, self.duration, self.dt, self.first_trial + trial, self.wanted)
        return course.play(inputs), course.left_validity()


def _check_trial(verb: str, trial: int) -> None:
    if isinstance(trial, bool) or not isinstance(trial, (int, np.integer)):
        raise BadValue(f"{verb}: the trial {trial!r} is not a whole number")


def _samples(verb: str, batch: Iterable[Inputs]) -> list[Inputs]:
    if isinstance(batch, (Mapping, str)) or not isinstance(batch, Iterable):
        raise BadValue(
            f"{verb}: {type(batch).__name__} is not many inputs",
            cure='a list of inputs, such as [{"pixels": events}, …]',
        )
    return list(batch)


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


def _checked(
    verb: str, chip: Chip | Board, duration: float, dt: float, record: Record, runs: int = 1
) -> dict[str, Watched]:
    """Check what is to be run, and whether it fits into the memory; return what is recorded."""
    if not isinstance(chip, (Chip, Board)):
        raise BadValue(f"{verb}: {chip!r} is not a chip", cure="chip = nmx.Chip(seed=1)")
    for name, value in (("duration", duration), ("dt", dt)):
        if not 0.0 < number(value, f"{verb}: {name}") < math.inf:
            raise BadValue(f"{verb}: {name} of {value!r} s is not positive")
    if not 1.0 - 1e-9 <= duration / dt < MOST_STEPS:
        raise BadValue(
            f"{verb}: {render(duration, 's')} in steps of {render(dt, 's')}",
            [f"that are {duration / dt:.2g} steps, and a run has from one to {MOST_STEPS:.0e}"],
            "another dt, or another duration",
        )
    wanted = watched(record, chip, dt)
    check_memory(verb, bytes_needed(chip, duration, dt, wanted, runs))
    return wanted


def _manufactured(chip: Chip | Board, dt: float) -> Manufactured:
    design = Manufactured.of(chip)
    for die in design.dies.values():
        check_step(die, dt)
    return design
