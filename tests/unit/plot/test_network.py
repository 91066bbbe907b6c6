"""Figures of what a network did: what is drawn is what was measured."""

import numpy as np
import pytest
import scipy.sparse
import xarray as xr

import neuromix as nmx
from neuromix import plot
from neuromix.array.histogram import TimeHistogram
from neuromix.array.memory import codes_of, words
from neuromix.array.recording import Recording
from neuromix.data.events import Events
from neuromix.errors import BadValue


def test_intervals_are_those_of_each_address() -> None:
    events = Events.sort([0.0, 1e-3, 3e-3, 0.5e-3, 2.5e-3], [0, 0, 0, 1, 1])
    drawn = plot.interval_histogram(events)
    (axes,) = drawn.axes
    assert sum(bar.get_height() for bar in axes.patches) == 3
    assert "ms" in axes.get_xlabel()
    assert "3 intervals" in axes.get_title(loc="left")
    with pytest.raises(BadValue, match="twice"):
        plot.interval_histogram(Events([0.0, 1.0], [0, 1]))


def test_traces_of_chosen_neurons() -> None:
    time = xr.DataArray(np.arange(50) * 1e-5, dims="time", attrs={"units": "s"})
    recorded = xr.DataArray(
        np.random.default_rng(0).normal(size=(50, 9)) * 1e-9,
        dims=("time", "neuron"),
        coords={"time": time},
        attrs={"units": "A", "long_name": "mean input current"},
    )
    assert len(plot.traces(recorded).axes) == 6
    drawn = plot.traces(recorded, [8])
    (line,) = drawn.axes[0].lines
    shown = np.asarray(line.get_ydata())
    assert shown / shown[0] == pytest.approx(recorded.to_numpy()[:, 8] / recorded.to_numpy()[0, 8])
    with pytest.raises(BadValue, match="no neuron 9"):
        plot.traces(recorded, [9])


def test_a_weight_map_shows_dense_and_sparse_alike() -> None:
    codes = np.array([[1, 0, -3], [0, 63, 2]])
    for given in (codes, scipy.sparse.csr_array(codes)):
        image = plot.weight_map(given).axes[0].images[0]
        assert np.array_equal(image.get_array(), codes)
        assert image.get_clim() == (-63.0, 63.0)
    with pytest.raises(BadValue):
        plot.weight_map([1, 2, 3])


def test_a_weight_map_shows_what_a_chip_holds() -> None:
    kernel = np.array([[[[1, -2], [3, 0]]]])
    field = nmx.Convolution(kernel, image=(1, 3, 3))
    sparse = scipy.sparse.csr_array(np.array([[0, 5, 0], [-7, 0, 0]]))
    for weights, shape in ((field, (9, 4)), (sparse, (2, 3))):
        codes = codes_of(weights, shape, "weights")
        drawn = plot.weight_map(codes).axes[0].images[0].get_array()
        assert drawn.shape == shape
        assert sorted(drawn[drawn != 0]) == sorted(words(codes))
    assert np.array_equal(drawn, sparse.toarray())


def test_a_raster_has_a_mark_for_each_spike() -> None:
    random = np.random.default_rng(0)
    many = Events.sort(random.random(20_000), random.integers(0, 5000, 20_000))
    drawn = plot.raster({"many": many, "none": Events.empty()}, {"many": 5000, "none": 2}, 1.0)
    first, second = drawn.axes
    (marks,) = first.lines
    x, y = marks.get_data()
    assert x[0::3] == pytest.approx(many.time * 1e3)
    assert 0.5 * (y[0::3] + y[1::3]) == pytest.approx(many.address.astype(float))
    assert np.isnan(x[2::3]).all()
    assert not len(second.lines[0].get_xdata())


def test_a_budget_of_nothing_is_refused() -> None:
    for parts in ({}, {"neurons": 0.0}):
        with pytest.raises(BadValue, match="no energy"):
            plot.budget(parts, "J", "energy")


def test_all_times_are_in_the_histogram() -> None:
    times = TimeHistogram().with_times(np.geomspace(3e-9, 4e-6, 500))
    (axes,) = plot.time_histogram(times, "latency").axes
    (steps,) = axes.patches
    assert steps.get_data().values.sum() == 500
    assert axes.get_yscale() == "linear"
    with pytest.raises(BadValue):
        plot.time_histogram(TimeHistogram(), "latency")


def test_waits_of_zero_are_a_bar_of_their_own() -> None:
    waits = TimeHistogram().with_times(np.repeat([0.0, 1e-6, 1e-3, 1e5], [40, 3, 5, 1]))
    drawn = plot.time_histogram(waits, "wait", "words")
    zero, longer = drawn.axes
    assert [bar.get_height() for bar in zero.patches] == [40]
    assert [text.get_text() for text in zero.get_xticklabels()] == ["0"]
    assert longer.patches[0].get_data().values.sum() == 9
    assert longer.get_yscale() == "linear"
    assert drawn.get_suptitle() == "49 words, 40 of them 0 (within 100 ps); longest 100 ks"
    many = waits.with_times(np.zeros(1000))
    assert plot.time_histogram(many, "wait").axes[1].get_yscale() == "log"


def test_nothing_but_zeros_is_drawn() -> None:
    drawn = plot.time_histogram(TimeHistogram().with_times(np.zeros(657)), "wait")
    (axes,) = drawn.axes
    assert [bar.get_height() for bar in axes.patches] == [657]
    assert drawn.get_suptitle().startswith("657 events, 657 of them 0")


def test_a_recording_is_drawn_as_it_is() -> None:
    events = {"cells": Events([0.0, 1e-3], [0, 1])}
    recording = Recording(2e-3, 1e-5, events, {"cells": 2}, {"cells": 1e-12}, {})
    (panel,) = plot.raster(recording).axes
    assert panel.get_xlim() == (0.0, 2.0)
    (bars,) = plot.budget(recording).axes
    assert "energy" in bars.get_xlabel()
