"""Libraries of cells: what is found, in which order, and what is said about a broken one."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from neuromix import library
from neuromix.cli import main
from neuromix.declare import Cell, Technology
from neuromix.errors import BadValue, InputError, UnknownName

OWN = """\
from neuromix.declare import Cell, Port, Realisation

size = Realisation("gf180mcu", (("w", {width}),), (), 1.8)
cell = Cell("own_cell", "{summary}", (Port("a", "input", ""),), (size,), ())
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A designer's private library, named by NEUROMIX_PATH."""
    for name in ("circuits", "netlists"):
        (tmp_path / name).mkdir()
    (tmp_path / "circuits" / "own_cell.py").write_text(OWN.format(summary="private", width=1e-6))
    (tmp_path / "netlists" / "own_cell.cir").write_text(".subckt own_cell a\n.ends\n")
    monkeypatch.setenv("NEUROMIX_PATH", str(tmp_path))
    return tmp_path


def test_built_in():
    assert "gf180mcu" in library.names_of(Technology)
    assert "lif_neuron" in library.names_of(Cell)
    for cell in library.cells:
        assert library.netlist_file(cell.name).stem == cell.name
        for name in cell.technologies:
            assert library.technology(name).name == name


def test_every_declaration_bears_the_name_of_its_file():
    for kind, find in ((Cell, library.cell), (Technology, library.technology)):
        for name in library.names_of(kind):
            assert find(name).name == name


def test_a_private_library_stands_beside_the_built_in_one(own):
    assert library.cell("own_cell").summary == "private"
    assert library.netlist_file("own_cell") == own / "netlists" / "own_cell.cir"
    assert library.cell("lif_neuron").name == "lif_neuron"
    assert "own_cell" in dir(library.cells)
    assert library.cells.own_cell is library.cell("own_cell")


def test_a_changed_declaration_is_read_again(own):
    assert library.cell("own_cell").summary == "private"
    (own / "circuits" / "own_cell.py").write_text(OWN.format(summary="changed since", width=1e-6))
    assert library.cell("own_cell").summary == "changed since"


def test_a_name_twice_names_both_files(own):
    (own / "circuits" / "lif_neuron.py").write_text(OWN.format(summary="another", width=1e-6))
    with pytest.raises(BadValue, match=r"two libraries hold lif_neuron\.py") as caught:
        library.cell("own_cell")
    assert str(own) in str(caught.value)
    assert len(caught.value.evidence) == 2


def test_a_folder_that_is_no_library(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROMIX_PATH", os.pathsep.join([str(tmp_path / "absent")]))
    with pytest.raises(BadValue, match="is not a library"):
        library.cell("lif_neuron")


def test_the_current_folder_is_not_searched(own, monkeypatch):
    monkeypatch.delenv("NEUROMIX_PATH")
    monkeypatch.chdir(own)
    with pytest.raises(UnknownName):
        library.cell("own_cell")


@pytest.mark.parametrize(
    "text", ["cell = (", "import absent_module", "cell = undefined", "x = 1", "cell = Cell(1)"]
)
def test_a_broken_declaration_names_its_file(own, text):
    (own / "circuits" / "own_cell.py").write_text(text)
    with pytest.raises(InputError, match=r"own_cell\.py"):
        library.cell("own_cell")


def test_unknown_names():
    with pytest.raises(UnknownName) as caught:
        library.cell("lif_neurn")
    assert caught.value.cure.startswith("lif_neuron")
    with pytest.raises(UnknownName, match="no cell named 'gf180mcu'"):
        library.cell("gf180mcu")
    with pytest.raises(UnknownName, match="no netlist"):
        library.netlist_file("absent")
    with pytest.raises(UnknownName, match="no declaration"):
        library.declaration_file("absent")
    with pytest.raises(AttributeError, match="absent"):
        library.cells.absent  # noqa: B018


def test_source_hash_sees_netlist_and_sizes_but_no_texts(own):
    declaration, netlist = own / "circuits" / "own_cell.py", own / "netlists" / "own_cell.cir"
    before = library.source_hash("own_cell", "gf180mcu")
    declaration.write_text(OWN.format(summary="another text", width=1e-6))
    assert library.source_hash("own_cell", "gf180mcu") == before
    declaration.write_text(OWN.format(summary="private", width=2e-6))
    assert library.source_hash("own_cell", "gf180mcu") != before
    declaration.write_text(OWN.format(summary="private", width=1e-6))
    netlist.write_text(".subckt own_cell a\n* changed\n.ends\n")
    assert library.source_hash("own_cell", "gf180mcu") != before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cell = 1 +", "line 1: SyntaxError"),
        ("import os\n\ncell = os.nowhere", "line 3: AttributeError"),
        ("x = 1", "declares neither"),
        ("from neuromix.declare import Cell\ncell = Cell()", "line 2: TypeError"),
    ],
)
def test_one_broken_file_hides_no_other(own, text, said):
    file = own / "circuits" / "broken.py"
    file.write_text(text)
    assert {"own_cell", "lif_neuron"} <= set(library.names_of(Cell))
    assert "broken" not in library.names_of(Cell)
    (error,) = library.unreadable().values()
    assert said in str(error)
    with pytest.raises(InputError, match=r"broken\.py"):
        library.cell("broken")
    listed = CliRunner().invoke(main, ["list"])
    assert listed.exit_code == 0
    assert "own_cell" in listed.stdout
    assert "left out: " in listed.stderr
    assert said in listed.stderr
