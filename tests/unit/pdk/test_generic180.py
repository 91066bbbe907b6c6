"""The models that come with neuromix: here without a network, pinned, whole in every corner."""

from __future__ import annotations

import dataclasses
import re
import socket

import pytest

from neuromix import library, pdk
from neuromix.declare import IncludedModelSet
from neuromix.errors import BadValue, ModelSetMissing, NetlistError, UnknownName
from neuromix.pdk import installation

CORNERS = ("tt", "ff", "ss", "fs", "sf")
MOVED_BY_A_CORNER = {"vth0", "u0", "cjs", "cjsws", "cjswgs"}
PAIR = [("nfet", 1e-6, 1e-6), ("pfet", 1e-6, 1e-6)]


@pytest.fixture
def technology():
    return library.technology("generic180")


def values(technology, corner):
    """Return the numbers of both cards of a corner, by device and parameter."""
    text = pdk.device_cards(technology, corner, PAIR).partition(".subckt")[0]
    found = {}
    for card in text.split(".model ")[1:]:
        name, kind = card.split()[:2]
        numbers = re.findall(r"(\w+) *= *(\S+)", card)
        assert kind in {"nmos", "pmos"}
        assert len({key for key, _ in numbers}) == len(numbers), "a parameter twice"
        found[name] = {key: value for key, value in numbers if key != "version"}
    return {
        name: {key: float(value) for key, value in card.items()} for name, card in found.items()
    }


def test_no_network_no_data_folder_no_pip(technology, own_data_folder, monkeypatch):
    def refused(*_arguments, **_options):
        raise AssertionError("it is built in")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(installation.subprocess, "run", refused)
    file = pdk.install(technology)
    assert pdk.identity(technology) == (file, technology.model_set.sha256)
    assert file == library.built_in() / "netlists" / "generic180.lib"
    assert ".model generic180_n nmos" in pdk.device_cards(technology, "tt", PAIR)
    assert not own_data_folder.exists()


def test_a_wheel_is_not_silently_ignored(technology, tmp_path):
    with pytest.raises(BadValue, match="comes with the library"):
        pdk.install(technology, tmp_path / "some.whl")


def test_an_open_pdks_installation_does_not_come_first(technology, tmp_path, monkeypatch):
    monkeypatch.setenv("PDK_ROOT", str(tmp_path))
    monkeypatch.setenv("PDK", "any")
    assert pdk.identity(technology)[1] == technology.model_set.sha256


def test_a_changed_file_is_refused(technology):
    model_set = dataclasses.replace(technology.model_set, sha256="0" * 64)
    changed = dataclasses.replace(technology, model_set=model_set)
    with pytest.raises(ModelSetMissing, match="has been changed") as caught:
        pdk.model_file(changed)
    assert technology.model_set.sha256 in str(caught.value)


def test_a_library_of_one_s_own_may_hold_models(technology, tmp_path, monkeypatch):
    for name in ("circuits", "netlists"):
        (tmp_path / name).mkdir()
    file = tmp_path / "netlists" / "own.lib"
    file.write_text(pdk.model_file(technology).read_text())
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path))
    model_set = IncludedModelSet("own.lib", technology.model_set.sha256, "MIT")
    own = dataclasses.replace(technology, name="own", model_set=model_set)
    assert pdk.model_file(own) == file
    absent = dataclasses.replace(own, model_set=dataclasses.replace(model_set, file="ovn.lib"))
    with pytest.raises(UnknownName, match=r"no model file named 'ovn\.lib'") as caught:
        pdk.model_file(absent)
    assert caught.value.cure == "own.lib"


@pytest.mark.parametrize("corner", CORNERS)
def test_a_corner_moves_what_it_says_and_nothing_else(technology, corner):
    typical, moved = values(technology, "tt"), values(technology, corner)
    assert set(typical) == set(moved) == {"generic180_n", "generic180_p"}
    for name, card in typical.items():
        assert card.keys() == moved[name].keys()
        changed = {key for key, value in card.items() if moved[name][key] != value}
        assert changed == (MOVED_BY_A_CORNER if corner != "tt" else set())


def test_fast_and_slow_are_what_they_are_called(technology):
    speed = {
        corner: tuple(
            (-abs(card["vth0"]), card["u0"], -card["cjs"])
            for _, card in sorted(values(technology, corner).items())
        )
        for corner in CORNERS
    }
    for device in (0, 1):
        fast, typical, slow = (speed[corner][device] for corner in ("ff", "tt", "ss"))
        for one, two, three in zip(fast, typical, slow, strict=True):
            assert one > two > three
    assert speed["fs"] == (speed["ff"][0], speed["ss"][1])
    assert speed["sf"] == (speed["ss"][0], speed["ff"][1])


def test_oxide_and_matching_belong_together(technology):
    """1 mV·µm of A_VT for each nanometre of the oxide, and A_VT is that of a pair."""
    oxide = values(technology, "tt")["generic180_n"]["toxe"]
    for neutral in ("nfet", "pfet"):
        threshold, mobility = technology.device(neutral).mismatch.sigmas(1e-6, 1e-6)
        assert threshold * 2**0.5 == pytest.approx(1e-3 * oxide / 1e-9, rel=1e-4)
        assert mobility * 2**0.5 == pytest.approx(0.01, rel=1e-4)


@pytest.mark.parametrize(("width", "length"), [(1e-6, 0.17e-6), (0.2e-6, 1e-6), (1e-6, 0.2e-3)])
def test_sizes_that_it_does_not_cover(technology, width, length):
    with pytest.raises(NetlistError, match="no model of generic180_n covers"):
        pdk.device_cards(technology, "tt", [("nfet", width, length)])
