"""What a link takes comes from the model of a handshake stage, and can be followed back to it."""

from __future__ import annotations

import dataclasses

import numpy as np
import provisional
import pytest

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.encoders import poisson_code
from neuromix.array.fabric import Fabric, Link
from neuromix.array.passage import passage_of
from neuromix.array.simulation import run
from neuromix.data.events import Events
from neuromix.errors import BadValue

STAGE = provisional.stage()
WIRE = 50e-15
CHARGE = 1.8 * 50e-15 * 1.8  # J of a wire: 1.8 J for each coulomb, 50 fF, 1.8 V


@pytest.mark.parametrize(("senders", "bits"), [(1, 0), (2, 1), (64, 6), (65, 7)])
def test_a_tree_of_stages_adds_up(senders: int, bits: int) -> None:
    passage = passage_of(STAGE, WIRE, senders)
    latency = 0.2e-9 + 4e3 * WIRE
    assert passage.latency == pytest.approx((1 + bits) * latency)
    assert passage.energy_per_event == pytest.approx(
        (1 + bits) * (0.2e-12 + CHARGE) + bits * CHARGE
    )
    assert passage.static_power == pytest.approx((2 * senders - 1) * 1e-12)
    # Three latencies and the way back: a receiver that is such a stage answers twice.
    assert passage.cycle_time == pytest.approx(3.0 * latency + 0.5e-9 + 4e3 * WIRE)
    assert "address_event_stage in gf180mcu" in passage.origin


def test_wires_of_more_addresses_cost_energy_and_no_time() -> None:
    narrow, wide = passage_of(STAGE, WIRE, 4), passage_of(STAGE, WIRE, 4, addresses=1024)
    assert (wide.cycle_time, wide.latency) == (narrow.cycle_time, narrow.latency)
    assert wide.energy_per_event - narrow.energy_per_event == pytest.approx(8 * CHARGE)


def test_longer_wires_cost_time_and_energy() -> None:
    short, long = (passage_of(STAGE, wire, 64) for wire in (10e-15, 150e-15))
    assert long.cycle_time > short.cycle_time
    assert long.latency > short.latency
    assert long.energy_per_event > short.energy_per_event


def test_what_is_given_is_taken_and_the_rest_comes_from_the_stage() -> None:
    whole = Fabric(stage=STAGE).passage(64)
    mixed = Fabric(stage=STAGE, cycle_time=8e-6).passage(64)
    assert mixed.cycle_time == 8e-6
    assert (mixed.latency, mixed.energy_per_event) == (whole.latency, whole.energy_per_event)
    assert mixed.origin == f"cycle time given; {whole.origin}"
    free = Fabric(cycle_time=8e-6, latency=20e-9, energy_per_event=0.0).passage(64)
    assert (free.static_power, free.origin) == (0.0, "given")


def test_a_link_is_as_fast_as_the_slower_of_handshake_and_target() -> None:
    fabric = Fabric(stage=STAGE, fifo_depth=100)
    burst = Events(np.zeros(50), np.zeros(50, np.uint32))
    for busy in (0.0, 7e-6):
        link = Link(fabric, 1, busy)
        arrived = link.carry(burst, np.inf).events.time
        assert np.diff(arrived) == pytest.approx(max(busy, fabric.passage(1).cycle_time))


def test_a_stage_is_a_stage_and_drives_what_it_was_characterized_with() -> None:
    with pytest.raises(BadValue, match="is a neuron"):
        Fabric(stage=provisional.neuron()).passage(2)
    with pytest.raises(BadValue, match="not characterized with 5 pF") as caught:
        Fabric(stage=STAGE, wire=5e-12).passage(2)
    assert "200 fF" in str(caught.value)


def test_each_figure_of_a_recording_is_that_of_the_stage() -> None:
    lif, through = provisional.neuron(), (provisional.converter(), provisional.synapse())
    chip = Chip(1, Fabric(stage=STAGE, fifo_depth=0))
    chip.add("pixels", SpikeSource(16))
    chip.add("hidden", Array(lif, 2))
    chip.connect("pixels", "hidden", weights=np.full((16, 2), 30), through=through)
    events = poisson_code(np.full(16, 200), 10e-3, 1500.0, seed=5)
    recording = run(chip, {"pixels": events}, duration=10e-3)
    link, passage = recording.links["hidden"], passage_of(STAGE, WIRE, 16)
    assert link.passage == passage
    assert link.dropped > 0
    asked = link.delivered + link.dropped
    assert recording.energy["hidden.link"] == pytest.approx(asked * passage.energy_per_event)
    assert recording.energy["hidden.link, static"] == pytest.approx(10e-3 * passage.static_power)


def test_the_committed_stage_makes_the_default_link() -> None:
    passage = Fabric().passage(64)
    assert 1e-9 < passage.cycle_time < 6e-9
    assert 0.5e-12 < passage.energy_per_event < 8e-12
    assert "7 hops of address_event_stage in gf180mcu and 6 address bits" in passage.origin


def test_mismatched_stages_are_one_family() -> None:
    stages = dataclasses.replace(STAGE.dynamics, latency=np.array([0.2e-9, 0.3e-9]))
    assert np.diff(stages.cycle_at(WIRE)) == pytest.approx(3.0 * 0.1e-9)
