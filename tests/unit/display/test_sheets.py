"""What values show of themselves: complete, escaped, self-contained."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

import numpy as np
import provisional
import pytest

import neuromix as nmx
from neuromix import library
from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.encoders import rate_code
from neuromix.array.sheets import chip_sheet, recording_sheet
from neuromix.array.simulation import run
from neuromix.declare import Plan
from neuromix.declare.sheets import cell_sheet
from neuromix.display import Sheet, Table
from neuromix.display.raster import MOST_SPIKES, raster
from neuromix.models.sheets import model_sheet

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


def chip():
    """Return two pixels that drive three neurons."""
    made = Chip(seed=5)
    made.add("pixels", SpikeSource(2))
    made.add("hidden", Array(provisional.neuron(), 3, noise=False))
    codes = np.array([[0, -63, 7], [0, 50, 63]])
    path = (provisional.converter(), provisional.synapse())
    made.connect("pixels", "hidden", weights=codes, through=path)
    return made


def recording():
    """Return a short run of that chip."""
    pixels = rate_code(np.array([255, 100]), 10e-3)
    return run(chip(), {"pixels": pixels}, duration=10e-3, record=["hidden.v_mem"])


@pytest.mark.parametrize(
    "value",
    [
        NEURON,
        library.technology("gf180mcu"),
        library.cells,
        Plan(corner=["tt", "ss"], samples=3),
        provisional.neuron(),
        chip().blocks["hidden"],
        chip(),
        recording(),
    ],
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


def test_a_model_shows_errors_beside_their_floors():
    model = provisional.neuron().with_proof({"isi_error": 0.002, "isi_error_floor": 0.0001})
    (row,) = next(t for t in model_sheet(model).tables if t.title.startswith("Errors")).rows
    assert row == ("isi_error", "0.002", "0.0001")


def test_a_chip_shows_its_weights():
    (row,) = next(t for t in chip_sheet(chip()).tables if t.title == "Weight memories").rows
    assert row[:4] == ("pixels → hidden", "2 × 3", "-63 … 63", "33 %")
    assert repr(chip().blocks["hidden"]) == "Array(3 of lif_neuron, no noise)"


def test_a_recording_shows_its_spikes_and_energy():
    done = recording()
    sheet = recording_sheet(done)
    rows = {table.title: table.rows for table in sheet.tables}
    assert [row[2] for row in rows["Spikes"]] == [str(len(item)) for item in done.events.values()]
    assert sum(float(row[2].removesuffix(" %")) for row in rows["Energy"]) == pytest.approx(
        100.0, abs=0.1 * len(rows["Energy"])
    )
    assert sheet.picture.count("M") == sum(map(len, done.events.values()))


def test_a_raster_stays_small():
    many = ((1e-6 * k, k % 7) for k in range(20 * MOST_SPIKES + 3))
    text = raster(many, 7, 1.0, HOSTILE)
    assert text.count("M") <= MOST_SPIKES
    assert "<script" not in text
    assert "<path" in raster([], 3, 1.0, "silence")


def test_a_chip_of_linear_neurons_lists_its_weights():
    model = nmx.Model.ideal(
        "current_based_lif",
        membrane_time=20e-3,
        excitatory_time=5e-3,
        inhibitory_time=10e-3,
        rest=0.0,
        threshold=20e-3,
        reset=0.0,
        refractory_time=2e-3,
    )
    chip = nmx.Chip(1)
    chip.add("source", nmx.SpikeSource(2))
    chip.add("array", nmx.Array(model, 3))
    chip.connect("source", "array", weights=np.array([[1e-3, 0, 0], [0, 2e-3, 0]]), delay=1e-3)
    shown = chip._repr_html_()
    assert "1 mV … 2 mV" in shown
    assert "2 weights that are not 0" in shown
