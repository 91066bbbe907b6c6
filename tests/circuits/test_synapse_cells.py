"""The two synapse cells: what their netlists hold, and what SPICE says at rest and at each code."""

from collections import Counter

import numpy as np
import pytest

from neuromix import library
from neuromix.characterization.assembly import job_for
from neuromix.characterization.recipe import Stimulus
from neuromix.declare import Condition
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.checking import check_nodes, check_ports
from neuromix.netlist.parsing import read_subcircuit

TECHNOLOGY = "gf180mcu"


def netlist(name):
    return read_subcircuit(library.netlist_file(name))


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("dpi_synapse", {"nfet": 7, "pfet": 7, "cap": 3}),
        ("dac_synapse", {"nfet": 63 + 1 + 1 + 6 * 3 + 2, "pfet": 6 + 3}),
    ],
)
def test_the_netlist_holds_what_the_cell_is_made_of(name, kinds):
    subcircuit = netlist(name)
    check_ports(library.cell(name), subcircuit)
    check_nodes(subcircuit)
    assert Counter(item.kind for item in subcircuit.elements) == kinds
    sizes = dict(library.cell(name).realisation(TECHNOLOGY).sizes)
    assert set(subcircuit.parameters) == set(sizes)


def test_each_bit_switches_its_share_of_equal_units():
    subcircuit = netlist("dac_synapse")
    sizes = dict(library.cell("dac_synapse").realisation(TECHNOLOGY).sizes)
    units = [
        (item.nodes[0], width, length)
        for item, width, length in subcircuit.sizes(sizes)
        if item.name.startswith("xunit_") and item.name != "xunit_replica"
    ]
    assert Counter(node for node, _, _ in units) == {f"n_bit{k}": 2**k for k in range(6)}
    assert len({(width, length) for _, width, length in units}) == 1


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(1) as running:
        yield running


def simulate(engine, name, stimulus, condition=None, **more):
    cell = library.cell(name)
    job = job_for(
        cell,
        stimulus.bench_of(cell),
        library.technology(TECHNOLOGY),
        condition or Condition(),
        dict(stimulus.overrides),
        **more,
    )
    ((outcome,),) = engine.run([job])
    assert not outcome.failure, outcome.reason
    return outcome


@pytest.mark.ngspice
def test_the_integrator_at_rest_and_after_a_pulse(engine):
    outcome = simulate(engine, "dpi_synapse", Stimulus("pulse", "pulse"))
    source = outcome.arrays["out_source"]
    assert source[0] == pytest.approx(6.75e-12, rel=0.02)  # three times i_tau
    assert 50e-12 < source.max() < 100e-12
    assert outcome.values["time_constant"] == pytest.approx(4.9e-3, rel=0.05)
    assert np.all(np.diff(source[40:]) < 0)


@pytest.mark.ngspice
def test_the_integrator_with_ideal_biases_is_the_same_at_nominal(engine):
    held = {"i_threshold": 1.3314, "i_tau": 0.7522}
    ideal = simulate(engine, "dpi_synapse", Stimulus("pulse", "pulse"), bias_voltages=held)
    replica = simulate(engine, "dpi_synapse", Stimulus("pulse", "pulse"))
    assert ideal.values["peak"] == pytest.approx(replica.values["peak"], rel=0.05)


@pytest.mark.ngspice
def test_the_time_constant_goes_with_the_temperature_of_a_current_bias(engine):
    hot = simulate(engine, "dpi_synapse", Stimulus("pulse", "pulse"), Condition(temperature=358.15))
    cold = simulate(engine, "dpi_synapse", Stimulus("pulse", "pulse"))
    ratio = hot.values["time_constant"] / cold.values["time_constant"]
    assert ratio == pytest.approx(358.15 / 300.15, rel=0.06)


@pytest.mark.ngspice
def test_the_converter_is_monotone_and_linear(engine):
    currents = []
    for code in (0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 47, 48, 63):
        levels = tuple((f"b{k}", 1.8 * (code >> k & 1)) for k in range(6))
        values = simulate(engine, "dac_synapse", Stimulus(str(code), "static", levels)).values
        currents.append((code, values["source_current"], values["sink_current"]))
    codes, source, sink = np.array(currents).T
    for output in (source, sink):
        assert np.all(np.diff(output) > 0)
        step = (output[-1] - output[0]) / 63
        assert np.abs((output - output[0]) / step - codes).max() < 0.25
    assert (source[-1] - source[0]) / 63 == pytest.approx(0.99e-9, rel=0.01)
    assert 0.2e-9 < source[0] < 0.4e-9  # the keep-alive
