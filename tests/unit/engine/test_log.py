"""What ngspice's own words mean; every line was printed by ngspice 39."""

from __future__ import annotations

import pytest

from neuromix.engine.log import classify
from neuromix.errors import (
    NotConverged,
    SimulationFailed,
    SingularCircuit,
    UndefinedParameter,
)

CLEAN = [
    "stderr Note: Starting dynamic gmin stepping",
    "stderr Trying gmin =   1.0000E-03 Note: One successful gmin step",
    "stderr Note: Dynamic gmin stepping completed",
    "stderr Note: Starting source stepping",
    "stderr Note: Source stepping completed",
    "stderr Warning: Pd = 0 is less than W.",
    "stderr Note: Transient op started",
    "stderr Note: Transient op finished successfully",
    "stdout Doing analysis at TEMP = 27.000000 and TNOM = 27.000000",
    "stdout No. of Data Rows : 1234",
    "stdout Circuit: * error amplifier on bench step",
    "stdout ",
    "",
]


def test_a_clean_log():
    assert classify(CLEAN) is None
    assert classify([]) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("stderr Warning: singular matrix:  check nodes n1 and n1", SingularCircuit),
        (
            "stderr doAnalyses: TRAN:  Timestep too small; time = 1e-06, timestep = 1.25e-18: "
            'trouble with node "v_mem"',
            NotConverged,
        ),
        ("stderr doAnalyses: iteration limit reached", NotConverged),
        ("stderr Warning: source stepping failed", NotConverged),
        ("stderr run simulation(s) aborted", SimulationFailed),
        ("stderr op simulation(s) aborted", SimulationFailed),
        ("stderr Error: unknown subckt: x1 a b nothing", SimulationFailed),
        ("stderr could not find a valid modelname", SimulationFailed),
        ("stderr Error on line 4 or its substitute:", SimulationFailed),
        ("stderr Error: circuit not parsed.", SimulationFailed),
        ("stderr Undefined parameter [w_none]", UndefinedParameter),
        ("stderr Error: no such vector i(v9)", SimulationFailed),
    ],
)
def test_lines_that_mean_a_failure(line, kind):
    failure = classify([*CLEAN, line, "stderr   what comes after"])
    assert type(failure) is kind
    assert line.split(" ", 1)[1].strip() in failure.evidence
    assert failure.cure


def test_the_worst_is_named():
    found = classify(
        [
            "stderr Error: something",
            "stderr Warning: singular matrix:  check nodes a and b",
            "stderr doAnalyses: iteration limit reached",
        ]
    )
    assert type(found) is SingularCircuit


def test_the_evidence_is_short():
    found = classify([*CLEAN, "stderr Error: first", *["stderr more"] * 1000])
    assert len(found.evidence) <= 8
