"""What ngspice gives through our engine, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from PySpice.Spice.Netlist import Circuit

import neuromix as nmx
from neuromix.declare import FrequencyResponse, Noise, OperatingPoint, Transient
from neuromix.errors import BadValue, SingularCircuit, UnknownName
from neuromix.measure import bandwidth
from neuromix.units import BOLTZMANN

pytestmark = pytest.mark.ngspice


def rc(resistance: float, capacitance: float) -> Circuit:
    circuit = Circuit("RC")
    circuit.PieceWiseLinearVoltageSource("in", "in", circuit.gnd, values=[(0.0, 0.0), (1e-9, 1.0)])
    circuit.R("r", "in", "out", resistance)
    circuit.C("c", "out", circuit.gnd, capacitance)
    return circuit


def test_charging_of_a_capacitor():
    data = nmx.simulate(rc(1e3, 1e-9), Transient(5e-6, 1e-8), save=["out", "i(Vin)"])
    time = data["time"].values
    exact = np.where(time > 1e-9, 1.0 - np.exp(-(time - 0.5e-9) / 1e-6), 0.0)
    late = time > 2e-8
    assert time[-1] == pytest.approx(5e-6, rel=1e-9)
    np.testing.assert_allclose(data["out"].values[late], exact[late], atol=2e-5)
    charge = np.trapezoid(data["i(Vin)"].values, time)
    assert abs(charge) == pytest.approx(1e-9 * exact[-1], rel=1e-3)
    assert data["out"].attrs["units"] == "V"
    assert data["i(Vin)"].attrs["units"] == "A"
    assert data["time"].attrs["units"] == "s"


def test_a_divider():
    circuit = Circuit("divider")
    circuit.V("s", "top", circuit.gnd, 3.0)
    circuit.R("1", "top", "mid", 2e3)
    circuit.R("2", "mid", circuit.gnd, 1e3)
    data = nmx.simulate(circuit, OperatingPoint(), save=["mid", "i(Vs)"])
    assert float(data["mid"]) == pytest.approx(1.0, rel=1e-9)
    assert abs(float(data["i(Vs)"])) == pytest.approx(1e-3, rel=1e-9)


def test_kt_over_c():
    """The noise of any resistor on a capacitor is kT/C (Nyquist 1928), whatever the resistance."""
    capacitance, total = 1e-12, []
    for resistance in (1e6, 1e7):
        circuit = Circuit("noise")
        circuit.I("in", circuit.gnd, "out", "dc 0 ac 1")
        circuit.R("r", "out", circuit.gnd, resistance)
        circuit.C("c", "out", circuit.gnd, capacitance)
        corner = 1.0 / (2.0 * np.pi * resistance * capacitance)
        analysis = Noise("out", "Iin", corner * 1e-4, corner * 1e4, points=50)
        data = nmx.simulate(circuit, analysis)
        assert data["output_noise"].attrs["units"] == "V/Hz**0.5"
        assert data["input_noise"].attrs["units"] == "A/Hz**0.5"
        density = data["output_noise"].values ** 2
        total.append(np.trapezoid(density, data["frequency"].values))
    np.testing.assert_allclose(total, BOLTZMANN * 300.15 / capacitance, rtol=2e-3)


def test_a_floating_node_of_a_circuit():
    circuit = Circuit("floating")
    circuit.V("s", "a", circuit.gnd, 1.0)
    circuit.C("1", "a", "b", 1e-12)
    circuit.C("2", "b", circuit.gnd, 1e-12)
    with pytest.raises(SingularCircuit) as caught:
        nmx.simulate(circuit, OperatingPoint(), save=["b"])
    assert caught.value.cure


def test_a_circuit_without_an_analysis():
    with pytest.raises(BadValue, match="needs an analysis"):
        nmx.simulate(rc(1.0, 1.0), "step")


BRIEF = {"duration": 3e-6, "max_step": 1e-6}


def test_a_sweep_has_its_dimensions():
    cell = nmx.cell("lif_neuron")
    currents, membranes = [1e-9, 2e-9, 4e-9], [0.4e-12, 0.8e-12]
    data = nmx.simulate(cell, "step", i_in=currents, c_membrane=membranes, **BRIEF)
    assert data["v_mem"].dims == ("i_in", "c_membrane", "time")
    assert data["energy"].dims == ("i_in", "c_membrane")
    np.testing.assert_array_equal(data["i_in"], currents)
    np.testing.assert_array_equal(data["c_membrane"], membranes)
    assert data["i_in"].attrs["units"] == "A"
    assert data["energy"].attrs["units"] == "J"
    # dV/dt = I/C while the membrane is near ground; each point stands where it belongs.
    late = data["v_mem"].sel(time=slice(2e-6, 3e-6))
    slope = (late[..., -1] - late[..., 0]) / (late.time[-1] - late.time[0])
    assert np.all(np.diff(slope.values, axis=0) > 0)
    assert np.all(np.diff(slope.values, axis=1) < 0)
    ratio = slope.values[2] / slope.values[0]
    np.testing.assert_allclose(ratio, 4.0, rtol=0.15)
    assert data.attrs["cell"] == "lif_neuron"
    assert data.attrs["deck"]


def test_one_point_keeps_the_raw_time_grid():
    data = nmx.simulate(nmx.cell("lif_neuron"), "step", **BRIEF)
    assert data["v_mem"].dims == ("time",)
    assert float(data.time[-1]) == pytest.approx(3e-6, rel=1e-6)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"i_on": 1e-9}, UnknownName),
        ({"i_in": [[1e-9]]}, BadValue),
        ({"i_in": []}, BadValue),
        ({"i_in": float("nan")}, BadValue),
        ({"i_in": 1.0}, BadValue),
        ({"w_leak": -1e-6}, BadValue),
        ({"i_in": "lots"}, BadValue),
    ],
)
def test_parameters_that_are_refused(given, kind):
    with pytest.raises(kind):
        nmx.simulate(nmx.cell("lif_neuron"), "step", **given)


def test_frequency_response_of_a_low_pass():
    resistance, capacitance = 1e6, 1e-12
    corner = 1.0 / (2.0 * np.pi * resistance * capacitance)
    circuit = Circuit("low-pass")
    circuit.V("in", "in", circuit.gnd, "dc 0 ac 1")
    circuit.R("r", "in", "out", resistance)
    circuit.C("c", "out", circuit.gnd, capacitance)
    analysis = FrequencyResponse("Vin", corner * 1e-3, corner * 1e3, points=50)
    data = nmx.simulate(circuit, analysis, save=["out", "i(Vin)"])
    frequency = data["frequency"].values
    transfer = 1.0 / (1.0 + 1j * frequency / corner)
    assert frequency[-1] == pytest.approx(corner * 1e3, rel=1e-6)
    np.testing.assert_allclose(data["out"].values, np.abs(transfer), rtol=1e-9)
    np.testing.assert_allclose(data["phase(out)"].values, np.degrees(np.angle(transfer)), atol=1e-7)
    waves = {name: data[name].values for name in ("frequency", "out")}
    assert bandwidth(waves, "out") == pytest.approx(corner, rel=5e-4)
    assert data["out"].attrs["units"] == "V"
    assert data["i(Vin)"].attrs["units"] == "A"
    assert data["phase(out)"].attrs["units"] == "deg"
    at_corner = np.abs(data["i(Vin)"].values[frequency >= corner][0]) * resistance
    assert at_corner == pytest.approx(np.sqrt(0.5), rel=0.05)


def test_the_phase_of_three_poles_passes_a_turn_of_the_sign():
    circuit = Circuit("three stages")
    circuit.V("in", "n0", circuit.gnd, "dc 0 ac 1")
    for k in range(3):
        circuit.VCVS(f"e{k}", f"e{k}", circuit.gnd, f"n{k}", circuit.gnd, 1.0)
        circuit.R(f"r{k}", f"e{k}", f"n{k + 1}", 1e3)
        circuit.C(f"c{k}", f"n{k + 1}", circuit.gnd, 1e-9)
    analysis = FrequencyResponse("Vin", 10.0, 3e8, points=20)
    data = nmx.simulate(circuit, analysis, save=["n3"])
    exact = -3.0 * np.degrees(np.arctan(data["frequency"].values * 2e-6 * np.pi))
    np.testing.assert_allclose(data["phase(n3)"].values, exact, atol=1e-6)


def test_a_response_without_a_source_is_refused():
    with pytest.raises(BadValue, match="no source 'Vother'"):
        nmx.simulate(rc(1e3, 1e-9), FrequencyResponse("Vother"), save=["out"])
