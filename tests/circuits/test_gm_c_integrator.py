"""The integrator in ngspice: it integrates, and its figures agree with each other."""

from __future__ import annotations

import numpy as np
import pytest

import neuromix as nmx
from neuromix.engine.pool import NgspiceEngine

pytestmark = pytest.mark.ngspice

OUTPUT = 1.01e-12  # F: the capacitor and what hangs on the node


def test_slope_transconductance_and_unity_gain_are_one_figure():
    with NgspiceEngine(1) as engine:
        small = nmx.simulate("gm_c_integrator", "linear_range", engine=engine)
        response = nmx.simulate("gm_c_integrator", "response", engine=engine)
        step = nmx.simulate(
            "gm_c_integrator", "step", engine=engine, v_in=0.91, low=0.91, high=0.95
        )
    transconductance = float(small["transconductance"])
    assert 2.0 * np.pi * float(response["unity_gain"]) * OUTPUT == pytest.approx(
        transconductance, rel=0.03
    )
    driven = 10e-3 - float(small["offset"])
    assert float(step["rate"]) == pytest.approx(transconductance * driven / OUTPUT, rel=0.04)


def test_the_slew_rate_is_the_tail_current_on_the_capacitor():
    step = nmx.simulate("gm_c_integrator", "step", v_in=1.2)
    assert float(step["rate"]) == pytest.approx(10e-9 / OUTPUT, rel=0.02)
