"""What a simulation is swept over, and how the result is labelled."""

from __future__ import annotations

import numpy as np
import pytest

import neuromix as nmx
from neuromix.characterization.axes import Axes
from neuromix.declare import Condition
from neuromix.errors import BadValue, UnknownName

CELL = nmx.cell("dac_synapse")
BENCH = CELL.bench("static")


def axes(condition=None, **parameters):
    technology = nmx.technology("gf180mcu")
    return Axes(CELL, BENCH, technology, condition or Condition(), parameters)


def test_the_condition_comes_first_and_the_last_dimension_is_the_fastest():
    found = axes(b0=[0, 1, 1], corner=["tt", "ss"], v_sink=0.7)
    assert list(found.swept) == ["corner", "b0"]
    assert list(found.points())[:4] == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert found.fixed_condition() == {"temperature": 300.15, "supply": 1.8}


@pytest.mark.ngspice
def test_each_point_is_what_it_says():
    (bias,) = CELL.ports_of("bias")
    found = axes(temperature=[300.15, 358.15], supply=[1.8], **{bias: [1e-9, 2e-9]})
    decks = [found.job(point, None).deck for point in found.points()]
    assert ["temp=27.0" in deck.circuit for deck in decks] == [True, True, False, False]
    assert ["2e-09" in deck.circuit for deck in decks] == [False, True, False, True]
    assert len({deck.key for deck in decks}) == 4
    assert found.described(bias)["units"] == "A"
    assert found.described("temperature")["units"] == "K"


def test_names_and_values_are_checked():
    with pytest.raises(UnknownName, match="bb5") as caught:
        axes(bb5=1)
    assert caught.value.cure.startswith("b5")
    with pytest.raises(BadValue, match="one-dimensional"):
        axes(b0=[[1, 0], [0, 1]])
    with pytest.raises(BadValue, match="empty"):
        axes(b0=[])
    with pytest.raises(BadValue, match="not finite"):
        axes(b0=[1.0, np.nan])


@pytest.mark.ngspice
def test_a_bias_and_corners_are_dimensions_with_labels():
    (bias,) = CELL.ports_of("bias")
    nominal = CELL.realisation("gf180mcu").biases[0].current
    currents = nominal * np.array([0.5, 1.0])
    data = nmx.simulate(CELL, "static", b5=[0.0, 1.8], corner=["tt", "ss"], **{bias: currents})
    assert data.source_current.dims == ("corner", "b5", bias)
    assert list(data.corner.values) == ["tt", "ss"]
    ratio = data.source_current.sel(b5=1.8, corner="tt").values / nominal
    assert 0.4 < abs(ratio[0] / ratio[1]) < 0.6
    assert data.source_current.long_name == "source current"
    assert len(data.source_current.description) > len("source current")
    assert data[bias].attrs["units"] == "A"
    assert "corner" not in data.attrs
    assert data.attrs["supply"] == 1.8
