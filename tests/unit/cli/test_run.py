"""``neuromix run mvm``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from neuromix.cli import main


@pytest.fixture
def run():
    def invoke(*words):
        return CliRunner().invoke(main, ["run", "mvm", *words])

    return invoke


def test_forms_beside_each_other(run):
    text = run("--size", "16", "--raw", "--threads", "1").stdout
    for word in ("16 x 16", "digital", "analog", "spiking", "exact", "offset removed", "as built"):
        assert word in text


def test_json_has_all_figures(run):
    words = ("--size", "16", "--form", "analog", "--memory-form", "analog", "--hold", "10ms")
    built, corrected = json.loads(run(*words, "--format", "json").stdout)
    assert built["instances"] == {"gilbert_multiplier": 256, "analog_memory": 512}
    assert built["energy_per_mac"] == pytest.approx(built["energy"] / 256)
    assert corrected["relative_error"] < built["relative_error"]
    exact = json.loads(run("--size", "16", "--form", "digital", "--json").stdout)
    assert exact[0]["relative_error"] == 0.0
    assert exact[0]["effective_bits"] is None


def test_the_time_of_the_spiking_form_is_said_before_it(run):
    result = run("--size", "16", "--form", "spiking", "--raw", "--json")
    assert "the spiking form will take this machine about" in result.stderr
    assert len(json.loads(result.stdout)) == 1
    assert run("--size", "16", "--form", "analog").stderr == ""


@pytest.mark.parametrize(
    "words",
    [
        ("mvm", "--size", "16", "--form", "spiking"),
        ("layers", "--size", "8", "--bits", "6"),
        ("hold", "--size", "8", "--line", "0", "--temperature", "85"),
    ],
)
def test_a_terminal_is_shown_how_far_a_job_is(words):
    """A terminal of its own for standard error alone; nothing of it is in the output."""
    ours, theirs = os.openpty()
    code = "from neuromix.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code, "run", *words, "--json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode(errors="replace")
    os.close(ours)
    assert json.loads(result.stdout)
    assert "multiplying" in shown or "/100" in shown
    assert "━" in shown


def test_csv_has_a_number_a_line(run):
    lines = run("--size", "16", "--form", "analog", "--format", "csv").stdout.splitlines()
    assert lines[0] == "form,correction,quantity,value"
    assert any(line.startswith("analog,as built,relative_error,") for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--memory", "1k"), "and there are 1 kB"),
        (("--hold", "10ms"), "digital memory holds"),
        (("--memory-form", "analog", "--form", "spiking"), "only the analog form"),
        (("--hold", "10 parsecs", "--form", "analog"), "not a number"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_sentence(run, words, said):
    result = run("--size", "16", *words)
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_layers_and_holds_are_jobs_too():
    text = CliRunner().invoke(main, ["run", "layers", "--size", "8", "--bits", "6"]).stdout
    assert "6 bit, calibrated" in text
    assert "one after the other" in text
    words = ["run", "hold", "--size", "8", "--line", "0", "--temperature", "85"]
    found = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert 1e-3 < found["time"] < 10.0
    assert "bits when fresh" in CliRunner().invoke(main, words).stdout


@pytest.mark.parametrize("job", ["layers", "hold"])
def test_sizes_beyond_the_memory_are_refused(job):
    result = CliRunner().invoke(main, ["run", job, "--size", "3000000"])
    assert result.exit_code == 1
    assert "this machine's memory" in result.stderr
