"""What waits before the neurons of a sparse memory: counted, the same for any cut, and told."""

import warnings

import numpy as np
import provisional
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from neuromix.array import population
from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.congestion import PathCounts, congestion
from neuromix.array.delivery import Paths, Stretch, counts_of
from neuromix.array.encoders import poisson_code
from neuromix.array.fabric import Fabric
from neuromix.array.histogram import TimeHistogram
from neuromix.array.memory import codes_of
from neuromix.array.sheets import recording_sheet
from neuromix.array.simulation import run, run_batch
from neuromix.data.events import Events
from neuromix.errors import PathsCongested

LIF, DPI, DAC = provisional.neuron(), provisional.synapse(), provisional.converter()
SETUP, WIDTH = 5e-6, 2e-6
SOURCES, NEURONS = 3, 4
DURATION, DT = 8e-3, 5e-6

memories = st.lists(
    st.lists(st.sampled_from([0, 0, 5, -7]), min_size=NEURONS, max_size=NEURONS),
    min_size=SOURCES,
    max_size=SOURCES,
)
arrivals = st.lists(st.tuples(st.integers(0, 120), st.integers(0, SOURCES - 1)), max_size=60)


def paths_of(weights: object, duration: float) -> Paths:
    memory = codes_of(scipy.sparse.csr_array(np.array(weights)), (SOURCES, NEURONS), "wire")
    return Paths(memory, Stretch.whole(memory, NEURONS), SETUP, WIDTH, duration)


def chip_of(codes: object, sources: int, neurons: int, loop: object = None) -> Chip:
    chip = Chip(3, Fabric(latency=20e-9))
    chip.add("in", SpikeSource(sources))
    chip.add("array", Array(LIF, neurons, current=1e-10))
    chip.connect("in", "array", weights=codes, through=(DAC, DPI))
    if loop is not None:
        chip.connect("array", "array", weights=loop, through=(DAC, DPI))
    return chip


def crowd(count: int, span: float, sources: int) -> Events:
    return Events(np.arange(count) * (span / count), np.arange(count, dtype=np.uint32) % sources)


def test_waits_of_a_few_words_by_hand() -> None:
    """Neuron 0 gets words at 0, 1, 2 and 30 µs, neuron 1 at 1 µs, 7 µs each; the run ends at 12."""
    weights = [[5, 0, 0, 0], [7, -3, 0, 0], [0, 0, 0, 0]]
    paths = paths_of(weights, 12e-6)
    time, row = np.array([0.0, 1e-6, 2e-6, 30e-6]), np.array([0, 1, 0, 0])
    paths.schedule(time, row, 1, 0, 2, 20e-6)
    counts = counts_of([paths])
    # Read at 0, 7 and 14 µs, and at 1 µs; what comes at 30 µs comes after the end.
    assert (counts.served, counts.waiting, counts.words, counts.waited) == (3, 1, 4, 2)
    assert counts.wait.count == 4
    assert counts.wait.counts[0] == 2
    assert counts.wait.total == pytest.approx(6e-6 + 12e-6)
    assert counts.longest_wait == pytest.approx(12e-6)
    assert counts.load == 1.0
    assert counts_of([paths_of(weights, 1.0)]).load == 0.0


def test_the_busiest_path_is_the_one_with_most_words() -> None:
    paths = paths_of([[5, 0, 0, 0], [7, -3, 0, 0], [0, 0, 0, 0]], 1e-3)
    paths.schedule(np.arange(6) * 1e-4, np.array([0, 1, 0, 1, 1, 2]), 1, 0, 100, 10e-6)
    assert counts_of([paths]).load == pytest.approx(5 * 7e-6 / 1e-3)


@settings(max_examples=200, deadline=None)
@given(memories, arrivals, st.integers(1, 130), st.lists(st.integers(1, 29), max_size=4))
def test_words_are_served_or_wait_whatever_the_cut(weights, pairs, ticks: int, cuts) -> None:
    """Against a queue worked out in plain Python, word by word."""
    duration = 1e-6 * ticks - 0.5e-6
    pairs = sorted(pairs, key=lambda pair: pair[0])
    time, row = np.array([1e-6 * t for t, _ in pairs]), np.array([r for _, r in pairs], np.int64)
    counts = []
    for stops in ([30], [*sorted(set(cuts)), 30]):
        paths, step, given = paths_of(weights, duration), 0, 0
        for stop in stops:
            due = int(np.searchsorted(time, stop * DT))
            paths.schedule(time[given:due], row[given:due], 1, step, stop - step, DT)
            step, given = stop, due
        counts.append(counts_of([paths]))
    free, waits, late = [-np.inf] * NEURONS, [], 0
    for moment, source in zip(time, row, strict=True):
        for k in np.flatnonzero(weights[source]):
            wait = max(free[k] - moment, 0.0)
            free[k] = moment + wait + SETUP + WIDTH
            if moment < duration:
                waits.append(wait)
                late += moment + wait >= duration
    for found in counts:
        assert (found.words, found.waiting, found.wait.count) == (len(waits), late, len(waits))
        assert found.waited == np.count_nonzero(waits)
        assert found.longest_wait == max(waits, default=0.0)
        assert found.wait.total == pytest.approx(sum(waits), rel=1e-12)
    expected = TimeHistogram().with_times(np.array(waits))
    assert np.array_equal(counts[0].wait.counts, expected.counts)
    assert same(*counts)


def same(one: PathCounts, other: PathCounts) -> bool:
    """Return whether all counts are the same to the last bit."""
    histograms = np.array_equal(one.wait.counts, other.wait.counts)
    figures = [
        (c.served, c.waiting, c.waited, c.wait.total, c.wait.longest, c.load) for c in (one, other)
    ]
    return histograms and figures[0] == figures[1]


def test_loops_and_windows_count_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    codes = scipy.sparse.csr_array(random.integers(0, 20, (16, 40)))
    loop = scipy.sparse.csr_array(np.where(random.random((40, 40)) < 0.2, 9, 0))
    events = poisson_code(np.full(16, 255), DURATION, 4e3, seed=4)
    looped = run(chip_of(codes, 16, 40, loop), {"in": events}, duration=DURATION, dt=4e-6)
    unrolled = chip_of(codes, 16, 40)
    unrolled.add("spikes", SpikeSource(40))
    unrolled.connect("spikes", "array", weights=loop, through=(DAC, DPI))
    given = {"in": events, "spikes": looped.events["array"]}
    alone = run(unrolled, given, duration=DURATION, dt=4e-6)
    monkeypatch.setattr(population, "PULSES_AT_ONCE", 500)
    cut = run(unrolled, given, duration=DURATION, dt=4e-6)
    counts = [item.links["array"].paths for item in (looped, alone, cut)]
    assert counts[0].waited > 100
    assert len(looped.events["array"]) > 50
    assert same(counts[0], counts[1])
    assert same(counts[1], counts[2])


def test_every_word_that_the_link_has_delivered_is_counted() -> None:
    """1 µs before the end a crowd comes: the link delivers it, and its words wait."""
    codes = np.array([[1, 2, 3], [0, 0, 4]])
    events = Events.sort([*np.arange(50) * 1e-4, *[7.999e-3] * 2], [*[0, 1] * 25, 0, 1])
    chip = chip_of(scipy.sparse.csr_array(codes), 2, 3)
    link = run(chip, {"in": events}, duration=DURATION, dt=DT).links["array"]
    assert link.delivered == 52
    assert (link.paths.words, link.paths.waiting) == (26 * 3 + 26, 1)


def test_a_dense_memory_has_no_paths_to_wait_for() -> None:
    recording = run(chip_of(np.ones((2, 3), int), 2, 3), {}, duration=1e-3, dt=DT)
    assert recording.links["array"].paths is None
    titles = {table.title: table.rows for table in recording_sheet(recording).tables}
    assert titles["Paths into neurons of sparse memories"] == ()


def test_hidden_congestion_is_told() -> None:
    """5 000 events in 5 ms to 4 neurons: 35 ms of work each in a run of 20 ms."""
    chip = chip_of(scipy.sparse.csr_array(np.full((100, 4), 3)), 100, 4)
    inputs = {"in": crowd(5000, 5e-3, 100)}
    with pytest.warns(PathsCongested, match=r"array: 8568 of 20000 words still waited") as caught:
        recording = run(chip, inputs, duration=20e-3)
    (only,) = caught
    assert "up to 29.99 ms in a run of 20 ms" in str(only.message)
    assert "busy for 100 % of it, with 7 us a word" in str(only.message)
    assert "shorter pulse_width" in str(only.message)
    assert only.filename == __file__
    link = recording.links["array"]
    assert link.load < 1e-2
    assert (link.paths.waited, link.paths.load) == (19_996, 1.0)
    (row,) = {t.title: t.rows for t in recording_sheet(recording).tables}[
        "Paths into neurons of sparse memories"
    ]
    assert row[:5] == ("→ array", "11432", "19996", "8568", "100 %")
    with pytest.warns(PathsCongested, match="array: 8568") as caught:
        run_batch(chip, [inputs, {}, inputs], duration=20e-3)
    assert len(caught) == 1


def test_one_saturated_neuron_of_many_is_told() -> None:
    codes = np.eye(300, dtype=int)
    codes[0, 0] = 0
    codes[:200, 0] = 5
    chip = chip_of(scipy.sparse.csr_array(codes), 300, 300)
    with pytest.warns(PathsCongested, match="busy for 100 % of it"):
        run(chip, {"in": crowd(12_000, 40e-3, 300)}, duration=40e-3)


def test_a_run_whose_queues_do_not_grow_says_nothing() -> None:
    """Random words at a load of 0.8, and bursts of all sources with a tenth of the time to rest."""
    chip = chip_of(scipy.sparse.csr_array(np.full((16, 8), 3)), 16, 8)
    rate = 0.8 / (SETUP + WIDTH) / 16
    random = poisson_code(np.full(16, 255), 20e-3, rate, seed=2)
    bursts = Events.sort(np.repeat(np.arange(160) * 125e-6, 16), np.tile(np.arange(16), 160))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for events in (random, bursts):
            paths = run(chip, {"in": events}, duration=20e-3).links["array"].paths
            assert paths.waited > 0.5 * paths.words
            assert paths.load < 0.95


@pytest.mark.parametrize(
    ("waiting", "load", "longest", "told"),
    [
        (11, 0.5, 0.06, True),
        (9, 0.5, 0.06, False),
        (0, 0.995, 0.06, True),
        (500, 1.0, 0.04, False),
        (0, 1.0, 0.0, False),
    ],
)
def test_when_something_is_said(waiting: int, load: float, longest: float, told: bool) -> None:
    wait = TimeHistogram().with_times(np.full(1000, longest))
    counts = PathCounts(1000 - waiting, waiting, 1000, wait, load, 7e-6)
    assert (congestion("array", counts, 1.0) is not None) == told
