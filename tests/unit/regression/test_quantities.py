"""Everything that a user may have in hand becomes quantities."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import neuromix as nmx
from neuromix.comparison.number import Number
from neuromix.comparison.spike_train import SpikeTrain
from neuromix.comparison.waveform import Waveform
from neuromix.errors import BadValue
from neuromix.regression.quantities import quantities, spike_trains

TIME = np.linspace(0.0, 1.0, 5)
WAVE = TIME**2


def assert_wave(found, name="v", axis="time"):
    assert isinstance(found[name], Waveform)
    np.testing.assert_array_equal(found[name].places, TIME)
    np.testing.assert_array_equal(found[name].values, WAVE)
    assert found[name].axis == axis


def test_a_mapping():
    found = quantities(
        {"time": TIME, "v": WAVE, "gain": 2, "own": (TIME[:2], WAVE[:2]),
         "out": nmx.Events(TIME, np.zeros(5, int))}
    )  # fmt: skip
    assert_wave(found)
    assert found["gain"] == Number(2.0)
    assert len(found["own"].places) == 2
    assert isinstance(found["out"], SpikeTrain)
    assert set(found) == {"v", "gain", "own", "out"}


def test_without_an_axis_values_stand_over_their_number():
    found = quantities({"v": WAVE})["v"]
    np.testing.assert_array_equal(found.places, np.arange(5))
    assert quantities(WAVE)["value"].axis == "number"


def test_frequency_is_logarithmic():
    found = quantities({"frequency": TIME + 1.0, "density": WAVE + 1.0})["density"]
    assert (found.logarithmic, found.axis_unit) == (True, "Hz")


def test_a_phase_is_not_logarithmic():
    data = xr.Dataset(
        {
            "v_out": ("frequency", WAVE + 1.0, {"units": "V"}),
            "phase(v_out)": ("frequency", -90.0 * WAVE, {"units": "deg"}),
        },
        coords={"frequency": ("frequency", TIME + 1.0, {"units": "Hz"})},
    )
    found = quantities(data)
    assert (found["v_out"].logarithmic, found["phase(v_out)"].logarithmic) == (True, False)
    assert found["phase(v_out)"].recordable == ""


def test_a_dataset_of_a_sweep():
    data = xr.Dataset(
        {
            "v": (("i_in", "time"), np.array([WAVE, 2.0 * WAVE]), {"units": "V"}),
            "spikes": (("i_in", "spikes_number"), [[0.1, 0.2], [0.3, np.nan]], {"units": "s"}),
            "charge": ("charge_number", [3.0, 1.0], {"units": "C"}),
            "rate": ("i_in", [1.0, 2.0], {"units": "Hz"}),
            "energy": ((), 1e-12, {"units": "J"}),
        },
        coords={"time": ("time", TIME, {"units": "s"}), "i_in": [1e-9, 2e-9]},
    )
    found = quantities(data)
    assert_wave(found, "v[i_in=1e-09]")
    assert found["v[i_in=2e-09]"].unit == "V"
    assert len(found["spikes[i_in=2e-09]"].time) == 1
    assert found["charge"].axis == "number"
    assert (found["rate"].axis, len(found["rate"].places)) == ("i_in", 2)
    assert found["energy"] == Number(1e-12, "J")
    assert set(spike_trains(data)) == {"spikes[i_in=1e-09]", "spikes[i_in=2e-09]"}


def test_a_spike_that_is_lost_in_the_middle_is_not_padding():
    data = xr.Dataset({"spikes": (("n", "spikes_number"), [[0.1, np.nan, 0.3]], {"units": "s"})})
    assert np.isnan(quantities(data)["spikes[n=0]"].time).sum() == 1
    alone = xr.Dataset({"spikes": ("spikes_number", [0.1, np.nan], {"units": "s"})})
    assert np.isnan(quantities(alone)["spikes"].time).sum() == 1


def test_a_downward_sweep_is_turned_round():
    array = xr.DataArray(WAVE[::-1], coords={"sweep": TIME[::-1]}, dims="sweep", name="v")
    assert_wave(quantities(array), axis="sweep")


@pytest.mark.parametrize("ending", ["csv", "npz", "nc"])
def test_files(tmp_path, ending):
    file = tmp_path / f"run.{ending}"
    if ending == "csv":
        rows = [f"{t},{v},{-v}" for t, v in zip(TIME, WAVE, strict=True)]
        file.write_text("\n".join(["time (s),v (V),i(vdd) [A]", *rows, ""]))
    elif ending == "npz":
        np.savez(file, time=TIME, v=WAVE)
    else:
        xr.Dataset({"v": ("time", WAVE)}, coords={"time": TIME}).to_netcdf(file, engine="h5netcdf")
    assert_wave(quantities(file))
    assert_wave(quantities(str(file)))
    if ending == "csv":
        assert (quantities(file)["v"].unit, quantities(file)["i(vdd)"].unit) == ("V", "A")


def test_files_of_spikes(tmp_path):
    table = tmp_path / "events.csv"
    table.write_text("time,address\n0.1,3\n0.2,4\n")
    np.testing.assert_array_equal(spike_trains(table)["spikes"].address, [3, 4])
    np.save(tmp_path / "times.npy", [0.1, 0.2])
    assert len(spike_trains(tmp_path / "times.npy")["spikes"].time) == 2
    events = nmx.Events(np.array([0.1, 0.2]), np.array([3, 4]))
    assert spike_trains(events)["spikes"].address[1] == 4
    assert set(spike_trains({"a": [0.1], "b": events})) == {"a", "b"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (object(), "cannot be compared"),
        ({}, "nothing to compare"),
        ({"time": TIME}, "nothing to compare"),
        ({"time": TIME, "v": WAVE[:3]}, "5,"),
        ({"v": np.array(["a"])}, "not real numbers"),
        ({"v": WAVE + 1j}, "not real numbers"),
        (xr.Dataset({"v": ("time", WAVE + 1j)}), "complex"),
        ("absent.csv", "is not there"),
        ("results.xlsx", "not read"),
    ],
)
def test_what_cannot_be_compared(data, said):
    with pytest.raises(BadValue, match=said):
        quantities(data)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "time,v\n0,zero\n"), ("a.csv", ""), ("a.npz", "PK"), ("a.npy", "x"), ("a.nc", "x"),
     ("a.csv", "time,v\n1,2\n3\n")],
)  # fmt: skip
def test_files_that_are_not_what_they_say(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(BadValue, match="cannot be read"):
        quantities(tmp_path / name)


def test_a_pickle_is_never_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(BadValue, match="cannot be read"):
        quantities(tmp_path / "a.npy")
