"""Figures as text: names that are no formulas, numbers that stay whole, one set of identifiers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from neuromix.plot.style import axis_label, engineering, figure, svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def _drawn(label="x", name="first"):
    drawn = figure(3.0, 2.0)
    axes = drawn.subplots()
    axes.plot([0.0, 1.0], [0.006125, 0.006375])
    axes.set_yticks([0.006125, 0.00625, 0.006375])
    axes.set_xlabel(axis_label(label, ""))
    return svg(drawn, name)


def _words(text):
    root = ElementTree.fromstring(text)
    return ["".join(item.itertext()) for item in root.iter(f"{NAMESPACE}text")]


def test_numbers_of_an_axis_stay_whole_and_coordinates_become_short():
    text = _drawn()
    assert "0.006125" in _words(text)
    assert not re.search(r'd="[^"]*\d\.\d{3}', text)


@pytest.mark.parametrize("label", ["a $\\frac{1}{0}$ b", "$", "a & <b>", "50 %"])
def test_a_name_is_drawn_as_it_stands(label):
    assert label in _words(_drawn(label))


def test_equal_figures_are_equal_text_and_different_names_share_no_identifier():
    assert _drawn() == _drawn()
    one, other = (set(re.findall(r'id="([^"]+)"', _drawn(name=n))) for n in ("one", "other"))
    assert one
    assert not one & other


def test_every_reference_is_to_an_identifier_of_the_figure():
    text = _drawn()
    wanted = set(re.findall(r'href="#([^"]+)"', text)) | set(re.findall(r"url\(#([^)]+)\)", text))
    assert wanted
    assert wanted <= set(re.findall(r'id="([^"]+)"', text))


@pytest.mark.parametrize(
    ("largest", "unit", "factor", "shown"),
    [
        (2e-9, "A", 1e9, "nA"),
        (1e-9, "A", 1e9, "nA"),
        (999e-12, "A", 1e12, "pA"),
        (0.0, "A", 1.0, "A"),
        (3.0, "1", 1.0, ""),
        (300.0, "K", 1.0, "K"),
        (1e-30, "J", 1e18, "aJ"),
        (float("inf"), "V", 1.0, "V"),
    ],
)
def test_the_largest_value_chooses_the_prefix(largest, unit, factor, shown):
    found, told = engineering(np.array([0.1 * largest, -largest]), unit)
    assert found == pytest.approx(factor)
    assert told == shown


def test_a_notebook_shows_a_figure_without_pyplot():
    assert figure(3.0, 2.0)._repr_png_().startswith(b"\x89PNG")
