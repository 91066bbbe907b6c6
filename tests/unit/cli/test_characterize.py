"""``neuromix characterize``: words, files and failures; the campaigns themselves are elsewhere."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from neuromix.characterization import campaign
from neuromix.cli import main
from neuromix.errors import DiskFull, NotConverged


@pytest.fixture
def run(tmp_path):
    def invoke(*words):
        return CliRunner().invoke(main, ["characterize", *words, "-o", str(tmp_path / "out")])

    return invoke


@pytest.fixture
def asked(monkeypatch):
    """Take down what the campaign is asked for, and end there."""
    found = []

    def take(cell, plan, technology, **more):
        found.append((cell.name, plan, technology, more))
        raise NotConverged("enough")

    monkeypatch.setattr(campaign, "characterize", take)
    return found


def test_words_become_a_plan(run, asked):
    run("lif_neuron", "--corner", "tt,ss", "--temperature", "0,27,85", "--supply", "1.7,1.8",
        "--samples", "40", "--mismatch-at", "all", "--ideal-bias", "--seed", "3",
        "--workers", "4")  # fmt: skip
    ((name, plan, technology, more),) = asked
    assert (name, technology) == ("lif_neuron", "gf180mcu")
    assert plan.corner == ("tt", "ss")
    assert plan.temperature == pytest.approx((273.15, 300.15, 358.15))
    assert plan.supply == (1.7, 1.8)
    assert (plan.samples, plan.seed) == (40, 3)
    assert plan.mismatch_everywhere
    assert plan.ideal_bias
    assert more["workers"] == 4
    assert more["store"].parent.name == "lif_neuron.gf180mcu.runs"
    assert more["executor"] is None


def test_each_plan_has_a_campaign_of_its_own(run, asked, tmp_path):
    run("lif_neuron", "--samples", "4")
    run("lif_neuron", "--samples", "4")
    run("lif_neuron", "--samples", "5")
    run("lif_neuron", "--samples", "5", "--campaign", str(tmp_path / "mine"))
    run("lif_neuron", "--samples", "5", "--tolerance", "rate=1e-6")
    first, same, other, given, tight = [more["store"] for *_, more in asked]
    assert first == same != other
    assert tight not in {first, other}
    assert asked[-1][-1]["tolerances"] == {"rate": 1e-6}
    assert given == tmp_path / "mine"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("slurm:here", "names no executor"),
        ("dask:127.0.0.1:8786", "names no executor"),
        ("dask:tcp://10.1.2.3:8786", "unprotected"),
        ("dask:tcp://machine:8786", "dask:tls://machine:8786"),
    ],
)
def test_places_where_nothing_may_run(run, asked, place, said):
    result = run("lif_neuron", "--executor", place)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[1].startswith("BadValue: ")
    assert said in result.stderr
    assert not asked


@pytest.mark.parametrize("kind", [NotConverged, DiskFull])
def test_a_failure_is_one_message_and_leaves_nothing(run, monkeypatch, tmp_path, kind):
    def fail(*_words, **_more):
        raise kind("it went wrong", ["because"], "do this")

    monkeypatch.setattr(campaign, "characterize", fail)
    result = run("lif_neuron")
    assert result.exit_code == 1
    assert f"{kind.__name__}: it went wrong\n  because\n  try: do this" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lif_neurn",), "try: lif_neuron"),
        (("lif_neuron", "--technology", "gf180"), "gf180mcu"),
    ],
)
def test_names_that_are_off(run, tmp_path, words, said):
    result = run(*words)
    assert result.exit_code == 1
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--corner", "tt,xx"), "corner"),
        (("--temperature", "27,400"), "outside of what"),
        (("--supply", "0"), "supply"),
    ],
)
def test_conditions_that_are_off(run, tmp_path, words, said):
    result = run("lif_neuron", *words)
    assert result.exit_code in {1, 2}
    assert isinstance(result.exception, SystemExit)
    assert said in result.stderr
    assert not list((tmp_path / "out").glob("*.nc")) if (tmp_path / "out").exists() else True


@pytest.mark.parametrize(
    "words",
    [("--samples", "-1"), ("--workers", "0"), ("--seed", "-1"), ("--seed", "x"),
     ("--corner", "tt,,ss"), ("--supply", "1.8,lots"), ("--mismatch-at", "home")],
)  # fmt: skip
def test_numbers_that_are_off(run, words):
    result = run("lif_neuron", *words)
    assert result.exit_code == 2, result.output
    assert "Usage:" in result.stderr
