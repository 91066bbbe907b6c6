"""Products in spikes: coding, lines, and one small product."""

from __future__ import annotations

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.products.curves import RateCurve, fit_rates, proportional_words
from neuromix.array.products.operands import Operands
from neuromix.array.products.spiking import SpikingCells, SpikingDrive, spiking_product
from neuromix.errors import BadValue

SIZE = 24
DRIVE = SpikingDrive(spikes=60.0, nominal_outputs=SIZE, vectors=4)


@pytest.fixture(scope="module")
def cells():
    names = ("lif_neuron", "dpi_synapse", "dac_synapse", "address_event_stage")
    return SpikingCells(*(nmx.model(name) for name in names))


@pytest.fixture(scope="module")
def operands():
    return Operands.draw(SIZE, seed=2)


def test_rates_are_proportional_to_entries():
    drive = SpikingDrive(spikes=400.0, settling=0.0)
    vector = np.array([127, -64, 0, 1])
    counts = drive.encode(vector).counts(8)
    wanted = np.array([127, 0, 0, 1, 0, 64, 0, 0]) / 127 * 400.0
    assert np.abs(counts - wanted).max() < 1.0
    assert drive.encode(np.zeros(4, int)).counts(8).sum() == 0


def test_evenly_spread_entries_make_so_many_events():
    drive = SpikingDrive(spikes=50.0)
    vector = Operands.draw(2000, seed=1).vector
    events = len(drive.encode(vector)) / drive.duration(2000)
    assert events == pytest.approx(drive.events_per_second, rel=0.05)


def test_nominal_neurons_compute_the_product(cells, operands):
    (found,) = spiking_product(
        operands, cells, drive=DRIVE, mismatch=False, noise=False, calibrated=False, threads=1
    )
    # Without mismatch and noise, what is left are the ripple of few synapses and the counting.
    assert found.relative_error < 0.1
    assert found.duration == pytest.approx(DRIVE.duration(SIZE))
    assert set(found.energy_by_part) >= {"neurons", "synapses", "converters", "link"}
    assert found.instances == {"lif_neuron": SIZE, "dpi_synapse": 48, "dac_synapse": 48}


def test_a_die_has_to_be_calibrated(cells, operands):
    built, trimmed, fitted = spiking_product(operands, cells, seed=1, drive=DRIVE, threads=1)
    assert [item.correction for item in (built, trimmed, fitted)] == [
        "as built",
        "trimmed",
        "trimmed, each fitted",
    ]
    assert trimmed.relative_error < 0.5 * built.relative_error
    assert fitted.relative_error < 0.5 * trimmed.relative_error


def test_the_same_die_gives_the_same_product(cells, operands):
    first, again, other = (
        spiking_product(operands, cells, seed=seed, calibrated=False, threads=1)[0].estimate
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("wrong", [{"spikes": 0.0}, {"settling": -1.0}, {"bias": np.inf}])
def test_drives_that_cannot_be_built_are_refused(wrong):
    with pytest.raises(BadValue, match="spiking drive"):
        SpikingDrive(**wrong)


def test_outputs_that_do_not_answer_are_named(cells):
    silent = Operands(np.zeros((SIZE, SIZE), np.int8), np.zeros(SIZE, np.int64), seed=1)
    with pytest.raises(BadValue, match="do not answer"):
        spiking_product(silent, cells, drive=DRIVE, calibrated=False, threads=1)


@pytest.mark.parametrize("growth", [-0.4, 0.0, 0.3])
def test_words_have_effects_in_proportion(growth):
    weights = np.arange(-63, 64, dtype=np.int8)
    words = proportional_words(weights, growth).astype(float)
    effect = words + growth * words * np.abs(words) / 63.0
    # Half a step of a word, where it has most effect.
    most = 0.5 * (1.0 + 2.0 * max(growth, 0.0))
    assert np.abs(effect - weights * (1.0 + growth)).max() <= most + 1e-9
    assert np.array_equal(words[[0, 63, -1]], [-63, 0, 63])
    assert np.all(np.diff(words) >= 0)


def test_curves_are_found_and_undone():
    exact = np.linspace(-5e4, 5e4, 101)
    other = np.cos(exact)
    curve = RateCurve(np.asarray(3e3), np.asarray(0.01), -2e-6)
    rates = 3e3 + 0.01 * (exact - 2e-6 * exact**2)
    assert np.allclose(curve.products(rates), exact, atol=1e-6)
    found, (share,) = fit_rates(rates + 0.01 * 0.3 * other, exact, other)
    assert found.bend == pytest.approx(-2e-6, rel=1e-6)
    assert share == pytest.approx(0.3, rel=1e-6)
    # A neuron of its own: half the slope, another zero, the same bend.
    own = curve.refitted(exact[:, None].astype(np.int64), (0.5 * rates + 70.0)[:, None])
    assert own.slope[0] == pytest.approx(0.005, rel=1e-3)
    assert own.zero[0] == pytest.approx(1570.0, rel=1e-3)
    # Beyond the extreme of the parabola there is no product; its own is given.
    assert np.isfinite(curve.products(np.array([1e5]))).all()
