"""What values show of themselves: complete, escaped, self-contained."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

import pytest

from neuromix import library
from neuromix.declare import Plan
from neuromix.declare.sheets import cell_sheet
from neuromix.display import Sheet, Table

NEURON = library.cell("lif_neuron")
HOSTILE = '<script>alert("x")</script>&'


class Checked(HTMLParser):
    """Collects text and tags; every tag that is opened is closed."""

    EMPTY = ("br", "path", "rect")

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.words = [], set(), []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not {"src", "href", "onclick", "onload"} & {name for name, _ in attrs}
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize(
    "value",
    [NEURON, library.technology("gf180mcu"), library.cells, Plan(corner=["tt", "ss"], samples=3)],
    ids=lambda value: type(value).__name__,
)
def test_shown_as_html_and_as_a_line(value):
    found = Checked(value._repr_html_())
    assert {"table", "style"} <= found.tags
    assert "\n" not in repr(value)
    assert len(repr(value)) < 240


def test_a_cell_shows_ports_sizes_biases_and_benches():
    words = " ".join(Checked(NEURON._repr_html_()).words)
    for expected in (
        "v_mem",
        "w_leak",
        "4 um",
        "8.29 pA",
        "energy_per_spike",
        "100 nA",
        "Indiveri",
    ):
        assert expected in words


def test_names_from_files_are_escaped():
    cell = dataclasses.replace(NEURON, name=HOSTILE, summary=HOSTILE, sources=(HOSTILE,))
    text = cell._repr_html_()
    assert "<script" not in text
    assert " ".join(Checked(text).words).count(HOSTILE) == 3


def test_an_empty_table_is_left_out():
    sheet = Sheet("a", "", (Table("nothing", ("x",), ()), Table("one", ("x",), (("1",),))))
    words = Checked(sheet.html()).words
    assert "nothing" not in words
    assert "one" in words
    assert "Sources" not in Checked(dataclasses.replace(NEURON, sources=())._repr_html_()).words


def test_a_size_has_the_unit_of_its_letter():
    sizes = next(t for t in cell_sheet(NEURON).tables if t.title.startswith("Sizes"))
    assert ("c_membrane", "500 fF", "") in sizes.rows


def test_cells_by_name_and_by_attribute():
    assert library.cells["lif_neuron"] is library.cells.lif_neuron
    assert "lif_neuron" in dir(library.cells)
    assert library.cells._ipython_key_completions_() == dir(library.cells)
    assert len(library.cells) == len(list(library.cells))
