"""Running stimuli: requests in, records out, a recorded ladder where a run does not converge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import overload

from neuromix.characterization.assembly import job_for
from neuromix.characterization.recipe import Record, Stimulus
from neuromix.declare import Bench, Cell, Condition, Settings, Technology, Transient
from neuromix.declare.drive import resolve
from neuromix.engine.contract import Engine, Progress, quiet
from neuromix.engine.job import NOMINAL, Job, Outcome, Variation
from neuromix.errors import NotConverged

CLIMBED = (NotConverged.__name__,)
"""Failures for which a ladder is worth climbing; a parse error is never run again."""


@dataclass(frozen=True)
class Request:
    """A stimulus at a condition, under a number of mismatch variations.

    Parameters
    ----------
    stimulus : Stimulus
        What is simulated.
    condition : Condition
        Corner, temperature, supply.
    bias_voltages : tuple of (str, float) pairs
        Bias ports that are held, V.
    variations : sequence of Variation
        Mismatch draws; one empty one is the nominal cell.
    keep : tuple of int
        Variations whose waveforms are kept.
    settings : Settings, optional
        In the place of the bench's own.
    """

    stimulus: Stimulus
    condition: Condition
    bias_voltages: tuple[tuple[str, float], ...] = ()
    variations: Sequence[Variation] = (NOMINAL,)
    keep: tuple[int, ...] = ()
    settings: Settings | None = None

    @property
    def where(self) -> Condition:
        """The condition, at the temperature of the stimulus where that has one."""
        temperature = self.stimulus.temperature or self.condition.temperature
        return replace(self.condition, temperature=temperature)


@dataclass(frozen=True)
class Answer:
    """One run: its record, its waveforms, how it was reached or why it failed.

    ``rung`` is 0 for the settings that were asked, else the number of the ladder's step.
    """

    record: Record
    outcome: Outcome
    condition: Condition
    rung: int = 0

    @property
    def failed(self) -> bool:
        """Whether there is no result."""
        return bool(self.outcome.failure)


class AnswerRow(Sequence[Answer]):
    """The answers of a request; each is made when it is asked for.

    Thousands of draws stay the numbers that the engine keeps of them.
    """

    def __init__(self, request: Request, outcomes: Sequence[Outcome]) -> None:
        self._request = request
        self._outcomes = outcomes
        self._climbed: dict[int, tuple[Outcome, int]] = {}

    def __len__(self) -> int:
        return len(self._outcomes)

    @overload
    def __getitem__(self, index: int) -> Answer: ...
    @overload
    def __getitem__(self, index: slice) -> list[Answer]: ...
    def __getitem__(self, index: int | slice) -> Answer | list[Answer]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        outcome, rung = self._climbed.get(position) or (self._outcomes[position], 0)
        return _answer(self._request, outcome, rung)

    def climb(self, position: int, outcome: Outcome, rung: int) -> None:
        """Take what came out on a rung of the ladder in the place of what failed."""
        self._climbed[position] = outcome, rung


def _rungs(bench: Bench, overrides: Mapping[str, float]) -> tuple[Bench, ...]:
    """Return easier versions of a bench, each as true as the first: finer, other method, both."""
    analysis = bench.analysis
    finer = analysis
    if isinstance(analysis, Transient):
        step = resolve(analysis.max_step, bench.values(overrides))
        finer = Transient(analysis.stop, step / 7.0)
    gear = bench.settings.other_method()
    patient = replace(gear, abstol=100.0 * gear.abstol)
    return (
        replace(bench, analysis=finer),
        replace(bench, settings=gear),
        replace(bench, analysis=finer, settings=patient),
    )


def run_requests(
    cell: Cell,
    technology: Technology,
    engine: Engine,
    requests: Sequence[Request],
    progress: Progress = quiet,
) -> Sequence[Sequence[Answer]]:
    """Run all requests; answers are in the order of requests and variations.

    A run that does not converge is tried again on the ladder; what fails there too stays a failure.
    """

    def job(request: Request, bench: Bench) -> Job:
        return job_for(
            cell,
            bench,
            technology,
            request.where,
            dict(request.stimulus.overrides),
            bias_voltages=dict(request.bias_voltages) or None,
            variations=request.variations,
            keep=request.keep,
        )

    benches = []
    for request in requests:
        bench = request.stimulus.bench_of(cell)
        benches.append(replace(bench, settings=request.settings) if request.settings else bench)
    jobs = [job(request, bench) for request, bench in zip(requests, benches, strict=True)]
    answers = [
        AnswerRow(request, row)
        for request, row in zip(requests, engine.run(jobs, progress), strict=True)
    ]
    for rung in range(1, 4):
        again: list[tuple[int, list[int], Job]] = []
        for number, (request, bench) in enumerate(zip(requests, benches, strict=True)):
            failed = [k for k, a in enumerate(answers[number]) if a.outcome.failure in CLIMBED]
            if failed:
                given = dict(request.stimulus.overrides)
                climbing = replace(
                    request,
                    variations=tuple(request.variations[k] for k in failed),
                    keep=tuple(n for n, k in enumerate(failed) if k in request.keep),
                )
                again.append((number, failed, job(climbing, _rungs(bench, given)[rung - 1])))
        if not again:
            break
        rows = engine.run([item[2] for item in again], quiet)
        for (number, failed, _), row in zip(again, rows, strict=True):
            for position, outcome in zip(failed, row, strict=True):
                answers[number].climb(position, outcome, rung)
    return answers


def _answer(request: Request, outcome: Outcome, rung: int) -> Answer:
    arrays = dict(outcome.arrays)
    if "input_noise" in outcome.waves:
        arrays |= {name: outcome.waves[name] for name in ("frequency", "input_noise")}
    record = Record(request.stimulus, dict(outcome.values), arrays)
    return Answer(record, outcome, request.where, rung)
