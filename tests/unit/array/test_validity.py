"""A run says so where neurons are driven beyond what their model was fitted to."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import provisional
import pytest

from neuromix.array.chip import Array, Chip
from neuromix.array.simulation import run, run_batch
from neuromix.errors import OutsideValidity
from neuromix.models.model import Range

NEURON = dataclasses.replace(
    provisional.neuron(), validity={"input_current": Range(30e-12, 8e-9, "A")}
)


def chip(currents):
    made = Chip(seed=1)
    made.add("hidden", Array(NEURON, len(currents), noise=False, current=np.asarray(currents)))
    return made


def test_too_strong_currents_are_named():
    with pytest.warns(OutsideValidity, match="hidden: 2 of 3 neurons") as caught:
        run(chip([1e-9, 9e-9, 12e-9]), {}, duration=2e-3)
    (only,) = caught
    assert "up to 12 nA" in str(only.message)
    assert "fitted up to 8 nA" in str(only.message)
    assert only.filename == __file__


def test_a_batch_says_it_once():
    with pytest.warns(OutsideValidity) as caught:
        run_batch(chip([9e-9]), [{}, {}, {}], duration=2e-3)
    assert len(caught) == 1


def test_inside_of_the_range_or_without_one_nothing_is_said():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(chip([7.9e-9, 1e-9, 0.0, -1e-9]), {}, duration=2e-3)
        bare = Chip(seed=1)
        bare.add("hidden", Array(provisional.neuron(), 1, current=20e-9))
        run(bare, {}, duration=2e-3)
