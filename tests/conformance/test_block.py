"""What every block keeps, however it is computed; see neuromix.array.block."""

import numpy as np
import provisional
import pytest

from neuromix.array.block import Block
from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.die import array_die
from neuromix.array.encoders import poisson_code
from neuromix.array.population import Population
from neuromix.data.events import Events

DT = 10e-6
END = 12e-3
NEURONS = 6
EVENTS = poisson_code(np.full(8, 255), END, 1500.0, seed=2)


def population() -> Block:
    chip = Chip(3)
    chip.add("in", SpikeSource(8))
    chip.add("array", Array(provisional.neuron(), NEURONS))
    weights = np.random.default_rng(1).integers(-20, 63, (8, NEURONS))
    through = provisional.converter(), provisional.synapse()
    chip.connect("in", "array", weights=weights, through=through)
    return Population(array_die(chip, "array"), DT, END)


BLOCKS = [population]


def played(block: Block, stops: list[float]) -> list[Events]:
    pieces, start = [], 0.0
    for stop in stops:
        pieces.append(block.advance(stop, EVENTS.between(start, stop)))
        start = stop
    return pieces


@pytest.mark.parametrize("make", BLOCKS)
@pytest.mark.parametrize("steps", [1, 7, 100, 599])
def test_how_a_run_is_cut_changes_nothing(make, steps: int) -> None:
    (whole,) = played(make(), [END])
    total = round(END / DT)
    pieces = played(make(), [DT * k for k in [*range(steps, total, steps), total]])
    assert len(whole) > 20
    assert np.array_equal(np.concatenate([p.time for p in pieces]), whole.time)
    assert np.array_equal(np.concatenate([p.address for p in pieces]), whole.address)


@pytest.mark.parametrize("make", BLOCKS)
def test_spikes_lie_in_their_window(make) -> None:
    stops = [DT * k for k in range(50, 1201, 50)]
    start = 0.0
    for stop, piece in zip(stops, played(make(), stops), strict=True):
        if len(piece):
            assert start <= piece.time[0]
            assert piece.time[-1] < stop
            assert piece.address.max() < NEURONS
        start = stop
