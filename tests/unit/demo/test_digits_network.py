"""The demo's network, small: training learns, the chip agrees, weights and report keep."""

import numpy as np
import provisional
import pytest

from neuromix.demo.digits import HELD_OUT, digits
from neuromix.demo.evaluation import evaluate
from neuromix.demo.gradients import backward, forward
from neuromix.demo.network import Cells, Design, Network, answers
from neuromix.demo.surrogate import Surrogate
from neuromix.demo.training import Plan, input_rates, train
from neuromix.demo.weights import load_weights, save_weights
from neuromix.errors import ModelFileError

CELLS = Cells(
    provisional.neuron(), provisional.synapse(), provisional.converter(), provisional.stage()
)
DESIGN = Design(hidden=32)


@pytest.fixture(scope="module")
def network() -> Network:
    kept, _ = digits()
    return train(CELLS, DESIGN, kept, Plan(epochs=25))


@pytest.fixture(scope="module")
def curves() -> Surrogate:
    return Surrogate.of(CELLS, DESIGN)


def test_the_split_is_fixed_and_disjoint() -> None:
    kept, held = digits()
    again, _ = digits()
    assert len(held) == HELD_OUT
    assert len(kept) + len(held) == 1797
    assert np.array_equal(kept.pixels, again.pixels)
    assert kept.pixels.max() == 255


def test_training_is_reproducible_to_the_byte() -> None:
    kept, _ = digits()
    nets = [train(CELLS, DESIGN, kept.first(200), Plan(epochs=1)) for _ in range(2)]
    assert np.array_equal(nets[0].hidden, nets[1].hidden)
    assert np.array_equal(nets[0].output, nets[1].output)


def test_the_chip_reads_digits(network: Network) -> None:
    _, held = digits()
    found = evaluate(network, CELLS, held.first(60), dies=2)
    assert found.nominal.mean > 0.85
    assert found.mismatch.mean > 0.7
    assert found.energy_per_image == pytest.approx(sum(found.energy_by_part.values()))
    assert found.confusion.sum() == 60
    assert set(found.summary()) == {
        "accuracy_nominal",
        "accuracy_mismatch",
        "accuracy_mismatch_noise",
        "accuracy_calibrated",
        "energy_per_image",
        "spikes_per_image",
    }
    assert "held-out" in str(found)


def test_gradients_follow_the_surrogate(curves: Surrogate) -> None:
    """Finite differences of a layer's rates by its inputs, where no slope is floored."""
    random = np.random.default_rng(1)
    kept, _ = digits()
    rate_in = input_rates(kept.pixels[:4], DESIGN)
    weights = np.abs(random.normal(12.0, 5.0, (DESIGN.inputs, 3)))
    one = (np.ones(1), np.ones(1))
    layer = forward(curves, rate_in, weights, one)
    assert np.all(layer.current > 30e-12)
    slope = random.standard_normal(layer.rate.shape)
    _, by_rate = backward(curves, layer, weights, slope)
    step = 0.05
    for source in (10, 20, 64):
        moved = rate_in.copy()
        moved[:, source] += step
        change = forward(curves, moved, weights, one).rate - layer.rate
        assert (slope * change).sum(axis=1) / step == pytest.approx(by_rate[:, source], rel=0.05)


def test_weights_survive_their_file(network: Network, tmp_path) -> None:
    file = save_weights(network, CELLS, "a command", tmp_path / "weights.json")
    read = load_weights(file)
    assert read.design == network.design
    assert np.array_equal(read.hidden, network.hidden)
    assert np.array_equal(read.output, network.output)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"hidden": 32', '"hidden": 33'),
        lambda text: text.replace('"schema": 1', '"schema": 7'),
        lambda text: text.replace('"schema"', '"scheme"'),
    ],
)
def test_a_spoilt_file_is_refused(network: Network, tmp_path, spoil) -> None:
    file = save_weights(network, CELLS, "a command", tmp_path / "weights.json")
    spoilt = spoil(file.read_text())
    assert spoilt != file.read_text()
    file.write_text(spoilt)
    with pytest.raises(ModelFileError):
        load_weights(file)


def test_a_silent_output_names_no_digit(network: Network) -> None:
    from neuromix.array.simulation import run

    chip = network.chip(CELLS, 0, mismatch=False, noise=False)
    assert answers([run(chip, {}, duration=1e-3)])[0] == -1


def test_the_report_is_one_file(network: Network, tmp_path) -> None:
    from neuromix.demo.report import write_report

    _, held = digits()
    found = evaluate(network, CELLS, held.first(16), dies=2)
    spice = np.array([1e-10, 1e-9]), np.array([210.0, 1850.0])
    notes = "<b>loaded</b>"
    page = write_report(
        tmp_path / "report.html", network, CELLS, held, found, spice=spice, notes=notes
    ).read_text()
    assert page.count("data:image/png;base64,") == 4
    assert "&lt;b&gt;loaded" in page
    assert "http" not in page
