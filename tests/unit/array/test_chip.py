"""Building a chip: what is accepted, and how each mistake is refused."""

from dataclasses import replace

import numpy as np
import provisional
import pytest

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.fabric import Fabric
from neuromix.array.simulation import run, run_batch
from neuromix.data.events import Events
from neuromix.errors import BadValue, FabricError, OutsideValidity, UnknownName
from neuromix.models.ideal import TYPED_IN

LIF, DPI, DAC = provisional.neuron(), provisional.synapse(), provisional.converter()


def small(seed: int = 0, **fabric: object) -> Chip:
    chip = Chip(seed, Fabric(**fabric))
    chip.add("pixels", SpikeSource(3))
    chip.add("hidden", Array(LIF, 2))
    return chip


def wired(seed: int = 0) -> Chip:
    chip = small(seed)
    chip.connect("pixels", "hidden", weights=np.full((3, 2), 9), through=(DAC, DPI))
    return chip


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (np.zeros((2, 3), int), "weights.T"),
        (np.zeros((4, 4), int), "array of shape (3, 2)"),
        (np.full((3, 2), 64), "-63"),
        (np.full((3, 2), -64), "-63"),
        (np.full((3, 2), 0.5), "whole codes"),
    ],
)
def test_weights_that_do_not_fit_the_memory(weights, words) -> None:
    with pytest.raises(BadValue) as caught:
        small().connect("pixels", "hidden", weights=weights, through=(DAC, DPI))
    assert words in str(caught.value)


def test_a_die_has_one_technology() -> None:
    foreign = replace(DPI, technology="generic180")
    codes = np.ones((3, 2), int)
    with pytest.raises(BadValue, match="several technologies on one die") as caught:
        small().connect("pixels", "hidden", weights=codes, through=(DAC, foreign))
    for said in ("dpi_synapse is of generic180", "lif_neuron is of gf180mcu", "nmx.Board"):
        assert said in str(caught.value)
    chip = wired()
    chip.add("other", Array(replace(LIF, technology="generic180"), 2))
    through = (replace(DAC, technology="generic180"), foreign)
    with pytest.raises(BadValue, match="'other' would put circuits of several"):
        chip.connect("pixels", "other", weights=codes, through=through)
    # What was refused has left nothing behind, and neurons that are typed in have none.
    assert "other" not in chip.paths
    chip.add("ideal", Array(replace(LIF, technology=TYPED_IN), 2))
    chip.connect("pixels", "ideal", weights=codes, through=(DAC, DPI))


def test_conditions_that_differ_along_a_path_are_told() -> None:
    high = replace(LIF, condition={**LIF.condition, "supply": 3.3, "temperature": 358.15})
    chip = small()
    chip.add("high", Array(high, 2))
    with pytest.warns(OutsideValidity) as told:
        chip.connect("pixels", "high", weights=np.ones((3, 2), int), through=(DAC, DPI))
    first, second = (str(item.message) for item in told)
    assert "dac_synapse at 1.8 V, dpi_synapse at 1.8 V, lif_neuron at 3.3 V" in first
    assert "lif_neuron at 85 °C" in second
    assert told[0].filename == __file__


def test_unknown_blocks_offer_near_names() -> None:
    with pytest.raises(UnknownName, match="hiden") as caught:
        small().connect("pixels", "hiden", weights=np.zeros((3, 2), int), through=(DAC, DPI))
    assert "hidden" in str(caught.value)


def test_wrong_wiring_is_refused() -> None:
    chip = small()
    good = {"weights": np.zeros((3, 2), int), "through": (DAC, DPI)}
    with pytest.raises(BadValue, match="converter"):
        chip.connect("pixels", "hidden", weights=good["weights"], through=(DPI, DAC))
    with pytest.raises(BadValue, match="cannot receive"):
        chip.connect("hidden", "pixels", weights=np.zeros((2, 3), int), through=(DAC, DPI))
    chip.connect("pixels", "hidden", **good)
    with pytest.raises(BadValue, match="connected already"):
        chip.connect("pixels", "hidden", **good)
    chip.add("more", SpikeSource(3))
    with pytest.raises(BadValue, match="another synapse path"):
        chip.connect("more", "hidden", pulse_width=1e-6, **good)


def test_bad_blocks_are_refused() -> None:
    chip = small()
    with pytest.raises(BadValue, match="already"):
        chip.add("hidden", SpikeSource(1))
    with pytest.raises(BadValue, match="not a name"):
        chip.add("a.b", SpikeSource(1))
    with pytest.raises(BadValue, match="whole number"):
        SpikeSource(0)
    with pytest.raises(BadValue, match="neuron"):
        Array(DPI, 2)
    with pytest.raises(BadValue, match="current"):
        Array(LIF, 2, current=np.zeros(3))
    with pytest.raises(BadValue, match="seed"):
        Chip(-1)


def test_a_chip_that_has_run_is_frozen_and_its_copy_is_not() -> None:
    chip = wired()
    run(chip, {}, duration=1e-3)
    with pytest.raises(BadValue, match="frozen"):
        chip.add("late", SpikeSource(1))
    chip.with_seed(3).add("late", SpikeSource(1))


@pytest.mark.parametrize(
    ("inputs", "options", "error"),
    [
        ({"hidden": Events.empty()}, {}, UnknownName),
        ({"pixels": [1.0]}, {}, BadValue),
        ({"pixels": Events(np.array([0.0]), np.array([3], np.uint32))}, {}, FabricError),
        ({"pixels": Events(np.array([-1e-3]), np.array([0], np.uint32))}, {}, BadValue),
        ({}, {"record": ["hidden.v"]}, UnknownName),
        ({}, {"record": ["pixels.v_mem"]}, UnknownName),
        ({}, {"duration": 0.0}, BadValue),
        ({}, {"dt": 1e-3}, BadValue),
        ({}, {"dt": 0.0}, BadValue),
    ],
)
def test_runs_that_do_not_fit_the_chip(inputs, options, error) -> None:
    with pytest.raises(error):
        run(wired(), inputs, **{"duration": 1e-3, **options})


def test_a_step_that_could_hold_two_spikes_names_its_cure() -> None:
    with pytest.raises(BadValue, match="two spikes") as caught:
        run(wired(), {}, duration=1e-3, dt=100e-6)
    assert "dt=" in str(caught.value)


def test_no_threads_cannot_run() -> None:
    with pytest.raises(BadValue, match="threads"):
        run_batch(wired(), [{}], duration=1e-3, threads=0)
