"""Formulas as references: ngspice meets them, and what is off by a per cent does not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySpice.Spice.Netlist import Circuit

import neuromix as nmx
from neuromix.comparison.closed_forms import Integral, RCStep, TranslinearProduct
from neuromix.comparison.tolerance import Tolerance
from neuromix.declare import Transient
from neuromix.regression.quantities import quantities

RISE = 1e-9
TIGHT = Tolerance(relative=1e-4)
"""Of the span; ngspice's own settings here leave a few 1e-5."""


def found(circuit: Circuit, analysis: Transient, name: str):
    return quantities(nmx.simulate(circuit, analysis, save=[name]))[name]


def failures(form, waveform, tolerance=TIGHT):
    reference = form.waveform(waveform.places[0], waveform.places[-1], tolerance)
    return [item for item in reference.compare(waveform, tolerance, "out") if not item.passed]


def rc(before: float, after: float) -> Circuit:
    circuit = Circuit("RC")
    circuit.PieceWiseLinearVoltageSource(
        "in", "in", circuit.gnd, values=[(0.0, before), (1e-6, before), (1e-6 + RISE, after)]
    )
    circuit.R("r", "in", "out", 1e4)
    circuit.C("c", "out", circuit.gnd, 1e-10)
    return circuit


@pytest.mark.ngspice
@pytest.mark.parametrize(("before", "after"), [(0.0, 1.0), (1.8, 0.0), (-0.2, 0.3)])
def test_a_capacitor_behind_a_resistor(before, after):
    waveform = found(rc(before, after), Transient(8e-6, 5e-9), "out")
    form = RCStep(1e4, 1e-10, before, after, moment=1e-6, rise=RISE)
    assert failures(form, waveform) == []
    wrong = dataclasses.replace(form, capacitance=1.01e-10)
    (verdict,) = failures(wrong, waveform)
    assert verdict.check == "tube"
    # The error of exp(-t/tau) for a wrong tau is largest one time constant after the step.
    assert verdict.place == pytest.approx(2e-6, abs=0.3e-6)


@pytest.mark.ngspice
def test_an_ideal_integrator():
    times, currents = (0.0, 1e-6, 3e-6, 4e-6, 9e-6), (0.0, 0.0, 2e-9, -1e-9, 1e-9)
    circuit = Circuit("integrator")
    circuit.PieceWiseLinearCurrentSource(
        "in", circuit.gnd, "out", values=list(zip(times, currents, strict=True))
    )
    circuit.C("c", "out", circuit.gnd, 1e-12)
    circuit.R("dc", "out", circuit.gnd, 1e15)  # a path for direct current, of 1000 s with 1 pF
    waveform = found(circuit, Transient(10e-6, 1e-8), "out")
    form = Integral(1e-12, times, currents)
    assert failures(form, waveform) == []
    assert failures(dataclasses.replace(form, gain=1.01), waveform)
    assert failures(dataclasses.replace(form, initial=1e-4), waveform)


LOOP = """
.model ideal npn(is=1e-16 bf=1e12 br=1e12)
* What joins the junctions is copied by ideal sources, so that no current takes two ways.
q1 a a b_copy ideal
q2 b b 0 ideal
q3 c c 0 ideal
q4 collector a_copy c_copy ideal
e1 b_copy 0 b 0 1
e2 a_copy 0 a 0 1
e3 c_copy 0 c 0 1
i3 0 c 5e-7
vout supply collector 0
vcc supply 0 3
"""


@pytest.mark.ngspice
def test_a_translinear_loop_multiplies():
    """Four bipolar transistors without base currents: V1 + V2 = V3 + V4, so I1 I2 = I3 I4."""
    times, x, y = (0.0, 5e-6, 10e-6), (1e-7, 1e-6, 1e-6), (1e-6, 1e-6, 2e-7)
    circuit = Circuit("translinear")
    for name, node, currents in (("x", "a", x), ("y", "b", y)):
        circuit.PieceWiseLinearCurrentSource(
            name, circuit.gnd, node, values=list(zip(times, currents, strict=True))
        )
    circuit.raw_spice = LOOP
    waveform = found(circuit, Transient(10e-6, 1e-8), "i(vout)")
    form = TranslinearProduct(times, x, y, 5e-7)
    assert failures(form, waveform) == []
    assert failures(dataclasses.replace(form, reference=5.05e-7), waveform)


def test_formulas_are_drawn_as_finely_as_asked():
    form = RCStep(1e3, 1e-9, 0.0, 2.0, moment=1e-6)
    for relative in (1e-2, 1e-4, 1e-6):
        tolerance = Tolerance(relative=relative)
        drawn = form.waveform(0.0, 1e-5, tolerance)
        fine = np.linspace(0.0, 1e-5, 100_001)
        error = np.abs(np.interp(fine, drawn.places, drawn.values) - form.at(fine)).max()
        assert error <= 0.11 * relative * 2.0
        assert len(drawn.places) < 30.0 / np.sqrt(relative)


def test_a_discharge_falls_to_a_part_of_e_in_one_time_constant():
    form = RCStep(2e3, 1e-9, 3.0, 0.0)
    np.testing.assert_allclose(
        form.at(np.array([0.0, 2e-6, 4e-6])), 3.0 * np.exp([0.0, -1.0, -2.0])
    )


def test_a_slow_ramp_is_followed_one_time_constant_late():
    """The response to a ramp lags by RC once the start is forgotten, and settles afterwards."""
    form = RCStep(1e3, 1e-9, 0.0, 1.0, rise=1e-4)
    np.testing.assert_allclose(form.at(np.array([5e-5, 9e-5])), [0.49, 0.89], rtol=1e-12)
    np.testing.assert_allclose(form.at(np.array([1e-4, 1e-4 + 1e-6])), [0.99, 1 - 0.01 / np.e])


def test_an_integral_over_a_triangle():
    form = Integral(1e-12, (0.0, 1.0, 2.0), (0.0, 1e-12, 0.0), initial=-1.0)
    np.testing.assert_allclose(
        form.at(np.array([0.0, 0.5, 1.0, 2.0, 3.0])), [-1, -0.875, -0.5, 0, 0]
    )


def test_a_wrong_product_is_told_from_a_right_one_without_a_simulator():
    times, ones, ramp = (0.0, 1.0), (1.0, 1.0), (0.0, 1.0)
    square = TranslinearProduct(times, ramp, ramp, 1.0).waveform(0.0, 1.0, TIGHT)
    assert failures(TranslinearProduct(times, ramp, ramp, 1.0), square) == []
    (verdict,) = failures(TranslinearProduct(times, ramp, ones, 1.0), square)
    assert verdict.place == pytest.approx(0.5, abs=0.01)
    assert "250 mA" in verdict.sentence or "0.25" in verdict.sentence
