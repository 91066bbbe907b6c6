"""Operating points: regions that hand calculation knows, and Kirchhoff's law between devices."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

import neuromix as nmx
from neuromix.cli import main
from neuromix.units import thermal_voltage

pytestmark = pytest.mark.ngspice


@pytest.fixture(scope="module")
def amplifier():
    return nmx.operating_point("gm_c_integrator", technology="gf180mcu")


def test_currents_add_up(amplifier):
    current = amplifier["drain_current"]
    pair = float(current.sel(element="xpair_p") + current.sel(element="xpair_n"))
    assert pair == pytest.approx(float(current.sel(element="xtail")), rel=1e-3)
    assert float(current.sel(element="xload")) == pytest.approx(pair / 2.0, rel=0.02)


def test_a_pair_at_nanoamperes_is_in_weak_inversion(amplifier):
    pair = amplifier.sel(element="xpair_p")
    assert str(pair["region"].values) == "weak inversion"
    # gm/Id of weak inversion is 1/(n U_T), the most that a transistor gives; n is 1 + gmb/gm.
    slope = 1.0 + float(pair["bulk_transconductance"] / pair["transconductance"])
    most = 1.0 / (slope * thermal_voltage(300.15))
    assert 0.85 * most < float(pair["efficiency"]) < 1.02 * most
    assert float(pair["headroom"]) > 0.0


def test_more_current_means_stronger_inversion():
    copier = [
        nmx.operating_point("gm_c_integrator", technology="gf180mcu", w_pair=width)
        for width in (0.5e-6, 50e-6)
    ]
    narrow, wide = (float(item["inversion_coefficient"].sel(element="xpair_p")) for item in copier)
    assert narrow > 10.0 * wide


def test_switches_are_off_or_in_triode():
    regions = nmx.operating_point("lif_neuron", technology="gf180mcu")["region"]
    assert str(regions.sel(element="xreset").values) == "off"
    assert set(np.unique(regions.values)) <= {
        "off", "triode", "weak inversion", "moderate inversion", "strong inversion"
    }  # fmt: skip


def test_the_command():
    words = ["operating-point", "gm_c_integrator", "--corner", "ss"]
    table = CliRunner().invoke(main, words)
    assert table.exit_code == 0, table.output
    assert "margin" in table.stdout
    lines = list(
        csv.DictReader(CliRunner().invoke(main, [*words, "--format", "csv"]).stdout.splitlines())
    )
    record = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert [line["element"] for line in lines] == [item["element"] for item in record["elements"]]
    assert record["corner"] == "ss"
    wrong = CliRunner().invoke(main, ["operating-point", "gm_c_integrator", "-p", "w_pear=1u"])
    assert wrong.exit_code == 1
    assert "try: w_pair" in wrong.stderr
