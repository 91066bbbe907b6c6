"""The first three cells answer in generic180 as they do in gf180mcu; only their sizes differ."""

from __future__ import annotations

import pytest

import neuromix as nmx

pytestmark = pytest.mark.ngspice

TECHNOLOGIES = ("gf180mcu", "generic180")


def both(cell, bench, **parameters):
    """Return the measures of one bench in each technology."""
    return [nmx.simulate(cell, bench, name, **parameters) for name in TECHNOLOGIES]


def test_the_neuron_s_rates_and_refractory_time():
    for current, duration in ((1e-10, 12e-3), (1e-9, 2e-3), (1e-8, 0.5e-3)):
        one, other = both("lif_neuron", "step", i_in=current, duration=duration, max_step=1e-4)
        assert float(other["rate"]) == pytest.approx(float(one["rate"]), rel=0.06)
    assert 40e-6 < float(other["refractory_time"]) < 60e-6


def test_the_integrator_s_gain_time_constant_and_floor():
    one, other = both("dpi_synapse", "pulse", i_weight=60e-9, width=10e-6)
    for measure, within in (("time_constant", 0.05), ("peak", 0.15)):
        assert float(other[measure]) == pytest.approx(float(one[measure]), rel=within)
    floors = [float(data["out_source"][..., 0]) for data in (one, other)]
    assert floors[1] == pytest.approx(floors[0], rel=0.5)


def test_the_integrator_still_idles_when_it_is_hot():
    """At 85 °C leakage of what is off must not carry the floor away."""
    cold, hot = (
        nmx.simulate("dpi_synapse", "pulse", "generic180", temperature=kelvin)
        for kelvin in (300.15, 358.15)
    )
    ratio = float(hot["out_source"][..., 0]) / float(cold["out_source"][..., 0])
    assert ratio == pytest.approx(1.0, abs=0.4)


def test_the_converter_s_currents():
    for code in (1, 32, 63):
        bits = {f"b{k}": 1.8 * (code >> k & 1) for k in range(6)}
        one, other = both("dac_synapse", "static", **bits)
        for measure in ("source_current", "sink_current"):
            assert float(other[measure]) == pytest.approx(float(one[measure]), rel=0.05)
