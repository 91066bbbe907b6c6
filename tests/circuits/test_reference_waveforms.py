"""Every bench of every cell in every technology, against its reference in ``tests/reference/``.

References say how long their result took. The quickest run in ``make test``, as many as fit into
:data:`QUICK_SECONDS` of simulation; the others are slow. All that are selected are simulated
together, two at a time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import neuromix as nmx
from neuromix import library
from neuromix.engine.pool import NgspiceEngine
from neuromix.regression.directory import Checked, Task, cell_task, check, tasks_in
from neuromix.regression.files import read_reference

FOLDER = Path(__file__).parents[1] / "reference"
PICTURES = Path(__file__).parents[2] / "build" / "reference-failures"
QUICK_SECONDS = 80.0
WORKERS = 2
LARGEST_FILE = 200_000
"""Bytes; bursts of nanosecond spikes are the longest story."""

NOT_CONVERGING = {
    "dac_synapse/generic180.staircase.nc": "at its own largest step of 5 µs; at 1 µs it does",
    "izhikevich_neuron/generic180.step.nc": "a bench for 3.3 V; low_supply_step is for 1.8 V",
}
"""Benches that ngspice 39 gives up on, and so have no reference."""

FOUND = list(tasks_in(FOLDER))
TASKS = [item for item in FOUND if isinstance(item, Task)]


def seconds(task: Task) -> float:
    return read_reference(task.file).history[-1].seconds


def parameters():
    """Yield the tasks, the quickest first; those beyond the time of ``make test`` are slow."""
    spent = 0.0
    for task in sorted(TASKS, key=seconds):
        spent += seconds(task)
        name = task.file.relative_to(FOLDER).with_suffix("").as_posix()
        marks = [pytest.mark.slow] if spent > QUICK_SECONDS else []
        yield pytest.param(task, id=name, marks=marks)


@pytest.fixture(scope="module")
def outcomes(request):
    """The outcomes of all references that were selected, by file."""
    wanted = [
        item.callspec.params["task"]
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec")
    ]
    with NgspiceEngine(WORKERS) as engine:
        checked = check(wanted, FOLDER, engine, pictures=PICTURES, workers=WORKERS)
        yield {item.task.file: item.outcome for item in checked}


@pytest.mark.ngspice
@pytest.mark.parametrize("task", list(parameters()))
def test_reference(task, outcomes, record_property):
    outcome = outcomes[task.file]
    record_property("reference", outcome.state)
    assert not outcome.bad(strict=False), str(outcome)


def test_every_reference_can_be_read():
    assert [str(item.outcome) for item in FOUND if isinstance(item, Checked)] == []


def files(technologies):
    """Return the files of all benches in the technologies that a cell is given."""
    return {
        cell_task(FOLDER, cell.name, bench.name, technology).file
        for cell in nmx.cells
        for technology in technologies(cell)
        for bench in cell.benches
    }


def test_every_bench_of_a_cell_with_a_model_has_a_reference():
    modelled = library.model_files()
    wanted = files(lambda cell: [t for t in cell.technologies if (cell.name, t) in modelled])
    missing = {str(file.relative_to(FOLDER)) for file in wanted - {t.file for t in TASKS}}
    assert missing == set(NOT_CONVERGING), 'try: make references REASON="new benches"'


def test_every_reference_has_a_bench():
    known = files(lambda cell: cell.technologies)
    assert [str(task.file) for task in TASKS if task.file not in known] == []


def test_references_are_small():
    large = {
        task.file.name: task.file.stat().st_size
        for task in TASKS
        if task.file.stat().st_size > LARGEST_FILE
    }
    assert large == {}
