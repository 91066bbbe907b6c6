"""Datasheets from committed results: what they hold, what they leave out, what cannot get in."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

import pytest

from neuromix import library
from neuromix.characterization.datasheet import writing
from neuromix.characterization.datasheet.evidence import gather
from neuromix.characterization.datasheet.sections import (
    budget,
    devices,
    energy,
    mismatch,
    noise,
    resolution,
    transfer,
)
from neuromix.characterization.datasheet.writing import datasheet, page_of, render_page
from neuromix.data.netcdf import read_dataset
from neuromix.declare import Published
from neuromix.errors import BadValue
from neuromix.models.catalogue import model

KEY = ("lif_neuron", "gf180mcu")
ATTACK = "<script>alert(1)</script>\"><img src=x onerror='alert(2)'>$\\frac{1}{0}$ &amp; {{ 7*7 }}"


class Elements(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def data():
    return read_dataset(library.dataset_files()[KEY])


@pytest.fixture(scope="module")
def page(data):
    return page_of(gather(library.cell(KEY[0]), data, model(*KEY)))


@pytest.fixture(scope="module")
def elements(page):
    return Elements(render_page(page)).found


def _section(page, name):
    return next(item for item in page.sections if item.name == name)


def test_every_section_has_content_or_one_sentence_that_says_why(page):
    for section in page.sections:
        assert section.blocks
        if not section.present:
            (sentence,) = section.blocks
            assert sentence.text.endswith(".")
    present = {section.name for section in page.sections if section.present}
    assert {"circuit", "transfer", "conditions", "mismatch", "budget", "model"} <= present


def test_anchors_and_identifiers_are_unique_and_reached(elements):
    identifiers = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    for _, attrs in elements:
        target = attrs.get("href", "#circuit")
        if target.startswith("#"):
            assert target[1:] in identifiers


def test_nothing_is_loaded_from_elsewhere(elements):
    for tag, attrs in elements:
        assert tag not in {"script", "iframe", "object", "embed", "form"}
        for name in ("src", "href", "xlink:href", "action"):
            assert attrs.get(name, "#").startswith(("#", "data:"))
        assert "@import" not in attrs.get("style", "")
    policies = [
        attrs["content"]
        for tag, attrs in elements
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_the_same_data_make_the_same_bytes(page, data):
    again = noise.section(gather(library.cell(KEY[0]), data, model(*KEY)))
    assert again == _section(page, "noise")


def test_words_of_files_stay_words(data):
    """Names of stimuli, meanings, attributes and declarations come from files of others."""
    stimuli = {
        name: [f"{ATTACK}{k}" for k in range(data.sizes[name])]
        for name in ("sweep", "mismatch")
        if name in data.coords
    }
    hostile = data.assign_coords({k: (k, v) for k, v in stimuli.items()})
    hostile = hostile.assign_attrs(models_sha256=ATTACK, engine=ATTACK, seed=data.attrs["seed"])
    for name in hostile.data_vars:
        if "long_name" in hostile[name].attrs:
            hostile[name].attrs["long_name"] = ATTACK
    cell = library.cell(KEY[0])
    ports = tuple(dataclasses.replace(port, meaning=ATTACK) for port in cell.ports)
    cell = dataclasses.replace(
        cell,
        summary=ATTACK,
        sources=(ATTACK,),
        ports=ports,
        specifications=(),
        published=(Published(ATTACK, 1.0, "J", ATTACK, note=ATTACK),),
    )
    fitted = dataclasses.replace(model(*KEY), proof={ATTACK: 0.1}, provenance={"command": ATTACK})
    text = render_page(page_of(gather(cell, hostile, fitted)))
    found = Elements(text).found
    assert {tag for tag, _ in found}.isdisjoint({"script", "iframe"})
    assert [attrs["alt"] for tag, attrs in found if tag == "img"] == ["schematic"]
    assert not any(name.startswith("on") for _, attrs in found for name in attrs)
    assert "{{ 7*7 }}" in text
    assert text.count("&lt;script&gt;alert(1)") > 10


def test_a_schematic_is_an_image_and_cannot_run(data, monkeypatch, tmp_path):
    netlist = tmp_path / "lif_neuron.cir"
    netlist.write_bytes(library.netlist_file(KEY[0]).read_bytes())
    (tmp_path / "lif_neuron.svg").write_text("<svg><script>alert(1)</script></svg>")
    monkeypatch.setattr(library, "netlist_file", lambda _name: netlist)
    monkeypatch.setattr(writing, "SECTIONS", (devices.section,))
    text = render_page(page_of(gather(library.cell(KEY[0]), data, model(*KEY))))
    images = [attrs for tag, attrs in Elements(text).found if tag == "img"]
    assert [image["src"][:26] for image in images] == ["data:image/svg+xml;base64,"]
    assert "alert" not in text


def test_without_draws_the_sheet_says_so(data):
    drawn = [n for n in data.variables if str(n).startswith(("mismatch", "baseline", "draw"))]
    bare = data.drop_vars([name for name in drawn if name in data.variables])
    bare = bare.assign_attrs(samples=0)
    evidence = gather(library.cell(KEY[0]), bare, model(*KEY))
    for part in (transfer, mismatch, budget, resolution):
        assert not part.section(evidence).present, part.NAME


def test_older_data_are_told_as_such_and_have_no_budget(data, monkeypatch):
    older = data.assign_attrs(source_sha256="another")
    monkeypatch.setattr(writing, "SECTIONS", (budget.section,))
    page = page_of(gather(library.cell(KEY[0]), older, model(*KEY)))
    assert any("older cell" in text for text in page.warnings)
    assert not _section(page, "budget").present


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cell": "dac_synapse"}, "the data are of 'dac_synapse'"),
        ({"technology": "generic180"}, "the data are|the model are"),
    ],
)
def test_what_does_not_belong_together_is_refused(data, change, said):
    with pytest.raises(BadValue, match=said):
        gather(library.cell(KEY[0]), data.assign_attrs(change), model(*KEY))


def test_a_dataset_of_something_else_is_refused(data):
    import xarray as xr

    with pytest.raises(BadValue, match="not of a campaign"):
        gather(library.cell(KEY[0]), xr.Dataset(), model(*KEY))
    with pytest.raises(BadValue, match="not of a campaign"):
        gather(library.cell(KEY[0]), data.drop_vars("sweep"), model(*KEY))


def test_the_verb_writes_one_file(data, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "SECTIONS", (energy.section,))
    written = datasheet(KEY[0], data, model(*KEY), tmp_path / "sheet.html")
    assert written.read_text().startswith("<!doctype html>")
    assert [file.name for file in tmp_path.iterdir()] == ["sheet.html"]
