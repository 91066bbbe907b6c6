"""``neuromix mismatch`` in SPICE, and its benchmark against a plain Monte Carlo."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from neuromix.cli.program import main

ROOT = Path(__file__).parents[2]
WORDS = ["mismatch", "gm_c_integrator", "linear_range", "--workers", "1"]


@pytest.mark.ngspice
def test_the_command(tmp_path):
    words = [*WORDS, "--store", str(tmp_path)]
    table = CliRunner().invoke(main, words)
    assert table.exit_code == 0, table.output
    assert "60 runs for 12 drawn parameters" in table.stdout
    assert "ln distortion" in table.stdout
    assert "settings: reltol 1e-05" in table.stdout
    record = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    offset = next(item for item in record["quantities"] if item["name"] == "offset")
    assert offset["low"] < offset["sigma"] < offset["high"]
    assert record["correlations"]["offset"]["offset"] == pytest.approx(1.0)
    lines = list(
        csv.DictReader(CliRunner().invoke(main, [*words, "--format", "csv"]).stdout.splitlines())
    )
    (sigma,) = (
        float(line["value"])
        for line in lines
        if (line["measure"], line["statistic"]) == ("offset", "sigma")
    )
    assert sigma == offset["sigma"]
    shares = [
        float(line["value"])
        for line in lines
        if (line["measure"], line["statistic"]) == ("offset", "share")
    ]
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("more", "cure"),
    [
        (["--runs", "13"], "at least 14"),
        (["-p", "v_comon=0.8"], "v_common"),
        (["--tolerance", "ofset=1e-3"], "offset"),
    ],
)
def test_mistakes_are_named_with_a_cure(more, cure):
    wrong = CliRunner().invoke(main, [*WORDS, *more])
    assert wrong.exit_code == 1
    assert cure in wrong.stderr
    assert "Traceback" not in wrong.output


@pytest.mark.ngspice
@pytest.mark.slow
def test_few_runs_agree_with_a_thousand():
    """The limits of the benchmark; its seeds are fixed, so it fails by a change alone."""
    done = subprocess.run(
        [sys.executable, "benchmarks/mismatch.py", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    quantities = json.loads(done.stdout.splitlines()[-1])["quantities"]
    assert set(quantities) == {
        "lif_neuron.rate",
        "gm_c_integrator.offset",
        "dpi_synapse.tau",
        "dpi_synapse.weight",
    }
    for item in quantities.values():
        assert item["runs"] <= min(60, 2 * item["parameters"] + 40)
        assert abs(item["log_sigma_ratio"]) <= 2.6 * item["combined_standard_error"]
        assert item["standard_error"] <= 0.05
        assert item["prediction_coverage_95"] >= 0.93
        assert item["correlation_error"] <= 0.1
        assert (item["monte_carlo_samples"], item["fresh_instances"]) == (1000, 500)
    assert quantities["dpi_synapse.weight"]["logarithmic"]


@pytest.mark.ngspice
def test_a_bench_that_measures_lists_alone_is_refused_with_others():
    wrong = CliRunner().invoke(main, ["mismatch", "gm_c_integrator", "transfer", "--workers", "1"])
    assert wrong.exit_code == 1
    assert "i_out: it is a list" in wrong.stderr
    assert "linear_range" in wrong.stderr
