"""The drawings of ``netlists/``: every device of the netlist, every node, nothing that runs."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import neuromix
from neuromix import library
from neuromix.netlist.parsing import read_subcircuit

ROOT = Path(neuromix.__file__).resolve().parents[1]
DRAWN = sorted(file.stem for file in (ROOT / "netlists").glob("*.svg"))
PIXELS = 36.0
"""Of the drawing program, for each unit of length."""

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def tool():
    pytest.importorskip("schemdraw", reason="drawings are made with the extra `develop`")
    spec = importlib.util.spec_from_file_location("schematics", ROOT / "tools" / "schematics.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def test_every_cell_with_places_is_drawn(tool):
    assert sorted(tool.PLACES) == DRAWN


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_names_the_devices_and_nodes_of_its_netlist(name):
    root = ElementTree.parse(ROOT / "netlists" / f"{name}.svg").getroot()
    words = {"".join(item.itertext()).strip() for item in root.iter(f"{SVG}text")}
    subcircuit = read_subcircuit(library.netlist_file(name))
    devices = {element.name for element in subcircuit.elements}
    assert {word for word in words if re.match(r"x\w+_|x[a-z]+$", word)} == devices
    rails = set(library.cell(name).ports_of("ground"))
    nodes = {node for element in subcircuit.elements for node in element.nodes[:3]} - rails
    assert nodes <= words
    assert {item.tag for item in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "circle", "path", "text", "tspan", "g")
    }


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_that_of_todays_netlist(tool, name):
    assert tool.draw(name) == (ROOT / "netlists" / f"{name}.svg").read_bytes(), "make schematics"


def test_a_device_that_is_not_placed_is_an_error(tool, monkeypatch):
    monkeypatch.setitem(tool.PLACES, "gm_c_integrator", ("xcap",))
    with pytest.raises(SystemExit, match="xload"):
        tool.draw("gm_c_integrator")


def _ends(tool, name):
    subcircuit = read_subcircuit(library.netlist_file(name))
    places = tool.places_of(name)
    return [t for e in subcircuit.elements for t in tool.terminals_of(e, places[e.name])]


@pytest.mark.parametrize("name", DRAWN)
def test_no_two_terminals_fall_together(tool, name):
    points = [tuple(round(x, 3) for x in end.at) for end in _ends(tool, name)]
    assert len(set(points)) == len(points)


@pytest.mark.parametrize("name", DRAWN)
def test_every_wire_joins_terminals_of_one_node(tool, name):
    """Read the drawing back: straight lines from terminal to terminal."""
    nodes = {tuple(round(x, 2) for x in end.at): end.node for end in _ends(tool, name)}
    wires = 0
    root = ElementTree.parse(ROOT / "netlists" / f"{name}.svg").getroot()
    for path in root.iter(f"{SVG}path"):
        numbers = [float(x) / PIXELS for x in re.findall(r"-?[\d.]+", path.get("d"))]
        points = [
            (round(x, 2), round(-y, 2) + 0.0)
            for x, y in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        one, other = points[0], points[-1]
        straight = min(len({x for x, _ in points}), len({y for _, y in points})) == 1
        if not straight:
            continue
        if one in nodes and other in nodes:
            wires += 1
            assert nodes[one] == nodes[other]
    assert wires > 0
