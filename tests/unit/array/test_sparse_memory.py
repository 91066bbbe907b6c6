"""Sparse memories: the same pulses as a dense one, queues at busy paths, any cut, any threads."""

import numpy as np
import provisional
import pytest
import scipy.sparse

import neuromix as nmx
from neuromix.array import fetching, population
from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.delivery import Paths, Stretch, counts_of, stretches
from neuromix.array.encoders import poisson_code
from neuromix.array.fabric import Fabric
from neuromix.array.memory import SparseCodes, codes_of, stacked, words
from neuromix.array.simulation import run
from neuromix.data.events import Events
from neuromix.errors import BadValue

LIF, DPI, DAC = provisional.neuron(), provisional.synapse(), provisional.converter()
DURATION, DT = 8e-3, 5e-6


def weights(sources: int, targets: int, density: float = 0.4) -> np.ndarray:
    random = np.random.default_rng(0)
    codes = random.integers(-20, 60, (sources, targets))
    return np.where(random.random(codes.shape) < density, codes, 0)


def chip_of(codes: object, targets: int, loop: object = None) -> Chip:
    chip = Chip(3, Fabric())
    chip.add("in", SpikeSource(16))
    chip.add("array", Array(LIF, targets, current=1e-10))
    chip.connect("in", "array", weights=codes, through=(DAC, DPI))
    if loop is not None:
        chip.connect("array", "array", weights=loop, through=(DAC, DPI))
    return chip


def test_rare_events_do_what_they_do_in_a_dense_memory() -> None:
    codes = weights(16, 40)
    events = Events(np.arange(400) * 20e-6, np.arange(400, dtype=np.uint32) % 16)
    dense, sparse = (
        run(chip_of(w, 40), {"in": events}, duration=DURATION, dt=DT)
        for w in (codes, scipy.sparse.csr_array(codes))
    )
    assert dense.counts("array").sum() > 50
    assert dense.digest() == sparse.digest()
    assert dense.energy["array.converters"] == pytest.approx(sparse.energy["array.converters"])


def test_a_sparse_loop_does_what_it_does_unrolled() -> None:
    """Every event of the loop arrives: the same array, given its own spikes, does the same."""
    loop = scipy.sparse.csr_array(weights(40, 40, 0.2))
    events = poisson_code(np.full(16, 255), DURATION, 2e3, seed=4)
    looped = run(chip_of(weights(16, 40), 40, loop), {"in": events}, duration=DURATION, dt=4e-6)
    unrolled = Chip(3, Fabric())
    unrolled.add("in", SpikeSource(16))
    unrolled.add("spikes", SpikeSource(40))
    unrolled.add("array", Array(LIF, 40, current=1e-10))
    unrolled.connect("in", "array", weights=weights(16, 40), through=(DAC, DPI))
    unrolled.connect("spikes", "array", weights=loop, through=(DAC, DPI))
    given = {"in": events, "spikes": looped.events["array"]}
    alone = run(unrolled, given, duration=DURATION, dt=4e-6)
    assert len(looped.events["array"]) > 50
    assert alone.events["array"] == looped.events["array"]
    assert alone.energy["array.synapses"] == pytest.approx(looped.energy["array.synapses"])


def test_rows_looked_up_beforehand_or_pulse_by_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    codes, events = weights(16, 40), poisson_code(np.full(16, 255), DURATION, 2e3, seed=4)
    played = []
    for largest in (fetching.LARGEST, 0):
        monkeypatch.setattr(fetching, "LARGEST", largest)
        played.append(run(chip_of(codes, 40), {"in": events}, duration=DURATION, dt=DT))
    assert played[0].counts("array").sum() > 50
    assert played[0].digest() == played[1].digest()
    for part, spent in played[0].energy.items():
        assert spent == pytest.approx(played[1].energy[part], rel=1e-12), part


@pytest.mark.filterwarnings("ignore::neuromix.errors.PathsCongested")
def test_threads_and_windows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = scipy.sparse.csr_array(weights(600, 600, 0.02))
    codes = scipy.sparse.csr_array(weights(16, 600))
    events = {"in": poisson_code(np.full(16, 255), DURATION, 3e3, seed=1)}

    def played(threads: int, recurrent: bool) -> str:
        chip = chip_of(codes, 600, loop if recurrent else None)
        return run(chip, events, duration=DURATION, dt=DT, threads=threads).digest()

    for recurrent in (False, True):
        one = played(1, recurrent)
        assert played(2, recurrent) == one
        assert played(3, recurrent) == one
        with monkeypatch.context() as patch:
            patch.setattr(population, "PULSES_AT_ONCE", 500)
            assert played(2, recurrent) == one


def test_events_wait_for_a_busy_path() -> None:
    memory = codes_of(scipy.sparse.csr_array(np.array([[5, 0], [7, -3]])), (2, 2), "wire")
    assert isinstance(memory, SparseCodes)
    paths = Paths(memory, Stretch.whole(memory, 2), setup=5e-6, width=2e-6, duration=14.5e-6)
    time, row = np.array([0.0, 1e-6, 2e-6]), np.array([0, 1, 0])
    pulses = paths.schedule(time, row, 1, 0, 10, 1e-6)
    assert pulses.time == pytest.approx([5e-6, 6e-6])
    assert pulses.code.tolist() == [5, -3]
    assert pulses.lane.tolist() == [0, 1]
    later = paths.schedule(time[:0], row[:0], 1, 10, 20, 1e-6)
    assert later.time == pytest.approx([12e-6, 19e-6])
    assert later.code.tolist() == [7, 5]
    counts = counts_of([paths])
    assert (counts.served, counts.waiting, counts.waited) == (4, 0, 2)
    assert counts.wait.total == pytest.approx(6e-6 + 12e-6)
    assert counts.longest_wait == pytest.approx(12e-6)
    assert (counts.pace, counts.load) == (pytest.approx(7e-6), 1.0)


def test_the_queue_of_a_path_is_that_of_constant_service() -> None:
    """Mean wait rho tau / (2 (1 − rho)) of M/D/1 (Pollaczek and Khinchine) within 4 %."""
    busy, load, n = 7e-6, 0.6, 400_000
    memory = SparseCodes(np.array([0, 1]), np.array([0], np.int32), np.array([9], np.int8))
    time = np.cumsum(np.random.default_rng(7).exponential(busy / load, n))
    paths = Paths(
        memory, Stretch.whole(memory, 1), setup=5e-6, width=2e-6, duration=float(time[-1]) + 1e-3
    )
    paths.schedule(time, np.zeros(n, np.int64), 1, 0, int(time[-1] / 1e-3) + 2, 1e-3)
    expected = load * busy / (2.0 * (1.0 - load))
    assert counts_of([paths]).wait.mean == pytest.approx(expected, rel=0.04)


def test_memories_are_stacked() -> None:
    upper, lower = weights(3, 5), weights(4, 5)
    both = stacked(
        [codes_of(upper, (3, 5), "a"), codes_of(scipy.sparse.csr_array(lower), (4, 5), "b")], 5
    )
    assert isinstance(both, SparseCodes)
    found = scipy.sparse.csr_array((both.code, both.neuron, both.start), shape=(7, 5)).toarray()
    assert np.array_equal(found, np.vstack([upper, lower]))
    assert np.array_equal(np.sort(words(both)), np.sort(found[found != 0]))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (scipy.sparse.csr_array(np.ones((2, 3))), "whole codes"),
        (scipy.sparse.csr_array(np.full((2, 3), 64)), "sign and 6 bits"),
        (scipy.sparse.csr_array(np.ones((3, 2), int)), "shape"),
    ],
)
def test_what_is_no_memory(given: object, said: str) -> None:
    with pytest.raises(BadValue) as caught:
        codes_of(given, (2, 3), "wire")
    assert said in str(caught.value)


def test_stretches_hold_all_words_once():
    rng = np.random.default_rng(4)
    neurons, rows = 5003, 40
    matrix = scipy.sparse.random_array((rows, neurons), density=0.02, rng=rng, format="csr")
    matrix.data = rng.integers(1, 60, len(matrix.data))
    memory = codes_of(matrix.astype(np.int64), (rows, neurons), "weights")
    found = stretches(memory, neurons)
    assert len(found) == 2
    assert sum(item.neurons for item in found) == neurons
    for row in range(rows):
        assert found[0].low[row] == memory.start[row]
        assert found[0].high[row] == found[1].low[row]
        assert found[1].high[row] == memory.start[row + 1]
        for item in found:
            its = memory.neuron[item.low[row] : item.high[row]] - item.first
            assert not its.size or 0 <= its.min() <= its.max() < item.neurons
    assert [len(stretches(memory, n)) for n in (100, 4095, 4096, 40_000, 10**6)] == [1, 1, 2, 2, 8]


@pytest.mark.filterwarnings("ignore::neuromix.errors.OutsideValidity")
@pytest.mark.filterwarnings("ignore::neuromix.errors.PathsCongested")
@pytest.mark.parametrize("loop", [False, True])
def test_stretches_change_nothing(monkeypatch, loop):
    """Whole, in two and in five, on one thread and on two: the same bytes."""
    rng = np.random.default_rng(5)
    n = 300

    def run(count, threads):
        worth = n // count if count > 1 else 10**9
        for name in ("WORTH_TWO", "WORTH_MORE"):
            monkeypatch.setattr(f"neuromix.array.delivery.{name}", worth)
        chip = nmx.Chip(3)
        chip.add("in", nmx.SpikeSource(30))
        chip.add("array", nmx.Array(nmx.model("lif_neuron"), n))
        through = (nmx.model("dac_synapse"), nmx.model("dpi_synapse"))
        chip.connect("in", "array", weights=weights["in"], through=through)
        if loop:
            chip.connect("array", "array", weights=weights["array"], through=through)
        monkeypatch.setattr("neuromix.array.course.WORTH_SHARING", 1)
        seen = nmx.run(chip, given, duration=4e-3, dt=4e-6, threads=threads)
        paths = seen.links["array"].paths
        assert paths.waited > 0
        return seen.digest(), seen.energy, paths.words, paths.waited, paths.wait.longest

    weights = {
        name: scipy.sparse.csr_array(
            rng.integers(10, 60, (rows, n)) * (rng.random((rows, n)) < 0.1)
        )
        for name, rows in (("in", 30), ("array", n))
    }
    given = {"in": nmx.poisson_code(np.full(30, 255), 4e-3, 3e3, seed=2)}
    first, *others = (run(count, threads) for count in (1, 2, 5) for threads in (1, 2))
    assert all(other == first for other in others)


@pytest.mark.parametrize("index", [10**7, 3, -1])
@pytest.mark.parametrize("form", ["csr", "csc"])
def test_a_sparse_array_with_places_outside_of_itself_is_refused(form, index):
    """SciPy does not look, and a kernel would write there."""
    matrix = scipy.sparse.csr_array(np.full((3, 3), 20)).asformat(form)
    matrix.indices[5] = index
    chip = nmx.Chip(1)
    chip.add("in", nmx.SpikeSource(3))
    chip.add("array", nmx.Array(nmx.model("lif_neuron"), 3))
    through = (nmx.model("dac_synapse"), nmx.model("dpi_synapse"))
    with pytest.raises(BadValue, match="outside of itself"):
        chip.connect("in", "array", weights=matrix, through=through)
    assert not chip.paths, "a connection that was refused leaves nothing"


def test_elements_that_are_given_twice_add_up_beyond_their_type():
    twice = scipy.sparse.coo_array((np.full(4, 63, np.int8), ([0] * 4, [0] * 4)), shape=(2, 2))
    with pytest.raises(BadValue, match="252"):
        codes_of(twice, (2, 2), "weights")
