"""Raw files: what ngspice writes is read, what we write reads the same, broken ones are refused."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from neuromix.errors import BadValue
from neuromix.interop.raw import read_raw, write_raw

WRITER = """
import sys
from neuromix.engine.binding import Ngspice
engine = Ngspice()
engine.load('''* low-pass
v1 in 0 dc 1 ac 1 pulse(0 1 0 1u)
r1 in out 1k
c1 out 0 1u
.end
''')
for command in sys.argv[1:]:
    engine.command(command)
"""


def ngspice(tmp_path, *commands):
    """Run commands in a libngspice of its own, on a low-pass of 1 ms."""
    subprocess.run([sys.executable, "-c", WRITER, *commands], cwd=tmp_path, check=True)
    return tmp_path / "x.raw"


def waveforms() -> xr.Dataset:
    time = np.array([0.0, 1e-9, 3e-9, 1e-6])
    return xr.Dataset(
        {
            "v_out": ("time", np.sin(time * 1e6), {"units": "V"}),
            "i(vdd)": ("time", time * 1e-3, {"units": "A"}),
            "rate": ((), 3.0, {"units": "Hz"}),
        },
        coords={"time": ("time", time, {"units": "s"})},
        attrs={"cell": "lif_neuron", "bench": "step"},
    )


@pytest.mark.ngspice
@pytest.mark.parametrize("filetype", ["ascii", "binary"])
def test_a_transient_of_ngspice(tmp_path, filetype):
    file = ngspice(tmp_path, f"set filetype={filetype}", "tran 1u 5m", "write x.raw v(out) i(v1)")
    (data,) = read_raw(file)
    assert data["v(out)"].attrs["units"] == "V"
    assert data["i(v1)"].attrs["units"] == "A"
    assert data.attrs["plot"] == "Transient Analysis"
    late = float(data["v(out)"].interp(time=1e-3))
    assert late == pytest.approx(1.0 - np.exp(-1.0), rel=1e-2)


@pytest.mark.ngspice
@pytest.mark.parametrize("filetype", ["ascii", "binary"])
def test_an_ac_analysis_of_ngspice(tmp_path, filetype):
    file = ngspice(tmp_path, f"set filetype={filetype}", "ac dec 20 1 1e5", "write x.raw v(out)")
    (data,) = read_raw(file)
    corner = 1.0 / (2.0 * np.pi * 1e-3)
    assert np.iscomplexobj(data["v(out)"])
    ideal = 1.0 / (1.0 + 1j * data["frequency"] / corner)
    assert float(abs(data["v(out)"] - ideal).max()) < 1e-6


@pytest.mark.ngspice
def test_several_plots_in_one_file(tmp_path):
    file = ngspice(tmp_path, "op", "write x.raw v(out)", "tran 1u 1m", "set appendwrite",
                   "write x.raw v(out)")  # fmt: skip
    point, wave = read_raw(file)
    assert point["v(out)"].ndim == 0
    assert wave["v(out)"].dims == ("time",)


def test_ours_comes_back_bit_for_bit(tmp_path):
    data = waveforms()
    (again,) = read_raw(write_raw(data, tmp_path / "x.raw"))
    for name in ("v_out", "i(vdd)"):
        assert np.array_equal(again[name], data[name])
        assert again[name].attrs == data[name].attrs
    assert np.array_equal(again["time"], data["time"])
    assert again.attrs["title"] == "lif_neuron step"
    assert "rate" not in again, "a number is no waveform"


@pytest.mark.ngspice
def test_ngspice_reads_ours(tmp_path):
    write_raw(waveforms().rename({"v_out": "out"}), tmp_path / "ours.raw")
    file = ngspice(tmp_path, "load ours.raw", "let double = 2 * out", "write x.raw double")
    (again,) = read_raw(file)
    assert np.allclose(again["double"], 2.0 * waveforms()["v_out"], rtol=1e-15)


def test_a_sweep_is_no_single_run(tmp_path):
    data = waveforms().expand_dims(i_in=2)
    with pytest.raises(BadValue, match="not the waveforms of one run"):
        write_raw(data, tmp_path / "x.raw")
    assert not list(tmp_path.iterdir())


@given(share=st.floats(0.0, 0.999))
def test_a_file_that_ends_early_is_refused(tmp_path_factory, share):
    file = write_raw(waveforms(), tmp_path_factory.mktemp("raw") / "x.raw")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(BadValue, match=r"x\.raw"):
        read_raw(file)


@pytest.mark.parametrize(
    "junk", [b"", b"\n\n", b"Title: a\n", b"\x00" * 99, b"No. Points: x\nBinary:\n"]
)
def test_what_is_no_raw_file(tmp_path, junk):
    (tmp_path / "x.raw").write_bytes(junk)
    with pytest.raises(BadValue, match=r"x\.raw"):
        read_raw(tmp_path / "x.raw")
    with pytest.raises(BadValue, match="cannot read"):
        read_raw(tmp_path / "absent.raw")
