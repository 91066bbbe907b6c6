"""The policy, row by row; and that a reference comes back from its file as it was written."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import xarray as xr

from neuromix.comparison.number import Number
from neuromix.comparison.spike_train import SpikeTrain
from neuromix.comparison.tolerance import Tolerance
from neuromix.comparison.waveform import Waveform
from neuromix.errors import BadValue
from neuromix.regression.examining import RECORDED, Result, examine, file_stem
from neuromix.regression.files import read_reference, write_reference
from neuromix.regression.judging import judge
from neuromix.regression.reference import recorded, usual_tolerance
from neuromix.regression.states import states_of

TIME = np.linspace(0.0, 1e-3, 501)
FOUND = {
    "v_mem": Waveform(TIME, np.sin(1e4 * TIME), "V"),
    "i(vdd)/2": Waveform(TIME, np.cos(1e4 * TIME), "A"),
    "spikes": SpikeTrain(np.array([1e-4, 5e-4]), np.array([0, 3])),
    "rate": Number(1853.0, "Hz"),
    "latency": Number(float("nan"), "s"),
}
STATES = {"deck": "aaaa", "models": "gf180mcu tt 8225", "ngspice": "39"}


def reference(**changes):
    return dataclasses.replace(recorded(None, FOUND, {}, {}, STATES, "why"), **changes)


def with_rate(value):
    return {**FOUND, "rate": Number(value, "Hz")}


@pytest.mark.parametrize(
    ("found", "states", "state"),
    [
        (FOUND, STATES, "passed"),
        (FOUND, STATES | {"ngspice": "45"}, "stale"),
        (FOUND, STATES | {"deck": "bbbb"}, "stale"),
        (FOUND, {}, "stale"),
        (with_rate(1900.0), STATES, "failed"),
        (with_rate(1900.0), STATES | {"deck": "bbbb"}, "failed"),
        (FOUND | {"new": Number(1.0)}, STATES, "stale"),
        ({"rate": FOUND["rate"]}, STATES, "failed"),
        (FOUND | {"spikes": Number(1.0)}, STATES, "failed"),
    ],
)
def test_every_row(found, states, state):
    assert judge(reference(), found, states).state == state


def test_the_cause_is_said_before_the_values():
    said = judge(reference(), with_rate(1900.0), STATES | {"ngspice": "45"}).sentences
    assert said[0] == "the reference is of another ngspice: 39 on record, 45 now"
    assert said[1].startswith("rate is 1.9 kHz where 1.853 kHz is on record")


def test_software_explains_a_failure_and_makes_nothing_stale():
    entry = reference().history[-1]
    older = dataclasses.replace(entry, software={**entry.software, "numpy": "1.0"})
    assert judge(reference(history=(older,)), FOUND, STATES).state == "passed"
    said = judge(reference(history=(older,)), with_rate(1900.0), STATES).sentences
    assert said[-1].startswith("software: numpy 1.0 on record, ")


def test_the_worst_is_said_first():
    found = with_rate(1900.0) | {"spikes": SpikeTrain(np.array([1e-4]), np.array([0]))}
    failures = judge(reference(), found, STATES).failures
    assert [verdict.quantity for verdict in failures] == ["spikes", "rate"]


def test_a_reference_comes_back_as_it_was_written(tmp_path):
    limits = {"v_mem": Tolerance(0.01, 0.1, 2e-6, 0.2, 0.3)}
    origin = {"cell": "lif_neuron"}
    made = recorded(None, FOUND, limits, origin, STATES, "µ: why", seconds=1.234)
    found = read_reference(write_reference(tmp_path / "a.nc", made))
    assert found.tolerances == made.tolerances
    assert (found.origin, found.states, found.history) == (origin, STATES, made.history)
    assert found.history[0].seconds == 1.23
    assert list(found.quantities) == list(FOUND)
    np.testing.assert_array_equal(found.quantities["v_mem"].places, made.quantities["v_mem"].places)
    np.testing.assert_array_equal(found.quantities["spikes"].address, [0, 3])
    assert found.quantities["rate"] == FOUND["rate"]
    assert found.quantities["i(vdd)/2"].unit == "A"
    assert judge(found, FOUND, STATES).state == "passed"
    assert len(found.quantities["v_mem"].places) < 100
    assert (tmp_path / "a.nc").stat().st_size < 25_000


def test_a_dataset_is_no_reference(tmp_path):
    xr.Dataset({"x": 1.0}).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(BadValue, match="is not a reference"):
        read_reference(tmp_path / "a.nc")


def test_tolerances_stay_when_values_are_updated():
    old = recorded(None, FOUND, {"rate": {"relative": 0.2}}, {}, STATES, "why")
    new = recorded(old, with_rate(5000.0), {}, {}, STATES, "faster")
    assert new.tolerances["rate"].relative == 0.2
    assert [entry.reason for entry in new.history] == ["why", "faster"]


def test_what_depends_on_the_method_is_left_out_and_said():
    again = FOUND | {
        "rate": Number(2800.0, "Hz"),
        "v_mem": Waveform(TIME, np.sin(1e4 * TIME) + 1e-2),
    }
    made = recorded(None, FOUND, {}, {}, STATES, "why", again=again)
    assert set(made.omitted) == {"rate"}
    assert "depends on the integration method by 51" in made.omitted["rate"]
    assert made.tolerances["v_mem"].absolute == pytest.approx(0.014, rel=0.05)
    assert judge(made, FOUND, STATES).state == "passed", "left out is not forgotten"
    later = recorded(made, FOUND, {}, {}, STATES, "again")
    assert set(later.omitted) == {"rate"}
    assert "rate" in recorded(made, FOUND, {"rate": Tolerance()}, {}, STATES, "asked").quantities


def test_only_time_has_a_tolerance_of_its_own():
    assert usual_tolerance(FOUND["v_mem"]).time == pytest.approx(1e-7)
    listed = Waveform(np.arange(5.0), np.arange(5.0), axis="number", axis_unit="")
    assert usual_tolerance(listed).time == 0.0


@pytest.mark.parametrize("reason", ["", " \n"])
def test_no_reference_without_a_reason(reason):
    with pytest.raises(BadValue, match="without a reason"):
        recorded(None, FOUND, {}, {}, STATES, reason)


def test_a_stale_reference_is_recorded_anew_and_a_good_one_is_not_touched(tmp_path):
    def look(states, reason=None):
        return examine(
            tmp_path / "a.nc",
            Result(FOUND, states, {}),
            reason=reason,
            pictures=tmp_path / "pictures",
            cure="",
        )

    assert look(STATES, "first").state == RECORDED
    before = (tmp_path / "a.nc").stat().st_mtime_ns
    assert look(STATES, "again").state == "passed"
    assert (tmp_path / "a.nc").stat().st_mtime_ns == before
    newer = STATES | {"ngspice": "45"}
    assert look(newer).state == "stale"
    assert look(newer, "ngspice 45").state == RECORDED
    assert look(newer).state == "passed"


def test_names_of_files():
    assert file_stem("test_it[lif_neuron-10]") == "test_it[lif_neuron-10]"
    assert file_stem("a/b") != file_stem("a_b"), "two names never share a file"
    assert file_stem("../../x").startswith(".._.._x-")
    assert len(file_stem("x" * 500)) <= 120


def test_only_our_datasets_have_states():
    assert states_of({"time": TIME}) == {}
    assert states_of(xr.Dataset(attrs={"title": "x"})) == {}
    mine = xr.Dataset(attrs={"deck": "a", "ngspice": "31", "models": "m", "python": "3"})
    assert states_of(mine) == {"deck": "a", "ngspice": "31", "models": "m"}
