"""``neuromix pdk check``: passes for what is built in, and fails for a doctored technology."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from neuromix import library
from neuromix.cli import main

pytestmark = pytest.mark.ngspice

DOCTORED = '''\
"""A technology that has lost its mismatch; its models are those of generic180."""

from neuromix.declare import Device, IncludedModelSet, MismatchLaw, Technology

NONE = MismatchLaw(0.0, 0.0, 0.0, 0.0)

technology = Technology(
    name="doctored",
    summary="no mismatch",
    devices=(
        Device("nfet", "generic180_n", 0.48e-6, NONE),
        Device("pfet", "generic180_p", 0.48e-6, NONE),
    ),
    corners=(("tt", ("nfet_t", "pfet_t")),),
    constants=(),
    supply=1.8,
    temperature=(233.15, 398.15),
    model_set=IncludedModelSet("generic180.lib", "{sha256}", "GPL-3.0-or-later"),
)
'''


@pytest.fixture
def doctored(tmp_path, monkeypatch):
    sha256 = library.technology("generic180").model_set.sha256
    (tmp_path / "circuits").mkdir()
    (tmp_path / "netlists").mkdir()
    declaration = DOCTORED.replace("{sha256}", sha256)
    (tmp_path / "circuits" / "doctored.py").write_text(declaration)
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path))


def check(*words):
    return CliRunner().invoke(main, ["pdk", "check", *words, "--samples", "150"])


def test_the_built_in_technology_passes():
    result = check("generic180", "--seed", "3")
    assert result.exit_code == 0, result.stdout
    assert "sigma falls with area" in " ".join(result.stdout.split())
    assert "generic180: passes" in result.stdout
    assert "below 8e-06" in result.stdout


def test_one_that_fails_is_named_and_decides_the_exit_code(doctored):
    result = check("generic180", "doctored", "--json")
    assert result.exit_code == 1
    good, bad = json.loads(result.stdout)
    assert good["ok"]
    assert not bad["ok"]
    assert bad["technology"] == "doctored"
    outside = {
        item["name"]
        for item in bad["checks"]
        if item["found"] is None or not item["low"] <= item["found"] <= (item["high"] or 1e300)
    }
    assert {"small devices vary", "sigma of small devices"} <= outside
    text = check("doctored")
    assert "FAILED" in text.stdout
    assert "doctored: passes" not in text.stdout


@pytest.mark.parametrize("words", [("generic18",), ("generic180", "--samples", "10")])
def test_mistakes_are_messages(words):
    result = CliRunner().invoke(main, ["pdk", "check", *words])
    assert result.exit_code == 1
    assert "try: " in result.stderr
    assert "Traceback" not in result.stderr


def test_a_set_that_is_not_there_names_its_cure(own_data_folder):
    result = CliRunner().invoke(main, ["pdk", "check", "sky130"])
    assert result.exit_code == 1
    assert "try: neuromix pdk install sky130" in result.stderr
