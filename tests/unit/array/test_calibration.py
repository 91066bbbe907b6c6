"""Trim codes: their law, what a calibration does to a die, what it refuses."""

import numpy as np
import provisional
import pytest

import neuromix as nmx
from neuromix.array.calibration import NOMINAL_RUNS, calibrate, die_runs
from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.die import array_die
from neuromix.array.trims import Trims
from neuromix.errors import BadValue, FitFailed, UnknownName

LIF, DPI, DAC = provisional.neuron(), provisional.synapse(), provisional.converter()
NEURONS = 24


def chip_of(seed: int = 1, pulse_width: float = 2e-6, mismatch: bool = True) -> Chip:
    chip = Chip(seed)
    chip.add("in", SpikeSource(2))
    chip.add("array", Array(LIF, NEURONS, noise=False, mismatch=mismatch))
    weights = np.ones((2, NEURONS), np.int64)
    chip.connect("in", "array", weights=weights, through=(DAC, DPI), pulse_width=pulse_width)
    return chip


def test_gains_are_equal_steps_of_the_logarithm() -> None:
    codes = np.array([[0, 1, 15], [15, 14, 7]])
    gains = Trims(codes, 4, 0.6).gains
    assert np.log(gains[0, [0, 2]]) == pytest.approx([-0.6, 0.6])
    assert np.log(gains[0, 1] / gains[0, 0]) == pytest.approx(1.2 / 15)
    assert gains[0] * gains[1] == pytest.approx([1.0, 1.0, gains[0, 2] * gains[1, 2]])


def test_a_calibrated_die_spikes_as_the_nominal_one() -> None:
    chip = chip_of()
    found = calibrate(chip)
    before, after = found.spread("array")
    assert before > 0.2
    # Half a step of 6 bits over a span of 1 is 1.6 % of a weight.
    assert after < 0.03
    assert f"{after:.1%}" in str(found)
    trimmed = array_die(chip.with_trims(found.trims), "array")
    raw = array_die(chip, "array")
    assert trimmed.weights == pytest.approx(raw.weights * found.trims["array"].gains[:, :, None])
    synapses = [die.synapses[0].dynamics.matrix(NEURONS) for die in (trimmed, raw)]
    assert np.array_equal(*synapses)


def test_a_calibration_says_how_far_it_is() -> None:
    chip, told = chip_of(), []
    chip.add("second", Array(LIF, 2))
    chip.connect("in", "second", weights=np.ones((2, 2), np.int64), through=(DAC, DPI))
    calibrate(chip, bits=2, progress=lambda *now: told.append(now))
    runs = NOMINAL_RUNS + die_runs(2)
    assert [done for done, _, _ in told] == list(range(1, 2 * runs + 1))
    assert {total for _, total, _ in told} == {2 * runs}
    assert [name for _, _, name in told[:: 2 * runs - 1]] == [
        "calibrating array",
        "calibrating second",
    ]


@pytest.mark.filterwarnings("ignore::neuromix.errors.OutsideValidity")
def test_bursting_neurons_are_calibrated_where_they_spike() -> None:
    chip = Chip(1)
    chip.add("in", SpikeSource(1))
    chip.add("array", Array(nmx.model("izhikevich_neuron"), 8, noise=False))
    chip.connect("in", "array", weights=np.ones((1, 8), np.int64), through=(DAC, DPI))
    before, after = calibrate(chip, bits=5, target_rate=10e3).spread("array")
    assert before > 0.2
    assert after < 0.3 * before


def test_a_nominal_die_keeps_the_middle() -> None:
    found = calibrate(chip_of(mismatch=False), bits=5)
    assert np.abs(np.log(found.trims["array"].gains)).max() < 1.5 * (2.0 / 31)


def test_what_cannot_be_calibrated() -> None:
    with pytest.raises(UnknownName):
        calibrate(chip_of(), arrays=["in"])
    with pytest.raises(FitFailed, match="no line"):
        calibrate(chip_of(pulse_width=1e-9))


@pytest.mark.parametrize(
    ("codes", "bits", "span"),
    [
        (np.zeros((3, 4), int), 4, 0.5),
        (np.zeros((2, 4)), 4, 0.5),
        (np.full((2, 4), 16), 4, 0.5),
        (np.zeros((2, 4), int), 0, 0.5),
        (np.zeros((2, 4), int), 4, 0.0),
    ],
)
def test_what_is_no_trim(codes: np.ndarray, bits: int, span: float) -> None:
    with pytest.raises(BadValue):
        Trims(codes, bits, span)


def test_trims_belong_to_arrays_of_their_size() -> None:
    trims = Trims.middle(NEURONS + 1, 6, 1.0)
    with pytest.raises(BadValue, match="trims"):
        chip_of().with_trims({"array": trims})
    with pytest.raises(BadValue, match="source"):
        chip_of().with_trims({"in": trims})


def test_trims_belong_to_a_die() -> None:
    trimmed = chip_of(seed=1).with_trims({"array": Trims.middle(chip_of().blocks["array"].n, 6, 1)})
    assert trimmed.with_seed(1).blocks["array"].trims is not None
    assert trimmed.with_seed(5).blocks["array"].trims is None
