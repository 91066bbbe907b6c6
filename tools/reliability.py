"""Run the fault tests, slow ones too, and write docs/reliability.md: ``make reliability``.

A test says which promise it holds with ``@pytest.mark.promise("R5")``, and what it has measured
with ``record_property("time to the end of a hang", "2.3 s")``. A promise without a test that has
passed, or with one that has failed or was skipped, is said to be broken, and the exit code is 1.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, parse

import click

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
TESTS = ("tests/faults", "tests/notebooks", "tests/unit", "tests/circuits", "tests/conformance")

PROMISES = {
    "R1": ("workers killed at random times, 50 times", "no wrong result, nothing left behind"),
    "R2": ("the driver killed at 10 points of 200 samples", "the same bytes after going on"),
    "R3": ("a full disk under results and stores", "DiskFull with the path; no half-written file"),
    "R4": ("stored results cut and with flipped bits", "refused, or simulated again"),
    "R5": ("workers that die, hang, babble, flood", "each named; a hang ends in time"),
    "R6": ("other numbers of workers, chunks, orders, executors", "the same bytes"),
    "R7": ("the same seed, another seed, a dead mismatch", "equal; different; an error"),
    "R8": ("broken netlists", "a named error with file, line and cure"),
    "R9": ("netlists that try to run programs", "nothing of them runs"),
    "R10": ("hostile model files", "refused before they are loaded"),
    "R11": ("samples that do not converge", "NaN and a reason; more than 1 % refused"),
    "R12": ("two drivers on one store", "no lost and no torn entry"),
    "R13": ("odd folders, names, languages, time zones", "it works, or says why not"),
    "R14": ("no ngspice, old ones, ones without extensions", "`neuromix doctor` says the cure"),
    "R15": ("Ctrl-C in a terminal and in a notebook", "stops, keeps what is done, code 130"),
    "R16": ("references that differ slightly", "caught; another time grid alone passes"),
    "R17": ("10 000 simulations in one process", "memory stays flat"),
    "R18": ("the fabric at and beyond its limits", "losses counted, order kept, named errors"),
}


@dataclass
class Kept:
    """What the tests of one promise have shown."""

    passed: int = 0
    broken: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)


def main() -> int:
    """Run the tests, write the page."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "promise",
            "-o",
            "junit_family=xunit1",
        ]
        subprocess.run([*command, f"--junitxml={report}", *TESTS], cwd=ROOT, check=False)
        kept = read(parse(report).getroot())  # noqa: S314 (our own report)
    PAGE.write_text(page(kept), encoding="utf-8")
    broken = [row for row in PROMISES if kept[row].broken or not kept[row].passed]
    for row in broken:
        click.echo(f"{row}: {'; '.join(kept[row].broken) or 'no test has passed'}", err=True)
    click.echo(PAGE)
    return 1 if broken else 0


def read(report: Element) -> dict[str, Kept]:
    """Return what a JUnit report says of each promise."""
    kept: dict[str, Kept] = defaultdict(Kept)
    for case in report.iter("testcase"):
        properties = [(p.get("name", ""), p.get("value", "")) for p in case.iter("property")]
        failed = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
        for row in [value for name, value in properties if name == "promise"]:
            if failed:
                kept[row].broken.append(str(case.get("name")))
                continue
            kept[row].passed += 1
            kept[row].figures |= {name: value for name, value in properties if name != "promise"}
    return kept


def page(kept: dict[str, Kept]) -> str:
    """Return the page."""
    lines = [
        "# What neuromix survives",
        "",
        "Written by `make reliability`, which runs the tests that hold each promise, slow ones",
        "included. Figures are those of that run.",
        "",
        "| | injected | promised | tests | measured |",
        "|---|---|---|---|---|",
    ]
    for row, (injected, promised) in PROMISES.items():
        found = kept[row]
        tests = f"{found.passed} passed"
        if found.broken:
            tests += f", **{len(found.broken)} not**"
        measured = "; ".join(f"{name}: {value}" for name, value in found.figures.items())
        lines.append(f"| {row} | {injected} | {promised} | {tests} | {measured} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
