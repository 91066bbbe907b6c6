"""The integers that all forms multiply."""

from __future__ import annotations

import numpy as np
import pytest

from neuromix.array.products.digital import DigitalCosts, digital_product
from neuromix.array.products.operands import Operands
from neuromix.array.products.product import Product
from neuromix.errors import BadValue


def test_the_reference_is_the_product_in_whole_numbers():
    operands = Operands.draw(300, seed=4)
    wanted = operands.weights.astype(np.int64) @ operands.vector
    assert np.array_equal(operands.exact, wanted)
    assert np.abs(operands.weights).max() == 63
    assert np.abs(operands.vector).max() == 127


def test_draws_belong_to_their_seed():
    first, again, other = (Operands.draw(40, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.weights, again.weights)
    assert not np.array_equal(first.weights, other.weights)
    assert not np.array_equal(first.vector, first.others(1)[0])


@pytest.mark.parametrize(
    ("weights", "vector"),
    [
        (np.zeros((2, 3), int), np.zeros(3, int)),
        (np.zeros((2, 2)), np.zeros(2, int)),
        (np.full((2, 2), 64), np.zeros(2, int)),
        (np.zeros((2, 2), int), np.full(2, -128)),
        (np.zeros((0, 0), int), np.zeros(0, int)),
    ],
)
def test_what_is_no_product_is_refused(weights, vector):
    with pytest.raises(BadValue):
        Operands(weights, vector)


@pytest.mark.parametrize("size", [0, -1, 2.0, True])
def test_a_size_is_a_whole_number(size):
    with pytest.raises(BadValue, match="whole number"):
        Operands.draw(size)


def test_digital_is_exact_and_costs_what_was_published():
    operands = Operands.draw(64, seed=1)
    found = digital_product(operands)
    assert np.array_equal(found.estimate, operands.exact)
    assert found.relative_error == 0.0
    assert found.effective_bits == np.inf
    assert found.energy_per_mac == pytest.approx(0.2e-12 + 0.1e-12 + 10e-12 / 8)
    assert found.duration == pytest.approx(64 / 200e6)
    assert digital_product(operands, DigitalCosts(clock=1e6)).duration == pytest.approx(64e-6)


@pytest.mark.parametrize("wrong", [{"multiply": -1.0}, {"clock": 0.0}, {"read": np.inf}])
def test_costs_are_checked(wrong):
    with pytest.raises(BadValue):
        DigitalCosts(**wrong)


@pytest.mark.parametrize("bits", [3, 8])
def test_effective_bits_of_rounding_are_those_of_the_quantizer(bits):
    # Values that fill the scale evenly, rounded to 2**bits steps.
    exact = np.arange(-(2**15), 2**15)
    step = 2 ** (16 - bits)
    rounded = (np.floor(exact / step) + 0.5) * step - 0.5
    found = Product("digital", "", rounded, exact, {}, 1.0, 0.0)
    assert found.effective_bits == pytest.approx(bits, abs=1e-4)
    assert "bits" in str(found)
