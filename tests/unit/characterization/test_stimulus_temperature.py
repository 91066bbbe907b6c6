"""A stimulus may have a temperature of its own."""

from __future__ import annotations

from neuromix.characterization.recipe import Stimulus
from neuromix.characterization.requests import Request
from neuromix.declare import Condition

SLOW = Condition("ss", 300.15, 1.7)


def test_the_temperature_of_the_condition_holds_where_the_stimulus_has_none():
    assert Request(Stimulus("a", "hold"), SLOW).where == SLOW


def test_the_temperature_of_the_stimulus_goes_first_and_leaves_the_rest():
    request = Request(Stimulus("a", "hold", temperature=358.15), SLOW)
    assert request.where == Condition("ss", 358.15, 1.7)
