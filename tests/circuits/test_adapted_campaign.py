"""A campaign whose bench misses its tolerance at the default settings is tightened, and passes."""

from __future__ import annotations

import json

import numpy as np
import pytest

import neuromix as nmx

TOLERANCE = 1e-4


def _largest_floor(data):
    delay, floor = data["delay"].values.reshape(-1), data["delay_floor"].values
    return float(np.nanmax(floor / np.abs(delay)))


@pytest.mark.ngspice
def test_the_comparator_s_delay():
    usual, adapted = (
        nmx.characterize("comparator", technology="gf180mcu", workers=1, tolerances=tolerances)
        for tolerances in ({}, {"delay": TOLERANCE})
    )
    assert _largest_floor(usual) > TOLERANCE > _largest_floor(adapted)
    before, after = (json.loads(data.attrs["settings"]) for data in (usual, adapted))
    assert after["step"]["reltol"] == pytest.approx(0.1 * before["step"]["reltol"])
    # Benches that do not take the measure keep their own.
    assert {name for name in before if before[name] != after[name]} == {"step"}
