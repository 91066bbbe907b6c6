"""Chips on a board: each does what it does alone with the events that came to it."""

import copy
import pickle

import numpy as np
import provisional
import pytest

import neuromix as nmx
from neuromix.array.calibration import calibrate
from neuromix.array.memory_need import bytes_needed
from neuromix.errors import BadValue, UnknownName

LIF, DPI, DAC = provisional.neuron(), provisional.synapse(), provisional.converter()
LINKS = {"cycle_time": 0.5e-6, "latency": 1e-6, "energy_per_event": 20e-12}
DURATION, STEP, N = 20e-3, 4e-6, 12
"""Chips that answer each other are advanced in steps shorter than the set-up of a synapse."""


def chip(seed, sources=("given",), **fabric):
    """Return a chip of one array, driven by all of its sources."""
    made = nmx.Chip(seed, nmx.Fabric(**fabric))
    made.add("cells", nmx.Array(LIF, N))
    for k, name in enumerate(sources):
        made.add(name, nmx.SpikeSource(N))
        weights = np.random.default_rng(100 * seed + k).integers(-10, 30, (N, N))
        made.connect(name, "cells", weights=weights, through=(DAC, DPI))
    return made


def stimulus(seed=3, rate=2e3):
    return nmx.poisson_code(np.full(N, 255), DURATION, max_rate=rate, seed=seed)


def chain(policy="drop", **links):
    """Return three chips, one after the other, and one more that listens to the first two."""
    return nmx.Board(
        nmx.Tree(4),
        {
            "first": chip(1),
            "second": chip(2),
            "third": chip(3),
            "fourth": chip(4, ("one", "two")),
        },
        {
            "second.given": "first.cells",
            "third.given": "second.cells",
            "fourth.one": "first.cells",
            "fourth.two": "second.cells",
        },
        nmx.Fabric(**(LINKS | {"policy": policy} | links)),
    )


def circle(policy="drop", **links):
    """Return two chips that answer each other; the first is also given events."""
    return nmx.Board(
        nmx.Mesh(2, 1),
        {"left": chip(5, ("given", "back")), "right": chip(6)},
        {"right.given": "left.cells", "left.back": "right.cells"},
        nmx.Fabric(**(LINKS | {"policy": policy} | links)),
    )


def check_each_chip_alone(board, recording, dt):
    """Run every chip by itself with the events that the board brought it."""
    for name, part in board.chips.items():
        inputs = {
            block: recording.events[f"{name}.{block}"]
            for block, item in part.blocks.items()
            if isinstance(item, nmx.SpikeSource)
        }
        alone = nmx.run(part.with_seed(part.seed), inputs, duration=DURATION, dt=dt)
        assert np.array_equal(alone.events["cells"].time, recording.events[f"{name}.cells"].time)
        assert alone.energy["cells.neurons"] == recording.energy[f"{name}.cells.neurons"]


def check_the_links(board, recording):
    """Send all spikes at once over the links, and find the same arrivals."""
    network = board.network()
    senders = {item.sender: item for item in board.bridges}.values()
    sent = {}
    for chip_number in {item.chip for item in senders}:
        mine = [(recording.events[w.sender], w.first) for w in senders if w.chip == chip_number]
        sent[chip_number] = nmx.Events.sort(
            np.concatenate([events.time for events, _ in mine]),
            np.concatenate([events.address + first for events, first in mine]),
        )
    arrivals = network.carry(sent, DURATION)
    for target in {item.target for item in board.bridges}:
        wanted = arrivals.events[target].between(0.0, DURATION)
        come = [
            (recording.events[w.ports[0]], w.first) for w in board.bridges if w.target == target
        ]
        found = nmx.Events.sort(
            np.concatenate([events.time for events, _ in come]),
            np.concatenate([events.address + first for events, first in come]),
        )
        assert np.array_equal(found.time, wanted.time)
        assert sorted(found.address) == sorted(wanted.address)
    for name, counts in arrivals.links.items():
        recorded = recording.links[f"board: {name}"]
        assert recorded.sent == counts.sent
        assert recorded.delivered + recorded.dropped == recorded.sent
    assert recording.energy["board.links"] + recording.energy["board.links, static"] == (
        pytest.approx(arrivals.energy)
    )


@pytest.mark.parametrize("policy", ["drop", "stall"])
def test_a_chain_of_chips(policy) -> None:
    board = chain(policy)
    # Links that stall depend on all that comes after, so that all chips are in one loop.
    dt = 10e-6 if policy == "drop" else STEP
    recording = nmx.run(board, {"first.given": stimulus()}, duration=DURATION, dt=dt)
    assert all(len(recording.events[f"{name}.cells"]) > 50 for name in board.chips)
    check_each_chip_alone(board, recording, dt)
    check_the_links(board, recording)
    again = nmx.run(board, {"first.given": stimulus()}, duration=DURATION, dt=dt, threads=1)
    assert again.digest() == recording.digest()


@pytest.mark.parametrize("policy", ["drop", "stall"])
@pytest.mark.parametrize(("depth", "cycle_time"), [(0, 20e-6), (16, 2e-6)])
def test_chips_that_answer_each_other(policy, depth, cycle_time) -> None:
    board = circle(policy, fifo_depth=depth, cycle_time=cycle_time)
    recording = nmx.run(board, {"left.given": stimulus()}, duration=DURATION, dt=STEP)
    assert all(len(recording.events[f"{name}.cells"]) > 50 for name in board.chips)
    check_each_chip_alone(board, recording, STEP)
    check_the_links(board, recording)
    lost = sum(item.dropped for name, item in recording.links.items() if "board" in name)
    assert (lost > 0) == (policy == "drop" and depth == 0)


@pytest.mark.parametrize("policy", ["drop", "stall"])
def test_blocks_of_one_chip_that_are_known_at_different_times(policy) -> None:
    """A source is known from the start, an array of the same chip window by window."""
    board = nmx.Board(
        nmx.Mesh(2, 1),
        {"left": chip(5, ("given", "back")), "right": chip(6, ("spikes", "stimulus"))},
        {
            "right.spikes": "left.cells",
            "right.stimulus": "left.given",
            "left.back": "right.cells",
        },
        nmx.Fabric(**(LINKS | {"policy": policy})),
    )
    recording = nmx.run(board, {"left.given": stimulus()}, duration=DURATION, dt=STEP)
    check_each_chip_alone(board, recording, STEP)
    check_the_links(board, recording)


def test_an_event_takes_the_latency_of_its_links() -> None:
    board = chain(cycle_time=1e-9)
    recording = nmx.run(board, {"first.given": stimulus()}, duration=DURATION)
    sent, come = (recording.events[name] for name in ("first.cells", "second.given"))
    assert len(board.topology.path(0, 1)) == 2
    assert np.allclose(come.time - sent.time[: len(come)], 2e-6, atol=20e-9)
    assert np.array_equal(come.address, sent.address[: len(come)])
    stamped = nmx.run(
        chain(cycle_time=1e-9, timestamp=1e-4), {"first.given": stimulus()}, duration=DURATION
    )
    ticks = stamped.events["second.given"].time / 1e-4
    assert np.allclose(ticks, np.rint(ticks), atol=1e-6)


def test_one_block_for_two_sources_of_one_chip() -> None:
    both = chip(2, ("one", "two"))
    board = nmx.Board(
        nmx.Tree(2),
        {"first": chip(1), "second": both},
        {"second.one": "first.cells", "second.two": "first.cells"},
        nmx.Fabric(**LINKS),
    )
    recording = nmx.run(board, {"first.given": stimulus()}, duration=DURATION)
    one, two = (recording.events[f"second.{name}"] for name in ("one", "two"))
    assert len(one) > 50
    assert np.array_equal(one.time, two.time)
    assert recording.links["board: up from 0.0"].sent == len(recording.events["first.cells"])


def test_records_memory_and_sheets_go_by_chip() -> None:
    board = chain()
    recording = nmx.run(
        board, {"first.given": stimulus()}, duration=1e-3, record=["second.cells.v_mem"]
    )
    assert recording.traces["second.cells.v_mem"].shape == (100, N)
    parts = [bytes_needed(item, 1e-3).total for item in board.chips.values()]
    assert bytes_needed(board, 1e-3).total == pytest.approx(sum(parts))
    assert "up from 0.0, down to 0.1" in board._repr_html_()
    assert "<td>board: up from 0.0</td>" in recording._repr_html_()
    assert "first.cells -> second.given" in repr(board)


@pytest.mark.parametrize(
    ("wires", "said"),
    [
        ({"second.cells": "first.cells"}, "is an array"),
        ({"second.given": "first.sells"}, "no block named 'first.sells'"),
        ({"third.given": "first.cells"}, "no block named 'third.given'"),
        ({"first.given": "first.cells"}, "on one chip"),
        ({"second.given": "first.given", "first.given": "second.cells"}, "repeats"),
        ({"second.small": "first.cells"}, "SpikeSource(12)"),
    ],
)
def test_wires_that_lead_nowhere_are_refused(wires, said) -> None:
    second = chip(2)
    second.add("small", nmx.SpikeSource(3))
    with pytest.raises((BadValue, UnknownName)) as caught:
        nmx.Board(nmx.Tree(2), {"first": chip(1), "second": second}, wires, nmx.Fabric(**LINKS))
    assert said in str(caught.value)


def test_a_board_can_be_copied_and_sent_to_another_process() -> None:
    board, inputs = chain(), {"first.given": stimulus()}
    recording = nmx.run(board, inputs, duration=2e-3)
    for copied in (copy.deepcopy(board), pickle.loads(pickle.dumps(board))):
        assert nmx.run(copied, inputs, duration=2e-3).digest() == recording.digest()


def test_a_board_without_chips_or_spikes_runs() -> None:
    fabric = nmx.Fabric(**LINKS)
    assert nmx.run(nmx.Board(nmx.Tree(1), {}, {}, fabric), {}, duration=1e-3).events == {}
    silent = nmx.run(circle(), {}, duration=1e-3, dt=STEP)
    assert silent.dropped == 0


class Half:
    """A topology that knows no paths."""

    chips = 2


def test_boards_that_cannot_be_are_refused() -> None:
    one, fabric = chip(1), nmx.Fabric(**LINKS)
    with pytest.raises(BadValue, match="twice"):
        nmx.Board(nmx.Tree(2), {"a": one, "b": one}, {}, fabric)
    with pytest.raises(BadValue, match="2 chips on Tree"):
        nmx.Board(nmx.Tree(1), {"a": one, "b": chip(2)}, {}, fabric)
    with pytest.raises(BadValue, match="not a name"):
        nmx.Board(nmx.Tree(1), {"a.b": one}, {}, fabric)
    with pytest.raises(BadValue, match="not a chip"):
        nmx.Board(nmx.Tree(1), {"a": "b"}, {}, fabric)
    with pytest.raises(BadValue, match="stamps that wrap"):
        nmx.Board(nmx.Tree(1), {"a": one}, {}, nmx.Fabric(timestamp=1e-6, timestamp_bits=8))
    with pytest.raises(BadValue, match="is no topology, it has no path, no name"):
        nmx.Board(Half(), {"a": one}, {}, fabric)
    with pytest.raises(BadValue, match="is not a chip"):
        calibrate(chain())
    board = chain()
    with pytest.raises(UnknownName, match=r"second\.given"):
        nmx.run(board, {"second.given": stimulus()}, duration=1e-3)
    with pytest.raises(BadValue, match="within a step"):
        nmx.run(circle(), {}, duration=1e-3)


def test_linear_neurons_stay_on_a_chip_of_their_own() -> None:
    linear = nmx.Chip()
    model = nmx.Model.ideal(
        "current_based_lif", membrane_time=10e-3, excitatory_time=5e-3, inhibitory_time=5e-3,
        rest=0.0, threshold=1.0, reset=0.0,
    )  # fmt: skip
    linear.add("cells", nmx.Array(model, N))
    board = nmx.Board(nmx.Tree(2), {"a": linear, "b": chip(1)}, {}, nmx.Fabric(**LINKS))
    with pytest.raises(BadValue, match=r"a\.cells is of linear neurons"):
        nmx.run(board, {}, duration=1e-3)
