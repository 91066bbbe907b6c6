"""For how long weights can be held."""

from __future__ import annotations

import math

import pytest

import neuromix as nmx
from neuromix.array.analog_memory import AnalogMemory
from neuromix.array.products.analog import analog_product
from neuromix.array.products.holding import hold_limit
from neuromix.array.products.operands import Operands
from neuromix.errors import BadValue


@pytest.fixture(scope="module")
def models():
    return nmx.model("gilbert_multiplier"), nmx.model("analog_memory")


def test_a_bit_is_lost_where_the_error_has_doubled(models):
    multiplier, cell = models
    operands = Operands.draw(24, seed=1)
    hot = AnalogMemory(cell, parked=0.0, temperature=358.15)
    found = hold_limit(operands, multiplier, hot, seed=1)
    assert 1e-3 < found.time < 1.0
    assert not found.extrapolated
    fresh, then = (
        analog_product(operands, multiplier, seed=1, memory=hot, hold=hold)[1].relative_error
        for hold in (0.0, found.time)
    )
    assert then == pytest.approx(2.0 * fresh, rel=0.02)
    assert f"{found.fresh_bits:.1f} bits when fresh" in str(found)
    assert hold_limit(operands, multiplier, hot, bits=0.5, seed=1).time < found.time


def test_a_line_at_half_the_supply_leaks_hardly_at_all(models):
    multiplier, cell = models
    found = hold_limit(Operands.draw(16, seed=1), multiplier, AnalogMemory(cell), seed=1)
    assert found.time == math.inf
    assert found.extrapolated
    assert "more than 1000 s" in str(found)


@pytest.mark.parametrize("bits", [0.0, -1.0, math.inf])
def test_bits_are_positive(models, bits):
    multiplier, cell = models
    with pytest.raises(BadValue, match="hold limit"):
        hold_limit(Operands.draw(4), multiplier, AnalogMemory(cell), bits=bits)
